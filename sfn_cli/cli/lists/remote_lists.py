"""The lists of `sfn ls` and `sfn ps` at an endpoint (--endpoint-url), by AWS's operations."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sfn_cli.api import model
from sfn_cli.api.views.machine_summaries import RECENT_RUNS, MachineRun, MachineSummary
from sfn_cli.api.views.running_executions import RunningExecution, RunningList, add_running_states
from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.operations import paging
from sfn_cli.cli.output import local_zone
from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.cli.operations.backend import Backend


def remote_list_time() -> int:
    """Returns the time of this machine, in milliseconds since 1970: an endpoint does not report its own."""
    return time.time_ns() // 1_000_000


def remote_machine_summaries(backend: Backend, limit: int | None) -> Iterator[MachineSummary]:
    """Yields up to `limit` state machines, as `machine_summaries` does."""
    for count, machine in enumerate(_remote_machines(backend)):
        if limit is not None and count >= limit:
            return
        arn = machine["stateMachineArn"]
        try:
            runs, _ = _remote_runs(backend, arn, None, RECENT_RUNS)
            running, has_more = _remote_runs(backend, arn, "RUNNING", paging.MOST_ITEMS)
        except OperationError:  # AWS lists no executions of EXPRESS machines
            runs, running, has_more = [], [], False
        failed = next(
            (place for place, run in enumerate(runs) if run.status in ("FAILED", "TIMED_OUT")), None
        )
        if failed is not None:
            runs[failed] = _with_remote_error(backend, runs[failed])
        yield MachineSummary(machine["name"], arn, machine["type"], runs, len(running), has_more)


def remote_machine_runs(
    backend: Backend, machine_arn: str, status: str | None, limit: int
) -> tuple[Sequence[MachineRun], bool]:
    """Returns the newest executions of a machine, with their errors, and whether there are more."""
    runs, has_more = _remote_runs(backend, machine_arn, status, limit)
    return [_with_remote_error(backend, run) for run in runs], has_more


def remote_running_list(
    backend: Backend, machine_arn: str | None, limit: int, *, with_children: bool
) -> RunningList:
    """Returns the newest running executions, of one machine or of all, with their states."""
    arns = (
        [machine_arn]
        if machine_arn is not None
        else [str(machine["stateMachineArn"]) for machine in _remote_machines(backend)]
    )
    now = remote_list_time()
    found: list[RunningExecution] = []
    has_more = False
    for arn in arns:
        try:
            runs, is_cut = _remote_runs(backend, arn, "RUNNING", limit)
        except OperationError:
            if machine_arn is not None:
                raise
            continue  # an EXPRESS machine
        has_more = has_more or is_cut
        found += [RunningExecution(run.arn, arn, run.name, run.started_at, now) for run in runs]
    found.sort(key=lambda running: running.started_at, reverse=True)
    shown: list[RunningExecution] = []
    for running in found:
        shown.append(running)
        if with_children and len(shown) < limit:
            shown += _remote_children(backend, running, limit + 1 - len(shown))
    states = remote_states(backend, shown[:limit])
    return RunningList(
        [states[running.arn] for running in shown[:limit]], has_more or len(shown) > limit, None
    )


def remote_states(backend: Backend, plain: Sequence[RunningExecution]) -> dict[str, RunningExecution]:
    """Returns the executions with the states that they are in, by ARN."""
    from sfn_cli.cli.show.remote_sources import remote_execution_source

    found = {}
    for running in plain:
        try:
            found[running.arn] = add_running_states(
                running, remote_execution_source(backend, running.arn), local_zone()
            )
        except SfnError as error:
            found[running.arn] = running._replace(fault=str(error))
    return found


def _remote_machines(backend: Backend) -> Iterator[dict[str, Any]]:
    return paging.all_items(backend.call, model.load_model("stepfunctions", "ListStateMachines"), {})


def _remote_runs(
    backend: Backend, machine_arn: str, status: str | None, limit: int
) -> tuple[list[MachineRun], bool]:
    """Returns the newest executions of a machine, and whether there are more."""
    request: dict[str, Any] = {"stateMachineArn": machine_arn}
    if status is not None:
        request["statusFilter"] = status
    return _remote_executions(backend, request, limit)


def _remote_executions(
    backend: Backend, request: dict[str, Any], limit: int
) -> tuple[list[MachineRun], bool]:
    operation = model.load_model("stepfunctions", "ListExecutions")
    runs: list[MachineRun] = []
    limits = paging.Limits(page_size=min(limit + 1, paging.MOST_ITEMS))
    for page in paging.pages(lambda each: backend.call(operation, each), operation, request, limits):
        runs += [
            MachineRun(
                item["executionArn"], item["name"], item["status"], item["startDate"], item.get("stopDate")
            )
            for item in page.response["executions"]
        ]
        if len(runs) > limit:
            break
    return runs[:limit], len(runs) > limit


def _remote_children(backend: Backend, parent: RunningExecution, limit: int) -> list[RunningExecution]:
    """Returns up to `limit` running children of the Map Runs of an execution."""
    list_runs = model.load_model("stepfunctions", "ListMapRuns")
    children: list[RunningExecution] = []
    for map_run in backend.call(list_runs, {"executionArn": parent.arn})["mapRuns"]:
        if map_run.get("stopDate") is None and len(children) < limit:
            request = {"mapRunArn": map_run["mapRunArn"], "statusFilter": "RUNNING"}
            runs, _ = _remote_executions(backend, request, limit - len(children))
            children += [
                RunningExecution(run.arn, map_run["stateMachineArn"], run.name, run.started_at, parent.now)
                for run in runs
            ]
    return children


def _with_remote_error(backend: Backend, run: MachineRun) -> MachineRun:
    if run.status not in ("FAILED", "TIMED_OUT", "ABORTED"):
        return run
    described = backend.call(
        model.load_model("stepfunctions", "DescribeExecution"), {"executionArn": run.arn}
    )
    return run._replace(error=described.get("error"), cause=described.get("cause"))

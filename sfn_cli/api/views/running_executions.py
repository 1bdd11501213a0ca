"""Running executions with their current states, for `sfn ps`.

Law 1: the work is bounded by the length of the list. The listed executions are found by an index,
newest first, and only their histories are read.
Law 2: an execution that cannot be read is in the list, with the reason. The others are not affected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.stepfunctions import qualifiers
from sfn_cli.api.stepfunctions.references import existing_machine
from sfn_cli.api.views.execution_sources import execution_source
from sfn_cli.api.views.machine_summaries import all_machines
from sfn_cli.errors import is_store_error
from sfn_cli.store.records.executions import ExecutionFilter
from sfn_cli.views.execution.execution_time import execution_time
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.running_states import running_states

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.executions import ExecutionSummary
    from sfn_cli.views.running_states import RunningState
    from sfn_cli.views.source import ExecutionSource

_MAP_RUNS_PAGE = 100


class RunningExecution(NamedTuple):
    """A running execution and its current states.

    `now` is the time by its own clock; until its states are read, by the wall clock. `suspension` is
    the error because of which sfn does not continue it; `fault` is the reason why it cannot be read,
    in which case it has no states.
    """

    arn: str
    state_machine_arn: str
    name: str
    started_at: int
    now: int
    states: Sequence[RunningState] = ()
    suspension: str | None = None
    fault: str | None = None


class RunningList(NamedTuple):
    """The latest running executions, and their total number (None if not counted)."""

    executions: Sequence[RunningExecution]
    has_more: bool
    total: int | None


def list_running_executions(
    service: Service,
    machine_arn: str | None,
    limit: int,
    *,
    with_children: bool = False,
    zone: tzinfo | None = None,
) -> RunningList:
    """Returns the latest running executions, of one machine (version, alias) or of all.

    `with_children`: each is followed by the running children of its Map Runs, which count too. `zone`
    is the time zone of times in words, by default UTC. Raises ApiError if the machine does not exist.
    """
    filters, total = _running_filters(service, machine_arn)
    found: list[ExecutionSummary] = []
    for filter in filters:
        found += service.executions.page(filter, None, limit + 1)
    found.sort(key=lambda execution: (execution.started_at, execution.id), reverse=True)
    shown: list[ExecutionSummary] = []
    for execution in found[: limit + 1]:
        shown.append(execution)
        if with_children and len(shown) <= limit:
            shown += _running_children(service, execution.arn, limit + 1 - len(shown))
    now = service.clock()
    return RunningList(
        [
            read_running_states(
                service,
                RunningExecution(one.arn, one.state_machine_arn, one.name, one.started_at, now),
                zone,
            )
            for one in shown[:limit]
        ],
        len(shown) > limit or len(found) > limit,
        None if with_children else total,
    )


def read_running_states(
    service: Service, plain: RunningExecution, zone: tzinfo | None = None
) -> RunningExecution:
    """Returns the execution with its states, from its history, or with its fault."""
    try:
        return add_running_states(plain, execution_source(service, plain.arn), zone)
    except Exception as error:
        if is_store_error(error):
            raise
        suspension = service.suspensions.of(plain.arn)
        return plain._replace(
            suspension=None if suspension is None else suspension.error,
            fault=f"{type(error).__name__}: {error}"[:_FAULT_CHARACTERS],
        )


_FAULT_CHARACTERS = 200


def add_running_states(
    plain: RunningExecution, source: ExecutionSource, zone: tzinfo | None = None
) -> RunningExecution:
    """Returns the execution with the states of its source; `plain.now` is by the wall clock."""
    view = fold_execution(source)
    return plain._replace(
        now=execution_time(view, plain.now),
        states=running_states(view, pending_of(view, zone=zone)),
        suspension=source.suspension,
    )


def _running_filters(service: Service, machine_arn: str | None) -> tuple[list[ExecutionFilter], int | None]:
    """Returns the filters of the running executions, and their number."""
    if machine_arn is not None:
        machine = existing_machine(service, machine_arn)
        started_by = qualifiers.qualifier_started_by(machine)
        total = None if started_by else service.executions.count_running(machine.arn)
        return [ExecutionFilter(machine.arn, status="RUNNING", **started_by)], total
    counts = {machine.arn: service.executions.count_running(machine.arn) for machine in all_machines(service)}
    return [ExecutionFilter(arn, status="RUNNING") for arn, count in counts.items() if count], sum(
        counts.values()
    )


def _running_children(service: Service, execution_arn: str, limit: int) -> list[ExecutionSummary]:
    """Returns up to `limit` running children of an execution's Map Runs, newest first."""
    children: list[ExecutionSummary] = []
    for run in service.map_runs.page(execution_arn, None, _MAP_RUNS_PAGE):
        if run.status == "RUNNING" and len(children) < limit:
            filter = ExecutionFilter(map_run_arn=run.arn, status="RUNNING")
            children += service.executions.page(filter, None, limit - len(children))
    return children

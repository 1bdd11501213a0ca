"""State machines with their latest executions, and the executions of one machine, for `sfn ls`.

Law 1: a list reads rows of executions, and the last event of running ones, but no history: its cost
depends neither on the length of executions nor on the number of ended ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import arn
from sfn_cli.api.protocol.paging import page
from sfn_cli.api.stepfunctions import qualifiers
from sfn_cli.api.stepfunctions.references import existing_machine
from sfn_cli.errors import is_store_error
from sfn_cli.store.records.executions import ExecutionFilter
from sfn_cli.views.running_states import is_waiting_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.execution_searches import FoundExecution
    from sfn_cli.store.records.executions import ExecutionSummary
    from sfn_cli.store.records.state_machines import StateMachine
    from sfn_cli.views.statuses import Status

RECENT_RUNS = 20
"""The number of a machine's latest executions in its summary."""

_MACHINES_PAGE = 1000


class MachineRun(NamedTuple):
    """An execution in a list.

    `status` is WAITING if nothing in it seems to be running at the moment. `error` and `cause` are
    those of its end, if they were read.
    """

    arn: str
    name: str
    status: Status
    started_at: int
    stopped_at: int | None
    error: str | None = None
    cause: str | None = None

    @property
    def is_running(self) -> bool:
        return self.status in ("RUNNING", "WAITING")


class MachineSummary(NamedTuple):
    """A state machine with its latest executions, newest first.

    `running` is the number of its running executions, a lower bound if `has_more_running`.
    """

    name: str
    arn: str
    type: str
    runs: Sequence[MachineRun]
    running: int
    has_more_running: bool = False

    @property
    def last_failure(self) -> MachineRun | None:
        """The latest failed execution, with its error."""
        return next((run for run in self.runs if run.status in ("FAILED", "TIMED_OUT")), None)


def machine_summaries(service: Service, limit: int | None = None) -> Iterator[MachineSummary]:
    """Yields up to `limit` state machines, by name."""
    for count, machine in enumerate(all_machines(service)):
        if limit is not None and count >= limit:
            return
        yield machine_summary(service, machine)


def machine_summary(service: Service, machine: StateMachine) -> MachineSummary:
    """Returns a state machine with its latest executions."""
    runs = service.executions.page(ExecutionFilter(machine.arn), None, RECENT_RUNS)
    return MachineSummary(
        machine.name,
        machine.arn,
        machine.type,
        _with_last_error(service, [machine_run(service, run) for run in runs]),
        service.executions.count_running(machine.arn),
    )


def all_machines(service: Service, after: str = "") -> Iterator[StateMachine]:
    """Yields the state machines of the account and region, by name, from the one after `after`."""
    prefix = arn.state_machine_arn(service.settings.region, service.settings.account_id, "")
    name: str | None = after
    while name is not None:
        machines, last = page(
            lambda key, limit: service.state_machines.page(prefix, key, limit), name, _MACHINES_PAGE
        )
        yield from machines
        name = None if last is None else last.name


def latest_express_executions(service: Service, limit: int) -> list[str]:
    """Returns the ARNs of the latest executions of each EXPRESS machine, oldest first.

    StatusEvents does not have them.
    """
    pages = [
        service.executions.page(ExecutionFilter(machine.arn), None, limit)
        for machine in all_machines(service)
        if machine.type == "EXPRESS"
    ]
    runs = sorted((run for page in pages for run in page), key=lambda run: run.started_at)
    return [run.arn for run in runs]


def machine_runs(
    service: Service, machine_arn: str, status: str | None, limit: int
) -> tuple[Sequence[MachineRun], bool]:
    """Returns the latest executions of a machine, version or alias, and whether there are more.

    Each has its error. Raises ApiError if the machine does not exist.
    """
    machine = existing_machine(service, machine_arn)
    filter = ExecutionFilter(machine.arn, status=status, **qualifiers.qualifier_started_by(machine))
    found = service.executions.page(filter, None, limit + 1)
    runs = [_with_error(service, machine_run(service, run)) for run in found[:limit]]
    return runs, len(found) > limit


def machine_run(service: Service, summary: ExecutionSummary | FoundExecution) -> MachineRun:
    """Returns an execution of a list, without its error."""
    status: Status = summary.status  # type: ignore[assignment]
    if status == "RUNNING" and is_waiting_after(_last_event_type(service, summary.arn)):
        status = "WAITING"
    return MachineRun(summary.arn, summary.name, status, summary.started_at, summary.stopped_at)


def _last_event_type(service: Service, execution_arn: str) -> str | None:
    try:
        return next(
            (event.type for event in service.executions.history_reversed(execution_arn, limit=1)), None
        )
    except Exception as error:  # a damaged row of one execution must not break the list
        if is_store_error(error):
            raise
        return None


def _with_last_error(service: Service, runs: list[MachineRun]) -> list[MachineRun]:
    for place, run in enumerate(runs):
        if run.status in ("FAILED", "TIMED_OUT"):
            runs[place] = _with_error(service, run)
            break
    return runs


def _with_error(service: Service, run: MachineRun) -> MachineRun:
    if run.status not in ("FAILED", "TIMED_OUT", "ABORTED"):
        return run
    execution = service.executions.find(run.arn)
    return run if execution is None else run._replace(error=execution.error, cause=execution.cause)

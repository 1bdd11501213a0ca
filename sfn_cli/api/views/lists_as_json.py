"""Lists of machines and executions as JSON values: `sfn ls`, `sfn ps` and the console's data.

    MACHINE: {"name", "stateMachineArn", "type", "running": 1, "lastRuns": [RUN], "runningIsAtLeast": true,
     "lastError"}
    RUN: {"name", "executionArn", "status", "startDate", "stopDate", "error", "cause", "states": [STATE],
     "suspended", "fault"}
    STATE: {"name", "path", "count", "since", "until", "waitsFor", "words", "answer",
     "map": {"name", "counts"}}

Unknown values are left out. `date` formats times. A running execution has its `states` only if they were
read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.views.machine_summaries import MachineRun, MachineSummary
    from sfn_cli.api.views.running_executions import RunningExecution
    from sfn_cli.views.running_states import RunningState

    Date = Callable[[int], str]


def machine_as_json(machine: MachineSummary, date: Date) -> dict[str, Any]:
    """Returns a machine with its latest executions, newest first."""
    failure = machine.last_failure
    shown: dict[str, Any] = {
        "name": machine.name,
        "stateMachineArn": machine.arn,
        "type": machine.type,
        "running": machine.running,
        "lastRuns": [run_as_json(run, date) for run in machine.runs],
    }
    if machine.has_more_running:
        shown["runningIsAtLeast"] = True
    if failure is not None and failure.error is not None:
        shown["lastError"] = failure.error
    return shown


def run_as_json(run: MachineRun, date: Date, running: RunningExecution | None = None) -> dict[str, Any]:
    """Returns an execution of a list; `running` has the states of a running one."""
    shown: dict[str, Any] = {
        "name": run.name,
        "executionArn": run.arn,
        "status": "RUNNING" if run.is_running else run.status,
        "startDate": date(run.started_at),
    }
    if run.stopped_at is not None:
        shown["stopDate"] = date(run.stopped_at)
    shown |= {
        name: value for name, value in (("error", run.error), ("cause", run.cause)) if value is not None
    }
    return shown if running is None else shown | _states_as_json(running, date)


def running_execution_as_json(running: RunningExecution, date: Date) -> dict[str, Any]:
    """Returns a running execution with the states that it is in."""
    return {
        "executionArn": running.arn,
        "stateMachineArn": running.state_machine_arn,
        "name": running.name,
        "startDate": date(running.started_at),
        **_states_as_json(running, date),
    }


def _states_as_json(running: RunningExecution, date: Date) -> dict[str, Any]:
    """Returns the states of a running execution, and what is wrong with it."""
    shown: dict[str, Any] = {"states": [_running_state_as_json(state, date) for state in running.states]}
    if running.suspension is not None:
        shown["suspended"] = running.suspension
    if running.fault is not None:
        shown["fault"] = running.fault
    return shown


def _running_state_as_json(state: RunningState, date: Date) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": state.name,
        "path": state.path,
        "count": state.visits,
        "since": date(state.since),
    }
    if state.until is not None:
        shown["until"] = date(state.until)
    if state.waits_for is not None:
        shown |= {"waitsFor": state.waits_for, "words": state.words}
    if state.answer is not None:
        shown["answer"] = state.answer
    if state.map is not None:
        shown["map"] = {"name": state.map.name, "counts": state.map.counts._asdict()}
    return shown

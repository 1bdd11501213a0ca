"""What the deletion of a state machine does to its executions, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.executions import ExecutionFilter

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def describe_deletion(service: Service, machine_arn: str) -> str | None:
    """Returns what happens to the executions of a machine that was deleted; None if it has none."""
    if not service.executions.page(ExecutionFilter(state_machine_arn=machine_arn), None, 1):
        return None
    running = service.executions.count_running(machine_arn)
    if running == 0:
        return "Its executions are removed in a minute, or when a state machine of this name is created."
    ending = (
        "1 execution runs, and fails at its"
        if running == 1
        else f"{running} executions run, and fail at their"
    )
    return f"{ending} next state transition. A minute after that, all of its executions are removed."

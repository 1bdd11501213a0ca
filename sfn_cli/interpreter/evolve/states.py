"""The meaning of events about states: entered, exited, aborted, a failed expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import StatesError
from sfn_cli.interpreter.events import VARIABLES
from sfn_cli.interpreter.evolve.children import child_succeeded, drop_children, set_children_aside
from sfn_cli.interpreter.evolve.tasks import cancel_task, count_task_retry, follow_event
from sfn_cli.interpreter.frame import NO_MEMO, Stay
from sfn_cli.jsonvalue import loads, text_bytes, value_bytes
from sfn_cli.quotas import VARIABLES_BYTES

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame


def state_entered(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    assert event.details is not None and event.payload is not None
    frame.last = event.id
    frame.last_at = event.at
    frame.input = event.payload
    state = frame.machine.states[event.details["name"]]
    frame.stay = Stay(state, event.id, event.previous_event_id, event.at)
    execution.make_ready(frame)


def state_exited(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    assert event.details is not None and event.payload is not None
    follow_event(execution, frame, event)
    assigned = event.details.get(VARIABLES)
    if assigned:
        frame.variables = {**frame.variables, **{name: loads(text) for name, text in assigned.items()}}
        frame.variable_bytes += sum(map(text_bytes, assigned.values()))
        if frame.variable_bytes > VARIABLES_BYTES:  # variables have been replaced
            frame.variable_bytes = sum(map(value_bytes, frame.variables.values()))
    frame.input = event.payload
    frame.next = event.next
    frame.phase = "ENDING" if event.next is None else "STARTING"
    drop_children(execution, frame)
    if event.next is None and frame.parent is not None and frame.parent.stay.state.type == "Parallel":
        # The end of a branch has no event.
        child_succeeded(execution, frame, event.id)


def state_aborted(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    frame.stay.memo = NO_MEMO
    if event.previous_event_id == frame.last:  # the branch failed by itself; it is not aborted
        frame.stay.failure_recorded = True
        execution.make_ready(frame)
        return
    cancel_task(execution, frame)
    set_children_aside(execution, frame)
    frame.stood = frame.phase
    frame.phase = "ABORTED"


def evaluation_failed(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    stay, details = frame.stay, event.details or {}
    location = details.get("location")
    if location is not None and location.startswith("Catch["):
        stay.catch_failed = True
        stay.failure_recorded = False
    elif frame.phase == "FAILED":
        count_task_retry(execution, frame)
    follow_event(execution, frame, event)
    set_children_aside(execution, frame)
    stay.error = StatesError(details.get("error"), details.get("cause"), location=location)

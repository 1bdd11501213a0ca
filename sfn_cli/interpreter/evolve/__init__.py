"""The meaning of events: the fold of a history into an Execution, and its only writer.

`evolve(execution, event)` is total over the events that `decide` and `receive` return; it never
reads a clock. The table of event types (`events.EVENT_TYPES`) names the function that applies an
event, and the phases of its frame. The functions are in `evolve/states.py`, `evolve/tasks.py` and
`evolve/children.py`; those for events about the whole execution are here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.interpreter.events import EVENT_TYPES, SYNCHRONOUS, TERMINAL, HistoryEvent
from sfn_cli.interpreter.evolve import children, origins, states, tasks
from sfn_cli.interpreter.frame import Frame
from sfn_cli.interpreter.redrive import redrive_execution

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.phase import Phase


def evolve(execution: Execution, event: HistoryEvent) -> None:
    """Applies one event. Events are applied in the order of their ids, each once.

    Raises AssertionError if the event cannot come next, because the history is damaged. The execution
    must then be discarded.
    """
    # Raised, not asserted: a damaged history must also be detected under `python -O`.
    if event.id != execution.last_id + 1:
        raise AssertionError(f"event {event.id} after {execution.last_id}")
    execution.last_id = event.id
    if execution.origins:
        event = origins.event_in_origin(execution, event)
        _apply_event(execution, event)
        origins.end_origin_with(execution, event)
    else:
        _apply_event(execution, event)


def _apply_event(execution: Execution, event: HistoryEvent) -> None:
    in_frame = _IN_FRAMES.get(event.type)
    if in_frame is None:
        if event.type not in _OF_EXECUTIONS:
            raise AssertionError(f"event {event.id} is {event.type}, which sfn never records")
        _OF_EXECUTIONS[event.type](execution, event)
        return
    frame = execution.frames.get(event.frame)
    if frame is None or frame.phase not in in_frame.before:
        raise AssertionError(_evolve_damage(event, frame))
    in_frame.handler(execution, frame, event)
    if in_frame.after is not None:
        frame.phase = in_frame.after


def _evolve_damage(event: HistoryEvent, frame: Frame | None) -> str:
    where = "does not run" if frame is None else f"is {frame.phase}"
    return f"event {event.id} cannot be {event.type}: frame {event.frame} {where}"


def execution_started(execution: Execution, event: HistoryEvent) -> None:
    assert event.payload is not None
    execution.input = event.payload
    execution.started_at = event.at
    details = event.details or {}
    execution.role_arn = str(details.get("roleArn", ""))
    execution.is_synchronous = SYNCHRONOUS in details
    execution.limit_time(event.at)
    # The first StateEntered follows "event 0": AWS does not count ExecutionStarted.
    children.add_child_frame(execution, Frame(0, execution.machine, event.payload, {}, 0, event.at))
    origins.take_over_origins(execution, event)


def execution_redriven(execution: Execution, event: HistoryEvent) -> None:
    assert event.details is not None
    execution.status = "RUNNING"
    execution.redrive_count = event.details["redriveCount"]
    execution.redriven_at = event.at
    execution.limit_time(event.at)
    redrive_execution(execution, event)


def execution_ended(execution: Execution, event: HistoryEvent) -> None:
    execution.status = TERMINAL[event.type]
    execution.failed_by = (event.details or {}).get("error") if event.type == "ExecutionFailed" else None
    for task in list(execution.open_tasks.values()):
        tasks.cancel_task(execution, execution.frames[task.frame])
    execution.ready.clear()
    execution.timers.clear()
    execution.waiting.clear()


def execution_succeeded(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    execution_ended(execution, event)
    execution.frames.clear()


_EXECUTION_HANDLERS: Mapping[str, Callable[[Execution, HistoryEvent], None]] = {
    handler.__name__: handler for handler in (execution_started, execution_redriven, execution_ended)
}

_FRAME_HANDLERS: Mapping[str, Callable[[Execution, Frame, HistoryEvent], None]] = {
    handler.__name__: handler
    for handler in (
        execution_succeeded,
        states.state_entered,
        states.state_exited,
        states.state_aborted,
        states.evaluation_failed,
        tasks.task_scheduled,
        tasks.task_started,
        tasks.task_submitted,
        tasks.task_succeeded,
        tasks.task_failed,
        tasks.map_run_started,
        tasks.map_run_aborted,
        children.children_forked,
        children.iteration_started,
        children.iteration_succeeded,
        children.iteration_failed,
        children.iteration_aborted,
        children.children_joined,
        children.children_join_failed,
    )
}


class _InFrame(NamedTuple):
    """The application of events of one type to their frame.

    `after` is None if the handler chooses the phase or leaves it unchanged.
    """

    handler: Callable[[Execution, Frame, HistoryEvent], None]
    before: tuple[Phase, ...]
    after: Phase | None


_OF_EXECUTIONS: Mapping[str, Callable[[Execution, HistoryEvent], None]] = {
    name: _EXECUTION_HANDLERS[type.handler]
    for name, type in EVENT_TYPES.items()
    if type.handler is not None and not type.before
}

_IN_FRAMES: Mapping[str, _InFrame] = {
    name: _InFrame(
        _FRAME_HANDLERS[type.handler], type.before, type.after[0] if len(type.after) == 1 else None
    )
    for name, type in EVENT_TYPES.items()
    if type.handler is not None and type.before
}

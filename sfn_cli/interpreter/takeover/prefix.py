"""The law of a taken-over history: its events are those that the new definition results in.

    prefix = take_over_prefix(interpreter, history, entry)

replays the events of an execution up to the event `entry`, which enters a state. The interpreter has the
new definition, and the names and the seed of the old execution.

Law 1: an event that an interpreter decides is the one that the new definition results in: its type,
state, frame, data, variables and next state. Its time may be later than it is due, but not earlier.
Law 2: what came from outside (the answer of a task, a stop, a redrive) is accepted wherever it can occur.
Law 3: the entry of the state is decided by the new definition: the type of the state may have changed.
Law 4: no task is open at the entry. It would run a second time, and its arguments may contain its token,
which belongs to the old execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import SfnError
from sfn_cli.interpreter.decide import decide_step
from sfn_cli.interpreter.events import EVENT_TYPES, TERMINAL, HistoryEvent
from sfn_cli.interpreter.evolve.origins import event_in_origin
from sfn_cli.interpreter.frame import NO_MEMO
from sfn_cli.interpreter.takeover.difference import event_difference, event_in_words, events_are_equal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.interpreter.decide.moves import Due
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame
    from sfn_cli.interpreter.interpreter import Interpreter

_ANSWERS = ("task_started", "task_submitted", "task_succeeded", "task_failed")
"""The functions of evolve for events that record what happened to a task."""


class PrefixError(SfnError):
    """A history that cannot be taken over; the text is one line with the event and what differs."""


def take_over_prefix(interpreter: Interpreter, history: Sequence[HistoryEvent], entry: int) -> HistoryEvent:
    """Applies the events before `entry`, and returns the entry of its state by the new definition.

    Raises PrefixError for a history that is not one of the interpreter's definition.
    """
    execution = interpreter.execution
    interpreter.apply(history[0])
    edited = {origin.until for origin in execution.origins if origin.is_edited}
    for event in history[1 : entry - 1]:
        reason = _reason_against_event(execution, event, is_edited=event.id in edited)
        if reason is not None:
            raise PrefixError(f"{event_in_words(event, _state_of_event(execution, event))}: {reason}")
        try:
            interpreter.apply(event)
        except AssertionError as damage:
            raise PrefixError(f"the history is damaged: {damage}") from None
    recorded = history[entry - 1]
    decided = _decide_entry(execution, recorded)
    return decided._replace(payload=recorded.payload) if entry in edited else decided


def taken_over_events(
    history: Sequence[HistoryEvent], entry: HistoryEvent, started_at: int
) -> list[HistoryEvent]:
    """Returns the events to take over, up to `entry`, for an execution that starts at `started_at`."""
    by = started_at - history[0].at
    return [event._replace(at=event.at + by) for event in (*history[1 : entry.id - 1], entry)]


def _decide_entry(execution: Execution, recorded: HistoryEvent) -> HistoryEvent:
    name = (recorded.details or {}).get("name")
    frame = execution.frames.get(recorded.frame)
    at = _time_of_event(execution, recorded)
    decided = None if frame is None else decide_step(execution, frame, at)
    if (
        not isinstance(decided, HistoryEvent)
        or not decided.type.endswith("StateEntered")
        or (decided.details or {}).get("name") != name
    ):
        reason = event_difference(recorded, decided)
        raise PrefixError(f"{event_in_words(recorded, name)}: {reason}")
    if execution.open_tasks:
        tasks = sorted(execution.open_tasks.values(), key=lambda task: task.id)
        pending = ", ".join(f"{task.state_name!r} (event {task.id})" for task in tasks[:3])
        more = f" and {len(tasks) - 3} more" if len(tasks) > 3 else ""
        around = execution.frames[0].stay.state.name
        raise PrefixError(
            f"when it was entered, tasks of other branches were running: {pending}{more}. "
            f"Run from {around!r} instead"
        )
    return decided._replace(at=recorded.at)


def _reason_against_event(execution: Execution, event: HistoryEvent, *, is_edited: bool) -> str | None:
    """Returns why the event cannot be the next one, or None if it can."""
    at = _time_of_event(execution, event)
    if event.type == "ExecutionRedriven":
        is_next = (event.details or {}).get("redriveCount") == execution.redrive_count + 1
        return None if execution.ended and is_next else "the execution would not have failed"
    is_late = execution.deadline_at is not None and at >= execution.deadline_at
    if event.type == "ExecutionTimedOut":
        return None if is_late else "TimeoutSeconds would not be over"
    if event.type == "ExecutionAborted":
        return None
    if is_late:
        return "the execution would have timed out before"
    if EVENT_TYPES[event.type].handler in _ANSWERS:
        frame = execution.frames.get(event.frame)
        return None if frame is not None and frame.phase == "WORKING" else "no task would be running"
    if event.type in TERMINAL and event.previous_event_id == 0:
        return None  # an execution may also fail for a reason outside its states
    return _difference_of_event(execution, event, at, is_edited=is_edited)


def _difference_of_event(
    execution: Execution, event: HistoryEvent, at: int, *, is_edited: bool
) -> str | None:
    """Returns what differs if the definition does not result in this event."""
    instead: HistoryEvent | Due | None = None
    for position, frame in enumerate(_frames_for_event(execution, event)):
        step = decide_step(execution, frame, at)
        if isinstance(step, HistoryEvent) and events_are_equal(event, step, ignores_data=is_edited):
            return None
        if position == 0 or (instead is None and isinstance(step, HistoryEvent)):
            instead = step
        _forget_decision(frame)
    return event_difference(event, instead)


def _frames_for_event(execution: Execution, event: HistoryEvent) -> Iterator[Frame]:
    """Yields the frames that may have decided the event.

    First its own frame and those around it. The event may also come from a failure in any other one.
    """
    seen = set()
    frame = execution.frames.get(event.frame)
    while frame is not None:
        seen.add(frame.serial)
        yield frame
        frame = frame.parent
    for serial in sorted(execution.frames.keys() - seen):
        yield execution.frames[serial]


def _forget_decision(frame: Frame) -> None:
    """Removes what a step that did not happen has left in memos."""
    around: Frame | None = frame
    while around is not None:
        if around.stay is not None:
            around.stay.memo = NO_MEMO
        around = around.parent


def _time_of_event(execution: Execution, event: HistoryEvent) -> int:
    """Returns the event's time in the origin whose events are replayed."""
    return event_in_origin(execution, event).at if execution.origins else event.at


def _state_of_event(execution: Execution, event: HistoryEvent) -> str | None:
    """Returns the name of the event's state, where it is known."""
    name = (event.details or {}).get("name")
    if name is not None:
        return str(name)
    frame = execution.frames.get(event.frame)
    return None if frame is None or frame.stay is None else frame.stay.state.name

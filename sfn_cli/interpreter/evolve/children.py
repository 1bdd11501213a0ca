"""The meaning of events about a Map or Parallel and its children: forks, iterations, joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.moves import Distribute, Fork
from sfn_cli.interpreter.evolve.tasks import begin_task_attempt, cancel_task, follow_event
from sfn_cli.interpreter.frame import NO_MEMO, ForkState, Frame
from sfn_cli.interpreter.visits import final_visit_failure, visit_failure

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import Execution


def add_child_frame(execution: Execution, frame: Frame) -> None:
    """Adds a new thread of control."""
    execution.frames[frame.serial] = frame
    execution.next_serial = frame.serial + 1
    execution.make_ready(frame)


def child_succeeded(execution: Execution, frame: Frame, event_id: int) -> None:
    """Records that a child has finished; its parent now follows this event."""
    parent = frame.parent
    assert parent is not None
    fork = parent.stay.fork
    assert fork is not None
    fork.results[frame.index] = frame.input
    fork.running -= 1
    fork.finished += 1
    fork.previous_for_child = frame.last
    parent.last = event_id
    parent.last_at = frame.last_at
    _drop_child(execution, frame)
    execution.make_ready(parent)


def drop_children(execution: Execution, frame: Frame) -> None:
    """Discards the frame's children when it exits its state or forks again."""
    fork = frame.stay.fork
    if fork is not None:
        for child in list(fork.children.values()):
            _drop_child(execution, child)
        frame.stay.fork = None


def _drop_child(execution: Execution, frame: Frame) -> None:
    frame.phase = "ENDED"
    cancel_task(execution, frame)
    if frame.stay is not None:
        drop_children(execution, frame)
    execution.frames.pop(frame.serial, None)
    execution.waiting.pop(frame.serial, None)
    if frame.parent is not None and frame.parent.stay.fork is not None:
        frame.parent.stay.fork.children.pop(frame.index, None)


def set_children_aside(execution: Execution, frame: Frame) -> None:
    """Stops the frame's children; a redrive may resume each from where it stopped."""
    fork = frame.stay.fork
    if fork is not None:
        for child in fork.children.values():
            _remove_child_from_agenda(execution, child)
        fork.set_aside()


def _remove_child_from_agenda(execution: Execution, frame: Frame) -> None:
    cancel_task(execution, frame)
    execution.frames.pop(frame.serial, None)
    execution.waiting.pop(frame.serial, None)
    if frame.stay is not None and frame.stay.fork is not None:
        for child in frame.stay.fork.children.values():
            _remove_child_from_agenda(execution, child)


def children_forked(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    _note_failed_child(execution, frame, event)
    move = begin_task_attempt(execution, frame, event)
    drop_children(execution, frame)
    follow_event(execution, frame, event)
    stay = frame.stay
    if isinstance(move, Distribute):
        frame.phase = "DISTRIBUTING"
        stay.distribution = move
        stay.map_run_arn = None
        return
    assert isinstance(move, Fork)
    frame.phase = "FORKED"
    stay.fork = ForkState(move, event.id)
    if move.items is None:
        for index in range(move.length):
            _start_child(execution, frame, stay.fork, index, event)


def _note_failed_child(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    """Records the failed child that the event follows, which makes a Map or Parallel fail or retry."""
    fork = frame.stay.fork
    for child in fork.children.values() if fork is not None else ():
        if child.last == event.previous_event_id:
            frame.stay.error = final_visit_failure(execution, child, event.at)
            frame.last, frame.last_at = child.last, child.last_at


def _start_child(
    execution: Execution, parent: Frame, fork: ForkState, index: int, event: HistoryEvent
) -> None:
    move = fork.move
    child = Frame(
        execution.next_serial, move.machine(index), move.inputs[index], parent.variables, event.id, event.at
    )
    child.parent = parent
    child.variable_bytes = parent.variable_bytes
    child.index = index
    if move.items is not None:
        child.item = (index, move.items[index])
    fork.children[index] = child
    fork.started += 1
    fork.running += 1
    add_child_frame(execution, child)


def iteration_started(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    # The event is recorded under the Map's frame: it creates the iteration's frame.
    fork = frame.stay.fork
    assert fork is not None
    _start_child(execution, frame, fork, fork.started, event)
    execution.make_ready(frame)


def iteration_succeeded(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    frame.last_at = event.at
    child_succeeded(execution, frame, event.id)


def iteration_failed(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    parent = frame.parent
    assert parent is not None and parent.stay.fork is not None
    frame.stay.error = final_visit_failure(execution, frame, event.at)
    frame.stood = frame.phase
    parent.stay.fork.failed_child = frame
    parent.last = frame.last
    parent.last_at = frame.last_at
    execution.make_ready(parent)


def iteration_aborted(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    parent = frame.parent
    assert parent is not None and parent.stay.fork is not None
    parent.stay.fork.aborted.append(frame.index)


def children_joined(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    stay = frame.stay
    if stay.map_run_event:
        # Observed since November 2024: what follows does not follow MapRunSucceeded.
        frame.last = stay.map_run_event
    frame.last_at = event.at
    stay.memo = NO_MEMO
    execution.make_ready(frame)


def children_join_failed(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    stay = frame.stay
    if stay.failure_recorded:  # a second time
        stay.error = final_visit_failure(execution, frame, event.at)
        stay.catch_failed = True
    else:
        _note_failed_child(execution, frame, event)
        stay.error = visit_failure(execution, frame)
    follow_event(execution, frame, event)
    set_children_aside(execution, frame)
    stay.failure_recorded = True
    stay.before_failure = event.previous_event_id

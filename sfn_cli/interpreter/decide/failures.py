"""The failure of a state: a retry, a caught error, or the end of the frame and its siblings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.retry import RUNTIME
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.decide.moves import (
    event_of_move,
    iteration_move_details,
    move_out_of_state,
    perform_move,
)
from sfn_cli.interpreter.events import error_event_details, state_event_types
from sfn_cli.interpreter.visits import (
    DATA_LIMIT_EXCEEDED,
    QUERY_EVALUATION_ERROR,
    catch_visit_error,
    final_visit_failure,
    next_visit_move,
    usable_visit_retrier,
    visit,
)

if TYPE_CHECKING:
    from sfn_cli.interpreter.decide.moves import Due
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame

_FAILED = state_event_types("StateFailed")
_ABORTED = state_event_types("StateAborted")


def expression_failed(
    execution: Execution, frame: Frame, now: int, error: StatesError, after: Frame
) -> HistoryEvent | Due | None:
    """Handles a failed expression of the state, after the last event of `after`.

    A JSONata error is recorded first (law 3), as are too large variables.
    """
    if _has_evaluation_event(error):
        stay, previous = frame.stay, after.last
        if previous == stay.entered_id and error.error == QUERY_EVALUATION_ERROR:
            previous = stay.entered_previous
        return _evaluation_failure(execution, frame, now, error, previous)
    if frame.phase in ("WORKED", "JOINED"):
        return recover_from_failure(execution, frame, now, error)
    # Not retried: nothing outside was called, and the same evaluation would fail the same way.
    return _fail_state(execution, frame, now, error, after)


def _has_evaluation_event(error: StatesError) -> bool:
    of_variables = error.error == DATA_LIMIT_EXCEEDED and error.location is not None
    return error.error == QUERY_EVALUATION_ERROR or of_variables


def _evaluation_failure(
    execution: Execution, frame: Frame, now: int, error: StatesError, previous: int
) -> HistoryEvent:
    details = {**error_event_details(error.error, error.cause), "state": frame.stay.state.name}
    if error.location is not None:
        details["location"] = error.location
    return event_of_move(execution, frame, now, "EvaluationFailed", details, previous=previous)


def recover_from_failure(
    execution: Execution, frame: Frame, now: int, error: StatesError
) -> HistoryEvent | Due | None:
    """Handles a failure of the frame's state: retries, catches the error, or fails."""
    again = None if frame.stay.catch_failed else _retry_after_failure(execution, frame, now, error, frame)
    return _fail_state(execution, frame, now, error, frame) if again is None else again


def _retry_after_failure(
    execution: Execution, frame: Frame, now: int, error: StatesError, after: Frame
) -> HistoryEvent | Due | None:
    """Returns the event of the next attempt, the time when it is due, or None if no attempt is left.

    The attempt follows the last event of `after`, which is the frame itself or its failed child.
    """
    stay = frame.stay
    found = usable_visit_retrier(stay, error)
    if found is None:
        return None
    position, entry = found
    attempt = stay.retried.get(position, 0) + 1
    due = after.last_at + entry.delay_ms(attempt, f"{execution.seed}/{after.last}/retry")
    if now < due:
        return due
    try:
        move = next_visit_move(execution, frame, now, after)
    except StatesError as raised:
        return expression_failed(execution, frame, now, raised, after)
    return perform_move(execution, frame, now, move, after.last)


def _fail_state(
    execution: Execution, frame: Frame, now: int, error: StatesError, after: Frame
) -> HistoryEvent | Due | None:
    """Handles a failure with no attempt left.

    Records the failure of a Map or Parallel, then catches the error or fails.
    """
    stay = frame.stay
    if error.error == RUNTIME:
        return fail_frame(execution, frame, now, error)
    if frame.phase == "FAILED" and not stay.failure_recorded and stay.state.type in _FAILED:
        return event_of_move(execution, frame, now, _FAILED[stay.state.type])
    if stay.catch_failed:
        return fail_frame(execution, frame, now, error)
    try:
        seen = visit(execution, frame, attempt=stay.retry_count, now=after.last_at, follows=after.last)
        done = catch_visit_error(stay, seen, error)
    except StatesError as worse:
        return _fail_catch(execution, frame, now, worse, after)
    if done is None:
        return fail_frame(execution, frame, now, error)
    return move_out_of_state(execution, frame, now, done, after.last)


def _fail_catch(
    execution: Execution, frame: Frame, now: int, error: StatesError, after: Frame
) -> HistoryEvent | Due | None:
    """Handles an error of a Catcher's own fields. It is neither retried nor caught.

    It comes from before the failure of the Map or Parallel, which is then recorded again (law 7).
    """
    stay = frame.stay
    previous = stay.before_failure if stay.failure_recorded else after.last
    if _has_evaluation_event(error):
        return _evaluation_failure(execution, frame, now, error, previous)
    if error.error != RUNTIME and stay.failure_recorded and stay.state.type in _FAILED:
        return event_of_move(execution, frame, now, _FAILED[stay.state.type], previous=previous)
    return fail_frame(execution, frame, now, error)


def fail_frame(execution: Execution, frame: Frame, now: int, error: StatesError) -> HistoryEvent | Due | None:
    """Fails the frame, and the execution or fork that it belongs to.

    States.Runtime fails the execution at once, wherever it comes from (law 8).
    """
    frame.stay.note().failed_for_good = error
    parent = frame.parent
    if parent is None or error.error == RUNTIME:
        details = error_event_details(error.error, error.cause)
        # Nothing else of the execution continues when its root fails: it also follows what the root's
        # next state would not follow, ParallelStateSucceeded.
        previous = execution.last_id if parent is None else frame.last
        root = execution.frames[0]
        return event_of_move(execution, root, now, "ExecutionFailed", details, previous=previous)
    parent.stay.note().failed_child = frame
    return fail_fork(execution, parent, now, frame)


def fail_fork(execution: Execution, frame: Frame, now: int, failed: Frame) -> HistoryEvent | Due | None:
    """Handles a Map or Parallel with a failed child (law 4)."""
    if failed.phase != "ENDED" and failed.stay.state.type == "Task" and not failed.stay.failure_recorded:
        return event_of_move(execution, failed, now, "TaskStateAborted")
    aborted = _abort_children(execution, frame, now, spared=failed, previous=failed.last)
    if aborted is not None:
        return aborted
    if failed.phase != "ENDED" and frame.stay.state.type == "Map":
        return event_of_move(execution, failed, now, "MapIterationFailed", iteration_move_details(failed))
    again = _retry_after_failure(execution, frame, now, final_visit_failure(execution, failed, now), failed)
    if again is not None:
        return again
    return event_of_move(execution, frame, now, _FAILED[frame.stay.state.type], previous=failed.last)


def _abort_children(
    execution: Execution, frame: Frame, now: int, *, spared: Frame | None, previous: int
) -> HistoryEvent | None:
    fork = frame.stay.fork
    if fork is None:
        return None
    for index, child in sorted(fork.children.items()):
        if child is spared or child.phase == "ENDED":
            continue
        if frame.stay.state.type == "Map" and index not in fork.aborted:
            return event_of_move(
                execution, child, now, "MapIterationAborted", iteration_move_details(child), previous=previous
            )
        aborted = _abort_state(execution, child, now, previous)
        if aborted is not None:
            return aborted
    return None


def _abort_state(execution: Execution, frame: Frame, now: int, previous: int) -> HistoryEvent | None:
    """Returns the next event of aborting the frame's work, or None if nothing is left to record."""
    if frame.phase in ("STARTING", "ENDING", "ABORTED"):
        return None
    stay = frame.stay
    if stay.task is not None and stay.task.plan is not None:
        return event_of_move(execution, frame, now, "MapRunAborted", previous=previous)
    inner = _abort_children(execution, frame, now, spared=None, previous=previous)
    if inner is not None:
        return inner
    if stay.state.type in _ABORTED:
        return event_of_move(execution, frame, now, _ABORTED[stay.state.type], previous=previous)
    return None

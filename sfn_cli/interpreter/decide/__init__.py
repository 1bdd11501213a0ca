"""The next event: AWS's event grammar, one event at a time.

`decide(execution, now)` returns the next event that is due by `now`, or None when the execution waits
for a signal or for `execution.wake_at`. It changes only two parts of the execution, neither of which
affects events: it takes frames off the agenda or schedules them for later, and it writes the memo of
a stay (`Stay.memo`: moves and final failures of states), which may be lost at any time.

Laws, observed in recordings of AWS:
1. An event follows the previous one in its frame (previousEventId); the execution's first state follows 0.
2. A retry has no event of its own: the next …Scheduled or …Started follows the failure.
3. An error of a JSONata expression, or of too large variables, is recorded as EvaluationFailed. The former
   follows what StateEntered followed if the state has no other event (2024), the latter StateEntered (2026).
4. A failing Map or Parallel aborts its failed child's Task and the work of its other children, then retries
   or records its failure. All of this follows the failed child's last event.
5. A state is entered with compact input; only ExecutionStarted, and the event with a task's result, have
   the text as it was given. (Recordings since the middle of 2024)
6. The 25,000th event is always the execution's end.
7. An error of a Catcher's own fields follows what the state's failure followed, and is a second failure.
8. States.Runtime fails the execution, without any event of the states and iterations around it.
9. After the state machine was deleted, the next transition is the execution's end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.moves import Sleep, Stop
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.decide.failures import expression_failed, fail_fork, fail_frame, recover_from_failure
from sfn_cli.interpreter.decide.moves import (
    event_of_move,
    iteration_move_details,
    move_out_of_state,
    perform_move,
)
from sfn_cli.interpreter.events import HistoryEvent, failed_in_place, state_event_types
from sfn_cli.interpreter.map_run import map_run_arn
from sfn_cli.interpreter.receive import task_details, task_event
from sfn_cli.interpreter.visits import (
    first_visit_move,
    joined_visit_result,
    map_run_plan_of_visit,
    visit_completion,
    visit_failure,
)
from sfn_cli.query.limits import BudgetExceeded

if TYPE_CHECKING:
    from sfn_cli.interpreter.decide.moves import Due
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame
    from sfn_cli.jsonvalue import Payload

_ENTERED = state_event_types("StateEntered")
_SUCCEEDED = state_event_types("StateSucceeded")


def decide(execution: Execution, now: int) -> HistoryEvent | None:
    """Returns the next event, or None when nothing is due by `now`.

    Raises BudgetExceeded if computing the next event takes longer than `execution.budget`; a later
    call returns that event.
    """
    if execution.ended:
        return None
    if execution.deadline_at is not None and now >= execution.deadline_at:
        # An end from outside follows 0. Observed for ExecutionAborted, and assumed here.
        return HistoryEvent(
            execution.last_id + 1, 0, now, "ExecutionTimedOut", details={"error": "States.Timeout"}
        )
    while (frame := execution.next_ready(now)) is not None:
        try:
            next_step = decide_step(execution, frame, now)
        except BudgetExceeded:
            execution.make_ready(frame)
            raise
        if isinstance(next_step, HistoryEvent):
            if next_step.frame != frame.serial:
                execution.make_ready(frame)
            return _decide_within_limit(execution, next_step)
        if next_step is not None:
            execution.wait(frame, next_step)
    return None


def frame_due_at(execution: Execution, frame: Frame) -> int | None:
    """Returns when the frame's timer is due: the end of a Wait, a retry, or the timeout of a task.

    None if the frame can move immediately, or waits for a signal or its children.
    """
    next_step = decide_step(execution, frame, _BEFORE_ANY_TIMER)
    return next_step if isinstance(next_step, int) else None


_BEFORE_ANY_TIMER = 0


def _decide_within_limit(execution: Execution, next_event: HistoryEvent) -> HistoryEvent:
    """Returns the event itself, or the execution's end in its place (laws 6 and 9)."""
    if next_event.id < execution.max_events or next_event.type == "ExecutionSucceeded":
        return next_event
    cause = execution.end_cause or (
        f"The execution reached the maximum number of history events ({execution.max_events})."
    )
    return failed_in_place(next_event, cause)


def decide_step(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    """Returns the frame's next event, the time until which it waits, or None if it has none."""
    if frame.parent is not None and _is_superseded(frame):
        return None
    phase = frame.phase
    if phase == "STARTING":
        return _decide_enter(execution, frame, now)
    stay = frame.stay
    if stay.memo.failed_for_good is not None and phase != "ENDED":
        return fail_frame(execution, frame, now, stay.memo.failed_for_good)
    match phase:
        case "ENTERED":
            return _decide_begin(execution, frame, now)
        case "WORKING":
            return _decide_work(execution, frame, now)
        case "WORKED" if stay.state.type == "Map":
            return event_of_move(execution, frame, now, "MapStateSucceeded")
        case "WORKED":
            return _decide_completion(execution, frame, now, stay.result)
        case "DISTRIBUTING":
            return _decide_map_run(execution, frame, now)
        case "FORKED":
            return _decide_children(execution, frame, now)
        case "JOINED":
            return _decide_completion(execution, frame, now, joined_visit_result(stay))
        case "FAILED":
            return recover_from_failure(execution, frame, now, visit_failure(execution, frame))
        case "ENDING":
            return _decide_end(execution, frame, now)
        case "ABORTED" | "ENDED":
            return None


def _is_superseded(frame: Frame) -> bool:
    """Whether a sibling of the frame or of an ancestor has failed, or aborted it, which stops the frame."""
    child: Frame = frame
    while (parent := child.parent) is not None:
        failed, fork = parent.stay.failed_child, parent.stay.fork
        if failed is not None and failed is not child:
            return True
        if fork is not None and child.index in fork.aborted:
            return True
        child = parent
    return False


def _decide_enter(execution: Execution, frame: Frame, now: int) -> HistoryEvent:
    assert frame.next is not None
    state = frame.machine.states[frame.next]
    return event_of_move(
        execution, frame, now, _ENTERED[state.type], {"name": state.name}, payload=frame.input.compacted()
    )


def _decide_begin(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    try:
        move = first_visit_move(execution, frame)
        if isinstance(move, Sleep):
            if now < move.until:
                return move.until
            move = visit_completion(execution, frame, None, now=max(move.until, frame.last_at))
        elif isinstance(move, Stop):
            return fail_frame(execution, frame, now, StatesError(move.error, move.cause))
    except StatesError as error:
        return expression_failed(execution, frame, now, error, frame)
    return perform_move(execution, frame, now, move, frame.last)


def _decide_map_run(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    try:
        plan = map_run_plan_of_visit(execution, frame)
    except StatesError as error:
        return expression_failed(execution, frame, now, error, frame)
    stay = frame.stay
    if stay.map_run_arn is not None:  # a redrive continues the same Map Run
        details = {"mapRunArn": stay.map_run_arn, "redriveCount": stay.map_run_redrives + 1}
        return event_of_move(execution, frame, now, "MapRunRedriven", details)
    return event_of_move(
        execution, frame, now, "MapRunStarted", {"mapRunArn": map_run_arn(execution, frame, plan)}
    )


def _decide_work(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    task = frame.stay.task
    if task is None:  # a Map Run that was aborted; its state is aborted next
        return None
    due = task.due_at
    if due is None or now < due:
        return due
    details = {**task_details(task.resource), "error": "States.Timeout"}
    return event_of_move(execution, frame, now, task_event(task.resource, "TimedOut"), details)


def _decide_completion(
    execution: Execution, frame: Frame, now: int, result: Payload | None
) -> HistoryEvent | Due | None:
    try:
        done = visit_completion(execution, frame, result)
    except StatesError as error:
        return expression_failed(execution, frame, now, error, frame)
    return move_out_of_state(execution, frame, now, done, frame.last)


def _decide_end(execution: Execution, frame: Frame, now: int) -> HistoryEvent | None:
    if frame.parent is None:
        return event_of_move(execution, frame, now, "ExecutionSucceeded", {}, payload=frame.input)
    return event_of_move(execution, frame, now, "MapIterationSucceeded", iteration_move_details(frame))


def _decide_children(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    """Decides for a Map or Parallel with children: start one, join them, or handle a failure."""
    stay = frame.stay
    if stay.failed_child is not None:
        return fail_fork(execution, frame, now, stay.failed_child)
    fork = stay.fork
    assert fork is not None
    if fork.started < fork.move.length and fork.running < fork.move.max_concurrency:
        details = {"name": stay.state.name, "index": fork.started}
        return event_of_move(
            execution, frame, now, "MapIterationStarted", details, previous=fork.previous_for_child
        )
    if fork.finished == fork.move.length:
        return event_of_move(execution, frame, now, _SUCCEEDED[stay.state.type])
    return None

"""The meaning of events about tasks: attempts at a state's work, the open task, its end.

A Map Run is a task too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.moves import Call, Move
from sfn_cli.asl.resource import MAP_RUN
from sfn_cli.asl.retry import HEARTBEAT_TIMEOUT, TIMEOUT
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.context_object import context_object_token
from sfn_cli.interpreter.frame import NO_MEMO
from sfn_cli.interpreter.open_task import OpenTask
from sfn_cli.interpreter.visits import (
    first_visit_move,
    map_run_plan_of_visit,
    next_visit_move,
    usable_visit_retrier,
    visit_failure,
)
from sfn_cli.jsonvalue import Payload

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame

NO_ARGUMENTS = Payload({}, "{}")


def follow_event(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    """Makes the event the frame's last one, and makes the frame ready."""
    frame.last = event.id
    frame.last_at = event.at
    frame.stay.memo = NO_MEMO
    execution.make_ready(frame)


def begin_task_attempt(execution: Execution, frame: Frame, event: HistoryEvent) -> Move:
    """Returns the move that this event carries out, for the stay's first or a later attempt."""
    if frame.phase == "ENTERED":
        return first_visit_move(execution, frame)
    move = next_visit_move(execution, frame, event.at, frame)
    count_task_retry(execution, frame)
    return move


def count_task_retry(execution: Execution, frame: Frame) -> None:
    """Counts a retry after a failure of the state."""
    stay = frame.stay
    found = usable_visit_retrier(stay, visit_failure(execution, frame))
    if found is not None:
        stay.retried = {**stay.retried, found[0]: stay.retried.get(found[0], 0) + 1}
    stay.retry_count += 1
    stay.error = None
    stay.heartbeat_missed = False
    stay.result = None


def cancel_task(execution: Execution, frame: Frame) -> None:
    """Closes the frame's task, if it has one."""
    stay = frame.stay
    if stay is not None and stay.task is not None:
        execution.close_task(stay.task)
        stay.task = None


def task_scheduled(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    call = begin_task_attempt(execution, frame, event)
    assert isinstance(call, Call) and event.payload is not None
    follow_event(execution, frame, event)
    stay = frame.stay
    stay.scheduled += 1
    name = stay.state.name
    invocation = execution.invocations.get(name, 0)
    execution.invocations[name] = invocation + 1
    stay.task = OpenTask(
        id=event.id,
        frame=frame.serial,
        state_name=name,
        resource=call.resource,
        arguments=event.payload,
        scheduled_at=event.at,
        timeout_seconds=call.timeout_seconds,
        heartbeat_seconds=call.heartbeat_seconds,
        credentials=call.credentials,
        token=context_object_token(execution, frame, stay.retry_count) if call.resource.answerable else None,
        attempt=stay.scheduled,
        invocation=invocation,
    )
    execution.open_task(stay.task)


def task_started(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    task = _continue_task(execution, frame, event)
    task.started = True
    if task.activity is not None:
        task.limit_from(event.at)


def task_submitted(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    _continue_task(execution, frame, event).submitted = True


def _continue_task(execution: Execution, frame: Frame, event: HistoryEvent) -> OpenTask:
    follow_event(execution, frame, event)
    task = frame.stay.task
    assert task is not None
    task.at = event.at
    return task


def task_succeeded(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    _answer_task(execution, frame, event)
    frame.stay.result = event.payload


def task_failed(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    stay = frame.stay
    task = stay.task
    assert task is not None
    details = event.details or {}
    stay.heartbeat_missed = event.type.endswith("TimedOut") and _task_missed_heartbeat(task, event)
    _answer_task(execution, frame, event)
    stay.error = StatesError(TIMEOUT if stay.heartbeat_missed else details.get("error"), details.get("cause"))


def _answer_task(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    follow_event(execution, frame, event)
    task = frame.stay.task
    assert task is not None
    task.answered = not event.type.endswith("TimedOut")
    cancel_task(execution, frame)


def _task_missed_heartbeat(task: OpenTask, event: HistoryEvent) -> bool:
    """Whether a task timed out because of a missed heartbeat.

    That follows from the event's time, or from the error's name if the timeout was injected.
    """
    if (event.details or {}).get("error") == HEARTBEAT_TIMEOUT:
        return True
    if not task.started and task.activity is not None:
        task.started = True  # in histories of sfn 0.2, the limits count from the scheduling
        task.limit_from(task.at)
    due_at = task.heartbeat_due_at
    return (
        due_at is not None and event.at >= due_at and (task.timeout_at is None or event.at < task.timeout_at)
    )


def map_run_started(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    plan = map_run_plan_of_visit(execution, frame)
    follow_event(execution, frame, event)
    details = event.details or {}
    stay = frame.stay
    stay.distribution = None
    stay.map_run_arn = details["mapRunArn"]
    stay.map_run_redrives = details.get("redriveCount", 0)
    stay.map_run_event = event.id
    stay.task = OpenTask(
        id=event.id,
        frame=frame.serial,
        state_name=stay.state.name,
        resource=MAP_RUN,
        arguments=NO_ARGUMENTS,
        scheduled_at=event.at,
        timeout_seconds=None,
        heartbeat_seconds=None,
        credentials=None,
        token=None,
        plan=plan,
        map_run_arn=stay.map_run_arn,
    )
    stay.task.started = True
    execution.open_task(stay.task)


def map_run_aborted(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    cancel_task(execution, frame)

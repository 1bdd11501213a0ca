"""What an event means: the fold of a history into an Execution, and its only writer.

`evolve(execution, event)` is total over the events that `decide` and `receive` make; it never
looks at a clock. `HANDLERS` is the whole grammar: one function per kind of event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sfn_cli.asl.moves import Call, Distribute, Fork, Move
from sfn_cli.asl.resource import MAP_RUN
from sfn_cli.asl.retry import HEARTBEAT_TIMEOUT, TIMEOUT
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.context_object import token_of
from sfn_cli.interpreter.events import TERMINAL, VARIABLES, HistoryEvent
from sfn_cli.interpreter.execution import Execution, Frame, OpenTask, Phase
from sfn_cli.interpreter.redrive import go_on
from sfn_cli.interpreter.visits import ask_again, failure, final_failure, map_run_plan, move, retrier
from sfn_cli.jsonvalue import Payload, loads

NO_ARGUMENTS = Payload({}, "{}")

STANDARD_SECONDS = 365 * 24 * 60 * 60
EXPRESS_SECONDS = 5 * 60
"""How long an execution may take at most, by its type. (AWS's quotas)"""


def evolve(execution: Execution, event: HistoryEvent) -> None:
    """Applies one event. Events come in the order of their ids, each once."""
    assert event.id == execution.last_id + 1, f"event {event.id} after {execution.last_id}"
    execution.last_id = event.id
    HANDLERS[event.type](execution, event)


def _execution_started(execution: Execution, event: HistoryEvent) -> None:
    assert event.payload is not None
    execution.input = event.payload
    execution.started_at = event.at
    execution.role_arn = str((event.details or {}).get("roleArn", ""))
    _limit_time(execution, event.at)
    # The first StateEntered follows "event 0": AWS does not count ExecutionStarted.
    _new_frame(execution, Frame(0, execution.machine, event.payload, {}, 0, event.at))


def _limit_time(execution: Execution, at: int) -> None:
    """The machine's own TimeoutSeconds count from `at`, the quota from the start."""
    longest = EXPRESS_SECONDS if execution.is_express else STANDARD_SECONDS
    own = execution.machine.timeout_seconds or longest
    execution.deadline_at = min(execution.started_at + longest * 1000, at + own * 1000)


def _execution_redriven(execution: Execution, event: HistoryEvent) -> None:
    assert event.details is not None
    execution.status = "RUNNING"
    execution.redrive_count = event.details["redriveCount"]
    execution.redriven_at = event.at
    _limit_time(execution, event.at)
    go_on(execution, event.at)


def _execution_ended(execution: Execution, event: HistoryEvent) -> None:
    execution.status = TERMINAL[event.type]
    execution.failed_by = (event.details or {}).get("error") if event.type == "ExecutionFailed" else None
    for task in list(execution.open_tasks.values()):
        _cancel_task(execution, task.frame)
    if event.type == "ExecutionSucceeded":
        execution.frames.clear()
    execution.ready.clear()
    execution.timers.clear()
    execution.waiting.clear()


def _new_frame(execution: Execution, frame: Frame) -> None:
    execution.frames[frame.serial] = frame
    execution.next_serial = frame.serial + 1
    execution.make_ready(frame)


def _follow(execution: Execution, event: HistoryEvent) -> Frame:
    """The event's frame, which now follows the event and may move."""
    frame = execution.frames[event.frame]
    frame.last = event.id
    frame.last_at = event.at
    execution.make_ready(frame)
    return frame


def _state_entered(execution: Execution, event: HistoryEvent) -> None:
    frame = _follow(execution, event)
    assert event.details is not None and event.payload is not None
    frame.state = frame.machine.states[event.details["name"]]
    frame.phase = Phase.ENTERED
    frame.input = event.payload
    frame.entered_id = event.id
    frame.entered_previous = event.previous_event_id
    frame.entered_at = event.at
    frame.move = None
    frame.error = None
    frame.heartbeat_missed = False
    frame.join_failed = False
    frame.result = None
    frame.retry_count = 0
    frame.scheduled = 0
    frame.map_run_arn = None
    if frame.retried:
        frame.retried = {}


def _state_exited(execution: Execution, event: HistoryEvent) -> None:
    frame = _follow(execution, event)
    assert event.details is not None and event.payload is not None
    assigned = event.details.get(VARIABLES)
    if assigned:
        frame.variables = {**frame.variables, **{name: loads(text) for name, text in assigned.items()}}
    frame.input = event.payload
    frame.next = event.next
    frame.phase = Phase.STARTING if event.next is not None else Phase.ENDING
    frame.move = None
    _drop_children(execution, frame)
    if event.next is None and frame.parent is not None and frame.parent.state.type == "Parallel":
        # A branch ends without an event of its own.
        _child_succeeded(execution, frame, event.id)


def _child_succeeded(execution: Execution, frame: Frame, followed: int) -> None:
    parent = frame.parent
    assert parent is not None
    parent.results[frame.index] = frame.input
    parent.running -= 1
    parent.finished += 1
    parent.last = followed
    parent.last_at = frame.last_at
    parent.previous_for_child = frame.last
    _drop(execution, frame)
    execution.make_ready(parent)


def _drop(execution: Execution, frame: Frame) -> None:
    frame.phase = Phase.ENDED
    _cancel_task(execution, frame)
    _drop_children(execution, frame)
    execution.frames.pop(frame.serial, None)
    execution.waiting.pop(frame.serial, None)
    if frame.parent is not None:
        frame.parent.children.pop(frame.index, None)


def _cancel_task(execution: Execution, frame: Frame) -> None:
    if frame.task is not None:
        execution.close_task(frame.task)
        frame.task = None


def _drop_children(execution: Execution, frame: Frame) -> None:
    for child in list(frame.children.values()):
        _drop(execution, child)
    frame.unfinished = {}
    frame.failed_child = None


def _set_children_aside(execution: Execution, frame: Frame) -> None:
    """The children do no more; a redrive may go on with them, each from where it stands."""
    for child in frame.children.values():
        _take_off_the_agenda(execution, child)
    frame.unfinished |= frame.children
    frame.children = {}
    frame.failed_child = None


def _take_off_the_agenda(execution: Execution, frame: Frame) -> None:
    _cancel_task(execution, frame)
    execution.frames.pop(frame.serial, None)
    execution.waiting.pop(frame.serial, None)
    for child in frame.children.values():
        _take_off_the_agenda(execution, child)


def _count_retry(execution: Execution, frame: Frame) -> None:
    """The state failed, and this event begins another attempt."""
    found = retrier(frame, failure(execution, frame))
    if found is not None:
        frame.retried[found[0]] = frame.retried.get(found[0], 0) + 1
    frame.retry_count += 1
    frame.error = None
    frame.heartbeat_missed = False
    frame.result = None


def _asked(execution: Execution, frame: Frame, event: HistoryEvent) -> Move:
    """The move that this event carries out: the first one of the visit, or another attempt at it."""
    if frame.phase is Phase.ENTERED:
        return move(execution, frame)
    _count_retry(execution, frame)
    asked = frame.next_move or ask_again(execution, frame, attempt=frame.retry_count, now=event.at)
    frame.next_move = None
    return asked


def _task_scheduled(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    asked = _asked(execution, frame, event)
    assert isinstance(asked, Call) and event.payload is not None
    frame = _follow(execution, event)
    frame.phase = Phase.WORKING
    frame.move = None
    frame.scheduled += 1
    name = frame.state.name
    invocation = execution.invocations.get(name, 0)
    execution.invocations[name] = invocation + 1
    frame.task = OpenTask(
        id=event.id,
        frame=frame,
        state_name=name,
        resource=asked.resource,
        arguments=event.payload,
        scheduled_at=event.at,
        timeout_seconds=asked.timeout_seconds,
        heartbeat_seconds=asked.heartbeat_seconds,
        credentials=asked.credentials,
        token=token_of(execution, frame, frame.retry_count) if asked.resource.answerable else None,
        attempt=frame.scheduled,
        invocation=invocation,
    )
    execution.open_task(frame.task)


def _task_started(execution: Execution, event: HistoryEvent) -> None:
    task = _follow(execution, event).task
    assert task is not None
    task.started = True


def _task_submitted(execution: Execution, event: HistoryEvent) -> None:
    task = _follow(execution, event).task
    assert task is not None
    task.submitted = True


def _close_task(execution: Execution, event: HistoryEvent) -> Frame:
    frame = _follow(execution, event)
    assert frame.task is not None
    frame.task.answered = not event.type.endswith("TimedOut")
    _cancel_task(execution, frame)
    return frame


def _task_succeeded(execution: Execution, event: HistoryEvent) -> None:
    frame = _close_task(execution, event)
    frame.phase = Phase.WORKED
    frame.result = event.payload


def _task_failed(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    task = frame.task
    assert task is not None
    details = event.details or {}
    frame.heartbeat_missed = event.type.endswith("TimedOut") and _beat_was_due(task, event)
    _close_task(execution, event)
    frame.phase = Phase.FAILED
    frame.error = StatesError(
        TIMEOUT if frame.heartbeat_missed else details.get("error"), details.get("cause")
    )


def _beat_was_due(task: OpenTask, event: HistoryEvent) -> bool:
    """Whether a task timed out for want of a heartbeat: the event tells by its time, or by its name
    if it was made to.
    """
    if (event.details or {}).get("error") == HEARTBEAT_TIMEOUT:
        return True
    due_at = task.heartbeat_due_at
    return (
        due_at is not None and event.at >= due_at and (task.timeout_at is None or event.at < task.timeout_at)
    )


def _evaluation_failed(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    if frame.phase is Phase.FAILED:
        _count_retry(execution, frame)
    frame = _follow(execution, event)
    details = event.details or {}
    frame.phase = Phase.FAILED
    frame.error = StatesError(details.get("error"), details.get("cause"), location=details.get("location"))


def _forked(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    _note_failed_child(execution, frame, event)
    asked = _asked(execution, frame, event)
    _drop_children(execution, frame)
    frame = _follow(execution, event)
    if isinstance(asked, Distribute):
        frame.phase = Phase.DISTRIBUTING
        frame.move = asked
        frame.plan = None
        frame.map_run_arn = None
        return
    assert isinstance(asked, Fork)
    frame.phase = Phase.FORKED
    frame.move = asked
    frame.started = frame.running = frame.finished = 0
    frame.results = [None] * asked.length
    frame.previous_for_child = event.id
    if asked.items is None:
        for index in range(asked.length):
            _start_child(execution, frame, asked, index, event.id, event.at)


def _map_run_started(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    plan = map_run_plan(execution, frame)
    frame = _follow(execution, event)
    details = event.details or {}
    frame.map_run_arn = details["mapRunArn"]
    frame.map_run_redrives = details.get("redriveCount", 0)
    frame.phase = Phase.WORKING
    frame.move = frame.plan = None
    frame.task = OpenTask(
        id=event.id,
        frame=frame,
        state_name=frame.state.name,
        resource=MAP_RUN,
        arguments=NO_ARGUMENTS,
        scheduled_at=event.at,
        timeout_seconds=None,
        heartbeat_seconds=None,
        credentials=None,
        token=None,
        plan=plan,
        map_run_arn=frame.map_run_arn,
    )
    frame.task.started = True
    execution.open_task(frame.task)


def _map_run_aborted(execution: Execution, event: HistoryEvent) -> None:
    _cancel_task(execution, execution.frames[event.frame])


def _note_failed_child(execution: Execution, frame: Frame, event: HistoryEvent) -> None:
    """A fork fails, or starts again, because of the child that the event follows."""
    for child in frame.children.values():
        if child.last == event.previous_event_id:
            frame.error = final_failure(execution, child)
            frame.last, frame.last_at = child.last, child.last_at


def _start_child(execution: Execution, parent: Frame, fork: Fork, index: int, follows: int, at: int) -> None:
    child = Frame(
        execution.next_serial, fork.machine(index), fork.inputs[index], parent.variables, follows, at
    )
    child.parent = parent
    child.index = index
    if fork.items is not None:
        child.item = (index, fork.items[index])
    parent.children[index] = child
    parent.started += 1
    parent.running += 1
    _new_frame(execution, child)


def _iteration_started(execution: Execution, event: HistoryEvent) -> None:
    # Recorded under the Map's frame: the iteration's own frame begins with it.
    parent = execution.frames[event.frame]
    assert isinstance(parent.move, Fork)
    _start_child(execution, parent, parent.move, parent.started, event.id, event.at)
    execution.make_ready(parent)


def _iteration_succeeded(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    frame.last_at = event.at
    _child_succeeded(execution, frame, event.id)


def _iteration_failed(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    final_failure(execution, frame)
    frame.stood = frame.phase
    frame.phase = Phase.ENDED
    parent = frame.parent
    assert parent is not None
    parent.failed_child = frame
    parent.last = frame.last
    parent.last_at = frame.last_at
    execution.make_ready(parent)


def _state_aborted(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    _cancel_task(execution, frame)
    _set_children_aside(execution, frame)
    frame.stood = frame.phase
    frame.phase = Phase.ABORTED


def _iteration_aborted(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    assert frame.parent is not None
    _take_off_the_agenda(execution, frame)
    frame.parent.unfinished[frame.index] = frame.parent.children.pop(frame.index)


def _joined(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    frame.phase = Phase.JOINED
    frame.last_at = event.at
    execution.make_ready(frame)


def _join_failed(execution: Execution, event: HistoryEvent) -> None:
    frame = execution.frames[event.frame]
    _note_failed_child(execution, frame, event)
    failure(execution, frame)
    _follow(execution, event)
    _set_children_aside(execution, frame)
    frame.phase = Phase.FAILED
    frame.join_failed = True


_STATES_WITH_EXIT = ("Choice", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait")
_TASK_KINDS = ("Activity", "LambdaFunction", "Task")

Handler = Callable[[Execution, HistoryEvent], None]

HANDLERS: Mapping[str, Handler] = {
    "ExecutionStarted": _execution_started,
    "ExecutionRedriven": _execution_redriven,
    **dict.fromkeys(TERMINAL, _execution_ended),
    **{f"{name}StateEntered": _state_entered for name in (*_STATES_WITH_EXIT, "Fail")},
    **{f"{name}StateExited": _state_exited for name in _STATES_WITH_EXIT},
    **{f"{kind}Scheduled": _task_scheduled for kind in _TASK_KINDS},
    **{f"{kind}Started": _task_started for kind in _TASK_KINDS},
    "TaskSubmitted": _task_submitted,
    **{f"{kind}Succeeded": _task_succeeded for kind in _TASK_KINDS},
    **{
        f"{kind}{how}": _task_failed
        for kind in _TASK_KINDS
        for how in ("Failed", "TimedOut", "ScheduleFailed")
    },
    "EvaluationFailed": _evaluation_failed,
    "MapRunStarted": _map_run_started,
    "MapRunRedriven": _map_run_started,
    "MapRunSucceeded": _task_succeeded,
    "MapRunFailed": _task_failed,
    "MapRunAborted": _map_run_aborted,
    "MapStateStarted": _forked,
    "ParallelStateStarted": _forked,
    "MapIterationStarted": _iteration_started,
    "MapIterationSucceeded": _iteration_succeeded,
    "MapIterationFailed": _iteration_failed,
    "MapIterationAborted": _iteration_aborted,
    "TaskStateAborted": _state_aborted,
    "WaitStateAborted": _state_aborted,
    "MapStateAborted": _state_aborted,
    "ParallelStateAborted": _state_aborted,
    "MapStateSucceeded": _joined,
    "ParallelStateSucceeded": _joined,
    "MapStateFailed": _join_failed,
    "ParallelStateFailed": _join_failed,
}

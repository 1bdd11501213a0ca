"""What happens next: AWS's event grammar, one event at a time.

`decide(execution, now)` gives the next event that is due by `now`, or None when the execution
waits: for a signal, or for `execution.wake_at`. It changes nothing but the agenda, and it keeps
the answers of states on their frames to save asking twice.

Laws, seen in recordings of AWS:
1. An event follows the one before it in its own frame (previousEventId); the first state of all follows 0.
2. A retry has no event of its own: the next …Scheduled or …Started follows the failure.
3. An error of a JSONata expression is recorded as EvaluationFailed, which follows what StateEntered followed.
4. A Map or Parallel that fails aborts what its other children do, then retries, or records its failure.
5. The 25,000th event can only be the execution's end.
"""

from __future__ import annotations

from sfn_cli.asl.moves import Call, Distribute, Exit, Fork, Move, Sleep, Stop
from sfn_cli.asl.retry import RUNTIME
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.events import VARIABLES, VARIABLES_DETAILS, HistoryEvent, error_details
from sfn_cli.interpreter.execution import Execution, Frame, Phase
from sfn_cli.interpreter.map_run import map_run_arn
from sfn_cli.interpreter.receive import task_details, task_kind
from sfn_cli.interpreter.visits import (
    QUERY_EVALUATION_ERROR,
    ask_again,
    caught,
    completion,
    failure,
    joined_result,
    map_run_plan,
    move,
    retrier,
)
from sfn_cli.jsonvalue import Json, Payload, dumps
from sfn_cli.query.limits import BudgetExceeded

Due = int
"""A time in milliseconds since 1970, before which a frame has nothing to do."""


def decide(execution: Execution, now: int) -> HistoryEvent | None:
    """The next event, or None when nothing is due by `now`.

    Raises BudgetExceeded when the next event takes longer than `execution.budget`; it is still next then.
    """
    if execution.ended:
        return None
    if execution.deadline_at is not None and now >= execution.deadline_at:
        # Observed of ExecutionAborted, and held here too: an end from outside follows 0.
        return HistoryEvent(
            execution.last_id + 1, 0, now, "ExecutionTimedOut", details={"error": "States.Timeout"}
        )
    while (frame := execution.next_ready(now)) is not None:
        try:
            next_step = _step(execution, frame, now)
        except BudgetExceeded:
            execution.make_ready(frame)
            raise
        if isinstance(next_step, HistoryEvent):
            if next_step.frame != frame.serial:
                execution.make_ready(frame)
            return _within_limit(execution, next_step)
        if next_step is not None:
            execution.wait(frame, next_step)
    return None


def _within_limit(execution: Execution, event: HistoryEvent) -> HistoryEvent:
    if event.id < execution.max_events or event.type == "ExecutionSucceeded":
        return event
    cause = f"The execution reached the maximum number of history events ({execution.max_events})."
    return HistoryEvent(
        event.id,
        event.previous_event_id,
        event.at,
        "ExecutionFailed",
        details={"error": RUNTIME, "cause": cause},
    )


def _event(
    execution: Execution,
    frame: Frame,
    now: int,
    type: str,
    details: dict[str, Json] | None = None,
    *,
    payload: Payload | None = None,
    previous: int | None = None,
    next: str | None = None,
) -> HistoryEvent:
    return HistoryEvent(
        execution.last_id + 1,
        frame.last if previous is None else previous,
        now,
        type,
        frame.serial,
        next,
        payload,
        details,
    )


def _step(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    """What the frame does now: an event, the time until it has nothing to do, or nothing at all."""
    if frame.parent is not None and _superseded(frame):
        return None
    if frame.gave_up and frame.phase is not Phase.ENDED:
        assert frame.error is not None
        return _give_up(execution, frame, now, frame.error)
    match frame.phase:
        case Phase.STARTING:
            return _enter(execution, frame, now)
        case Phase.ENTERED:
            return _begin(execution, frame, now)
        case Phase.WORKING:
            return _work(execution, frame, now)
        case Phase.WORKED if frame.state.type == "Map":
            return _event(execution, frame, now, "MapStateSucceeded")
        case Phase.WORKED:
            return _complete(execution, frame, now, frame.result)
        case Phase.DISTRIBUTING:
            return _start_map_run(execution, frame, now)
        case Phase.FORKED:
            return _tend(execution, frame, now)
        case Phase.JOINED:
            return _complete(execution, frame, now, joined_result(frame))
        case Phase.FAILED:
            return _recover(execution, frame, now)
        case Phase.ENDING:
            return _end(execution, frame, now)
        case Phase.ABORTED | Phase.ENDED:
            return None


def _superseded(frame: Frame) -> bool:
    """Whether a sibling of the frame, or of one of its ancestors, has failed: then it does no more."""
    child: Frame = frame
    while (parent := child.parent) is not None:
        if parent.failed_child is not None and parent.failed_child is not child:
            return True
        child = parent
    return False


def _enter(execution: Execution, frame: Frame, now: int) -> HistoryEvent:
    assert frame.next is not None
    state = frame.machine.states[frame.next]
    return _event(
        execution, frame, now, f"{state.type}StateEntered", {"name": state.name}, payload=frame.input
    )


def _begin(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    try:
        asked = move(execution, frame)
        if isinstance(asked, Sleep):
            if now < asked.until:
                return asked.until
            asked = completion(execution, frame, None, now=max(asked.until, frame.last_at))
        return _carry_out(execution, frame, now, asked)
    except StatesError as error:
        return _stumble(execution, frame, now, error)


def _carry_out(execution: Execution, frame: Frame, now: int, asked: Move) -> HistoryEvent | Due | None:
    match asked:
        case Exit():
            return _exit(execution, frame, now, asked)
        case Call():
            return _schedule(execution, frame, now, asked)
        case Fork():
            details = {"length": asked.length} if asked.items is not None else None
            return _event(execution, frame, now, f"{frame.state.type}StateStarted", details)
        case Distribute():
            return _event(execution, frame, now, "MapStateStarted", {"length": asked.length})
        case Stop(error, cause):
            frame.error = StatesError(error, cause)
            return _give_up(execution, frame, now, frame.error)
        case Sleep(until):
            return until


def _exit(execution: Execution, frame: Frame, now: int, done: Exit) -> HistoryEvent:
    details: dict[str, Json] = {"name": frame.state.name}
    if done.assigned:
        details[VARIABLES] = {name: dumps(value) for name, value in done.assigned.items()}
        details[VARIABLES_DETAILS] = {"truncated": False}
    return _event(
        execution, frame, now, f"{frame.state.type}StateExited", details, payload=done.output, next=done.next
    )


def _schedule(execution: Execution, frame: Frame, now: int, call: Call) -> HistoryEvent:
    kind = task_kind(call.resource)
    details: dict[str, Json] = task_details(call.resource) or {"resource": call.resource.arn}
    if kind == "Task":
        details["region"] = execution.arn.split(":", 4)[3]
    if call.timeout_seconds is not None:
        details["timeoutInSeconds"] = call.timeout_seconds
    if call.heartbeat_seconds is not None and kind != "LambdaFunction":
        details["heartbeatInSeconds"] = call.heartbeat_seconds
    if call.credentials is not None:
        details["taskCredentials"] = {"roleArn": call.credentials.get("RoleArn")}
    return _event(execution, frame, now, f"{kind}Scheduled", details, payload=call.arguments)


def _start_map_run(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    try:
        plan = map_run_plan(execution, frame)
    except StatesError as error:
        return _stumble(execution, frame, now, error)
    if frame.map_run_arn is not None:  # by a redrive: the same one goes on
        details = {"mapRunArn": frame.map_run_arn, "redriveCount": frame.map_run_redrives + 1}
        return _event(execution, frame, now, "MapRunRedriven", details)
    return _event(execution, frame, now, "MapRunStarted", {"mapRunArn": map_run_arn(execution, frame, plan)})


def _work(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    task = frame.task
    assert task is not None
    due = task.due_at
    if due is None or now < due:
        return due
    details = {**task_details(task.resource), "error": "States.Timeout"}
    return _event(execution, frame, now, f"{task_kind(task.resource)}TimedOut", details)


def _complete(
    execution: Execution, frame: Frame, now: int, result: Payload | None
) -> HistoryEvent | Due | None:
    try:
        return _exit(execution, frame, now, completion(execution, frame, result))
    except StatesError as error:
        return _stumble(execution, frame, now, error)


def _end(execution: Execution, frame: Frame, now: int) -> HistoryEvent | None:
    if frame.parent is None:
        return _event(execution, frame, now, "ExecutionSucceeded", {}, payload=frame.input)
    return _event(execution, frame, now, "MapIterationSucceeded", _iteration(frame))


def _iteration(frame: Frame) -> dict[str, Json]:
    assert frame.parent is not None
    return {"name": frame.parent.state.name, "index": frame.index}


def _tend(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    """A Map or Parallel with its children: start another, or join them, or see to a failure."""
    if frame.failed_child is not None:
        return _fail_fork(execution, frame, now, frame.failed_child)
    fork = frame.move
    assert isinstance(fork, Fork)
    if frame.started < fork.length and frame.running < fork.max_concurrency:
        details = {"name": frame.state.name, "index": frame.started}
        return _event(
            execution, frame, now, "MapIterationStarted", details, previous=frame.previous_for_child
        )
    if frame.finished == fork.length:
        return _event(execution, frame, now, f"{frame.state.type}StateSucceeded")
    return None


def _stumble(execution: Execution, frame: Frame, now: int, error: StatesError) -> HistoryEvent | Due | None:
    """An expression of the state failed: JSONata's failures are recorded first (law 3)."""
    frame.error = error
    if error.error == QUERY_EVALUATION_ERROR:
        details = {**error_details(error.error, error.cause), "state": frame.state.name}
        if error.location is not None:
            details["location"] = error.location
        previous = frame.entered_previous if frame.last == frame.entered_id else frame.last
        return _event(execution, frame, now, "EvaluationFailed", details, previous=previous)
    if frame.phase in (Phase.ENTERED, Phase.DISTRIBUTING):
        # Nothing outside was asked, and asking the same state again would give the same error.
        return _catch(execution, frame, now, error)
    return _recover(execution, frame, now)


def _recover(execution: Execution, frame: Frame, now: int) -> HistoryEvent | Due | None:
    """The frame's state failed: retry it when its Retrier says so, or else catch the error, or give up."""
    error = failure(execution, frame)
    again = _retry(execution, frame, now, error)
    if again is not None:
        return again
    if frame.phase is Phase.FAILED and frame.state.type in ("Map", "Parallel") and not frame.join_failed:
        return _event(execution, frame, now, f"{frame.state.type}StateFailed")
    return _catch(execution, frame, now, error)


def _retry(execution: Execution, frame: Frame, now: int, error: StatesError) -> HistoryEvent | Due | None:
    """The event of another attempt, the time when it is due, or None if there is none left."""
    found = retrier(frame, error)
    if found is None:
        return None
    position, entry = found
    attempt = frame.retried.get(position, 0) + 1
    due = frame.last_at + entry.delay_ms(attempt, f"{execution.seed}/{frame.last}/retry")
    if now < due:
        return due
    try:
        frame.next_move = ask_again(execution, frame, attempt=frame.retry_count + 1, now=now)
        return _carry_out(execution, frame, now, frame.next_move)
    except StatesError as again:
        return _stumble(execution, frame, now, again)


def _catch(execution: Execution, frame: Frame, now: int, error: StatesError) -> HistoryEvent | Due | None:
    try:
        done = caught(execution, frame, error)
    except StatesError as worse:
        return _give_up(execution, frame, now, worse)
    return _give_up(execution, frame, now, error) if done is None else _exit(execution, frame, now, done)


def _give_up(execution: Execution, frame: Frame, now: int, error: StatesError) -> HistoryEvent | Due | None:
    """The frame fails, and with it what it is part of."""
    frame.error = error
    frame.gave_up = True
    parent = frame.parent
    if parent is None:
        return _event(execution, frame, now, "ExecutionFailed", error_details(error.error, error.cause))
    if parent.state.type == "Map":
        return _event(execution, frame, now, "MapIterationFailed", _iteration(frame))
    parent.failed_child = frame
    return _fail_fork(execution, parent, now, frame)


def _fail_fork(execution: Execution, frame: Frame, now: int, failed: Frame) -> HistoryEvent | Due | None:
    """A Map or Parallel one of whose children failed (law 4)."""
    aborted = _abort_children(execution, frame, now, spared=failed, previous=failed.last)
    if aborted is not None:
        return aborted
    error = failure(execution, failed)
    frame.error = error
    frame.last, frame.last_at = failed.last, failed.last_at
    again = _retry(execution, frame, now, error)
    if again is not None:
        return again
    return _event(execution, frame, now, f"{frame.state.type}StateFailed")


def _abort_children(
    execution: Execution, frame: Frame, now: int, *, spared: Frame | None, previous: int
) -> HistoryEvent | None:
    for index in sorted(frame.children):
        child = frame.children[index]
        if child is spared or child.phase is Phase.ENDED:
            continue
        aborted = _abort_state(execution, child, now, previous)
        if aborted is not None:
            return aborted
        if frame.state.type == "Map":
            return _event(execution, child, now, "MapIterationAborted", _iteration(child), previous=previous)
    return None


def _abort_state(execution: Execution, frame: Frame, now: int, previous: int) -> HistoryEvent | None:
    """The next event of aborting what the frame does, or None if there is nothing (more) to record."""
    if frame.phase in (Phase.STARTING, Phase.ENDING, Phase.ABORTED):
        return None
    if frame.task is not None and frame.task.plan is not None:
        return _event(execution, frame, now, "MapRunAborted", previous=previous)
    inner = _abort_children(execution, frame, now, spared=None, previous=previous)
    if inner is not None:
        return inner
    if frame.state.type in ("Task", "Wait", "Map", "Parallel"):
        return _event(execution, frame, now, f"{frame.state.type}StateAborted", previous=previous)
    return None

"""How a frame's state is asked: the visit it sees, its move, and the error it stops with.

Laws: the same history gives the same visit, so a move that was forgotten (a worker that resumed)
is asked for again and comes out the same. The answers are kept on the frame only to save time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sfn_cli.asl.dataflow import MAX_PAYLOAD_BYTES
from sfn_cli.asl.moves import Call, Distribute, Exit, Move, Stop
from sfn_cli.asl.retry import Catcher, Retrier, matches
from sfn_cli.asl.states.map_state import MapState
from sfn_cli.asl.visit import Visit
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.context_object import context_object
from sfn_cli.interpreter.execution import Execution, Frame, Phase
from sfn_cli.jsonvalue import Payload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.asl.distributed_map.map_run import MapRunPlan

Asked = TypeVar("Asked", bound="Move | MapRunPlan")

DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"

TOO_DEEP = StatesError("States.Runtime", "The data is nested too deeply.")
"""JSON as deep as a thousand levels cannot be written or read. (ours)"""


def visit(execution: Execution, frame: Frame, *, attempt: int, now: int) -> Visit:
    """What the frame's state sees in its attempt number `attempt`, at `now` (a time that history tells)."""
    execution.budget.renew()
    return Visit(
        frame.input,
        frame.variables,
        lambda: context_object(execution, frame, attempt) if execution.context is None else execution.context,
        now,
        max(frame.entered_at, execution.redriven_at),
        f"{execution.seed}/{frame.last}/{attempt}{execution.redrive_mark}",
        execution.budget,
        execution.steps,
    )


def move(execution: Execution, frame: Frame) -> Move:
    """What the frame's state asks for on being entered. Raises StatesError, its cause told in full."""
    if frame.move is None:
        frame.move = ask_again(execution, frame, attempt=frame.retry_count, now=frame.last_at)
    return frame.move


def ask_again(execution: Execution, frame: Frame, *, attempt: int, now: int) -> Move:
    """What the state asks for in another attempt."""
    return _told_in_full(frame, lambda: frame.state.enter(visit(execution, frame, attempt=attempt, now=now)))


def completion(execution: Execution, frame: Frame, result: Payload | None, *, now: int | None = None) -> Exit:
    """The exit of the frame's state once its work is done. Raises StatesError, its cause told in full."""
    seen = visit(execution, frame, attempt=frame.retry_count, now=frame.last_at if now is None else now)
    done = _told_in_full(frame, lambda: frame.state.complete(seen, result))
    assert isinstance(done, Exit)
    return done


def map_run_plan(execution: Execution, frame: Frame) -> MapRunPlan:
    """What the Map Run of the frame's state is to do. Raises StatesError, its cause told in full."""
    if frame.plan is None:
        asked, state = move(execution, frame), frame.state
        assert isinstance(asked, Distribute) and isinstance(state, MapState)
        seen = visit(execution, frame, attempt=frame.retry_count, now=frame.last_at)
        frame.plan = _told_in_full(frame, lambda: state.plan(seen, asked))
    return frame.plan


def _told_in_full(frame: Frame, ask: Callable[[], Asked]) -> Asked:
    """What the state answers, within AWS's quota; its errors say which state they are of."""
    try:
        asked = ask()
        if any(map(too_large, _payloads(asked))):
            raise StatesError(DATA_LIMIT_EXCEEDED, data_limit_cause(frame.state.name))
        return asked
    except StatesError as error:
        raise _located(frame, error) from None
    except RecursionError:
        raise _located(frame, TOO_DEEP) from None


def _payloads(asked: Move | MapRunPlan) -> Sequence[Payload]:
    """What the move puts into the history, to which AWS's quota applies: all variables that are
    assigned count together.
    """
    match asked:
        case Exit(output, None):
            return (output,)
        case Exit(output, assigned):
            return (output, Payload(assigned))
        case Call():
            return (asked.arguments,)
    return ()


def _located(frame: Frame, error: StatesError) -> StatesError:
    """The error with its cause prefixed by the state, as AWS does for errors of the language itself."""
    if error.error == DATA_LIMIT_EXCEEDED:
        return error
    entered = f"'{frame.state.name}' (entered at the event id #{frame.entered_id})"
    cause = f"An error occurred while executing the state {entered}. {error.cause}"
    return StatesError(error.error, cause, location=error.location)


def too_large(payload: Payload) -> bool:
    """Whether a payload is over AWS's quota of 262,144 bytes."""
    if payload.is_larger_than(MAX_PAYLOAD_BYTES):
        return True
    text = payload.text
    # A character is at most 4 bytes of UTF-8: most texts need no encoding to be told small.
    return (
        len(text) * 4 > MAX_PAYLOAD_BYTES and len(text.encode("utf-8", "surrogatepass")) > MAX_PAYLOAD_BYTES
    )


def refusal_of(task_name: str, result: Payload) -> StatesError | None:
    """Why a task's result cannot be taken, or None if it can."""
    try:
        return StatesError(DATA_LIMIT_EXCEEDED, data_limit_cause(task_name)) if too_large(result) else None
    except RecursionError:
        return TOO_DEEP


def data_limit_cause(name: str) -> str:
    return (
        f"The state/task '{name}' returned a result "
        "with a size exceeding the maximum number of bytes service limit."
    )


def failure(execution: Execution, frame: Frame) -> StatesError:
    """Why the frame's state failed: what an event told, what Fail says, or what its expressions raise."""
    if frame.error is None:
        frame.error = _failure(execution, frame)
    return frame.error


def _failure(execution: Execution, frame: Frame) -> StatesError:
    try:
        if frame.phase is Phase.WORKED:
            completion(execution, frame, frame.result)
        elif frame.phase is Phase.JOINED:
            completion(execution, frame, joined_result(frame))
        elif frame.phase is Phase.DISTRIBUTING:
            map_run_plan(execution, frame)
        else:
            asked = move(execution, frame)
            if isinstance(asked, Stop):
                return StatesError(asked.error, asked.cause)
    except StatesError as error:
        return error
    raise AssertionError(f"the state {frame.state.name} did not fail")


def final_failure(execution: Execution, frame: Frame) -> StatesError:
    """Why the frame itself failed: its state's error, or the one that catching it raised."""
    error = failure(execution, frame)
    if frame.gave_up:
        return error
    try:
        caught(execution, frame, error)
    except StatesError as worse:
        frame.error = worse
        return worse
    return error


def caught(execution: Execution, frame: Frame, error: StatesError) -> Exit | None:
    """The exit by the first Catcher that the error meets, or None. Raises StatesError, its cause
    told in full.
    """
    catcher = catcher_of(frame, error)
    if catcher is None:
        return None
    error_output = {"Error": "States.TaskFailed" if error.error is None else error.error}
    if error.cause is not None:
        error_output["Cause"] = error.cause
    output = Payload(error_output)
    seen = visit(execution, frame, attempt=frame.retry_count, now=frame.last_at)
    return _told_in_full(
        frame,
        lambda: Exit(catcher.flow.output(seen, output), catcher.flow.assign(seen, output), catcher.next),
    )


def catcher_of(frame: Frame, error: StatesError) -> Catcher | None:
    """The first Catcher that the error meets."""
    for catcher in frame.state.catch:
        if matches(catcher.error_equals, error.error, heartbeat=frame.heartbeat_missed):
            return catcher
    return None


def retrier(frame: Frame, error: StatesError) -> tuple[int, Retrier] | None:
    """The first Retrier that the error meets, with its position, if it has attempts left."""
    met = met_retrier(frame, error)
    return met if met is not None and frame.retried.get(met[0], 0) < met[1].max_attempts else None


def met_retrier(frame: Frame, error: StatesError) -> tuple[int, Retrier] | None:
    """The first Retrier that the error meets, with its position, whether or not it has attempts left."""
    for position, entry in enumerate(frame.state.retry):
        if matches(entry.error_equals, error.error, heartbeat=frame.heartbeat_missed):
            return position, entry
    return None


def joined_result(frame: Frame) -> Payload:
    """What the Map Run gave, or the outputs of the frame's children, in their order, as one array."""
    if frame.result is not None:
        return frame.result
    return Payload([result.value if result is not None else None for result in frame.results])

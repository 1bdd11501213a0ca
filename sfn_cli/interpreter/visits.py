"""Evaluates a frame's state: its visit, its move, and the error with which it fails.

Law: the same history results in the same visit, and so in the same move. Cached moves (`Stay.memo`) only
save time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sfn_cli.asl.moves import Call, Distribute, Exit, Move, Stop
from sfn_cli.asl.retry import Catcher, Retrier, error_output, matches_error_equals
from sfn_cli.asl.states.map_state import MapState
from sfn_cli.asl.visit import Visit
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.context_object import context_object
from sfn_cli.jsonvalue import Payload, json_value_is_larger_than, text_bytes, value_bytes
from sfn_cli.quotas import PAYLOAD_BYTES, VARIABLES_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.distributed_map.map_run import MapRunPlan
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame, Stay
    from sfn_cli.jsonvalue import Json

DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded"
QUERY_EVALUATION_ERROR = "States.QueryEvaluationError"

TOO_DEEP = StatesError("States.Runtime", "The data is nested too deeply.")
"""The error for JSON nested a thousand levels deep, which cannot be serialised. (sfn's own)"""


def visit(execution: Execution, frame: Frame, *, attempt: int, now: int, follows: int | None = None) -> Visit:
    """Returns the visit of the frame's state in attempt number `attempt`, at `now`.

    `now` is a time of the history. Randomness derives from the event that the attempt `follows`,
    the frame's last one by default.
    """
    budget = execution.budget
    budget.renew()
    entered_at, redriven_at = frame.stay.entered_at, execution.redriven_at
    return Visit(
        frame.input,
        frame.variables,
        lambda: context_object(execution, frame, attempt),
        now,
        entered_at if entered_at > redriven_at else redriven_at,
        f"{execution.seed}/{frame.last if follows is None else follows}/{attempt}{execution.redrive_mark}",
        budget,
        variable_bytes=frame.variable_bytes,
    )


def enter_visit(stay: Stay, seen: Visit) -> Move:
    """Returns the state's move when it is entered. Raises StatesError with the full cause."""
    try:
        return _visit_within_quota(stay, seen, stay.state.enter(seen))
    except (StatesError, RecursionError) as error:
        raise full_visit_error(stay, error) from None


def complete_visit(stay: Stay, seen: Visit, result: Payload | None) -> Exit:
    """Returns the state's exit after its work. Raises StatesError with the full cause."""
    try:
        done = _visit_within_quota(stay, seen, stay.state.complete(seen, result))
    except (StatesError, RecursionError) as error:
        raise full_visit_error(stay, error) from None
    assert isinstance(done, Exit)
    return done


def catch_visit_error(stay: Stay, seen: Visit, error: StatesError) -> Exit | None:
    """Returns the exit by the first matching Catcher, or None.

    Raises StatesError with the full cause.
    """
    catcher = catcher_of_visit(stay, error)
    if catcher is None:
        return None
    output = Payload(error_output(error))
    try:
        done = Exit(catcher.flow.output(seen, output), catcher.flow.assign(seen, output), catcher.next)
        return _visit_within_quota(stay, seen, done)
    except (StatesError, RecursionError) as raised:
        raise full_visit_error(stay, raised) from None


def first_visit_move(execution: Execution, frame: Frame) -> Move:
    """Returns the entered state's move. Raises StatesError with the full cause."""
    stay = frame.stay
    known = stay.memo.move
    if known is None:
        now = frame.last_at
        known = enter_visit(stay, visit(execution, frame, attempt=stay.retry_count, now=now))
        if not isinstance(known, Exit):  # an exit is recorded immediately
            stay.note().move = known
    return known


def visit_completion(
    execution: Execution, frame: Frame, result: Payload | None, *, now: int | None = None
) -> Exit:
    """Returns the state's exit with this result. Raises StatesError with the full cause."""
    stay = frame.stay
    seen = visit(execution, frame, attempt=stay.retry_count, now=frame.last_at if now is None else now)
    return complete_visit(stay, seen, result)


def map_run_plan_of_visit(execution: Execution, frame: Frame) -> MapRunPlan:
    """Returns the plan of the state's Map Run. Raises StatesError with the full cause."""
    stay = frame.stay
    known = stay.memo.plan
    if known is None:
        move, state = stay.distribution or first_visit_move(execution, frame), stay.state
        assert isinstance(move, Distribute) and isinstance(state, MapState)
        seen = visit(execution, frame, attempt=stay.retry_count, now=frame.last_at)
        try:
            known = stay.note().plan = state.plan(seen, move)
        except (StatesError, RecursionError) as error:
            raise full_visit_error(stay, error) from None
    return known


AnyMove = TypeVar("AnyMove", bound=Move)


def _visit_within_quota(stay: Stay, seen: Visit, move: AnyMove) -> AnyMove:
    """Returns the move unchanged. Raises StatesError if it exceeds AWS's quota."""
    if isinstance(move, Exit):
        if move.assigned is not None:
            _check_visit_variables(stay, seen, move.assigned)
        payload = move.output
    elif isinstance(move, Call):
        payload = move.arguments
    else:
        return move
    if visit_payload_too_large(payload):
        raise StatesError(DATA_LIMIT_EXCEEDED, visit_data_limit_cause(stay.state.name))
    return move


def _check_visit_variables(stay: Stay, seen: Visit, assigned: Mapping[str, Json]) -> None:
    """Raises StatesError if the assigned variables, or all variables in scope, exceed AWS's quotas.

    Recorded on AWS in 2026: the texts of the values count, without the names.
    """
    if any(json_value_is_larger_than(value, PAYLOAD_BYTES) for value in assigned.values()):
        size = PAYLOAD_BYTES + 1
    else:
        size = sum(map(value_bytes, assigned.values()))
    if size > PAYLOAD_BYTES:
        cause = visit_data_limit_cause(stay.state.name)
    elif seen.variable_bytes + size <= VARIABLES_BYTES:
        return
    else:
        size = sum(map(value_bytes, {**seen.variables, **assigned}.values()))
        if size <= VARIABLES_BYTES:
            return
        cause = (
            f"Execution total variable size limit exceeded. State '{stay.state.name}' assigned variables "
            f"that exceed the total execution limit by {size - VARIABLES_BYTES} bytes."
        )
    raise StatesError(DATA_LIMIT_EXCEEDED, cause, location="Assign")


def full_visit_error(stay: Stay, error: StatesError | RecursionError) -> StatesError:
    """Returns the error with the state as a prefix of its cause, as AWS does for the language's errors."""
    if isinstance(error, RecursionError):
        error = TOO_DEEP
    if error.error == DATA_LIMIT_EXCEEDED or error.is_whole_cause:
        return error
    cause = (
        f"An error occurred while executing the state '{stay.state.name}' "
        f"(entered at the event id #{stay.entered_id}). {error.cause}"
    )
    return StatesError(error.error, cause, location=error.location)


def visit_payload_too_large(payload: Payload) -> bool:
    """Whether a payload exceeds AWS's quota of 262,144 bytes."""
    if payload.is_larger_than(PAYLOAD_BYTES):
        return True
    text = payload.text
    # A character has at most 4 bytes in UTF-8: most texts need not be encoded to know that they are small.
    return len(text) * 4 > PAYLOAD_BYTES and text_bytes(text) > PAYLOAD_BYTES


def visit_result_refusal(task_name: str, result: Payload) -> StatesError | None:
    """Returns the error for a task's result that must be rejected; None for an acceptable result."""
    try:
        return (
            StatesError(DATA_LIMIT_EXCEEDED, visit_data_limit_cause(task_name))
            if visit_payload_too_large(result)
            else None
        )
    except RecursionError:
        return TOO_DEEP


def visit_data_limit_cause(name: str) -> str:
    return (
        f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes "
        "service limit."
    )


def visit_failure(execution: Execution, frame: Frame) -> StatesError:
    """Returns the state's error: from an event, from Fail, or from its expressions."""
    stay = frame.stay
    known = stay.error or stay.memo.error
    if known is None:
        known = stay.note().error = _visit_failure(execution, frame)
    return known


def _visit_failure(execution: Execution, frame: Frame) -> StatesError:
    try:
        match frame.phase:
            case "WORKED":
                visit_completion(execution, frame, frame.stay.result)
            case "JOINED":
                visit_completion(execution, frame, joined_visit_result(frame.stay))
            case "DISTRIBUTING":
                map_run_plan_of_visit(execution, frame)
            case _:
                move = first_visit_move(execution, frame)
                if isinstance(move, Stop):
                    return StatesError(move.error, move.cause)
    except StatesError as error:
        return error
    raise AssertionError(f"the state {frame.stay.state.name} did not fail")


def final_visit_failure(execution: Execution, frame: Frame, now: int) -> StatesError:
    """Returns the error with which the frame itself failed, by `now`.

    It is the state's error, or an error of the retry or of the Catcher.
    """
    stay = frame.stay
    if frame.phase == "ENDED" or stay.catch_failed:
        assert stay.error is not None
        return stay.error
    if stay.memo.failed_for_good is not None:
        return stay.memo.failed_for_good
    error = visit_failure(execution, frame)
    if frame.phase not in ("ENTERED", "DISTRIBUTING") and usable_visit_retrier(stay, error) is not None:
        # There was an attempt left, so the retry itself failed.
        try:
            next_visit_move(execution, frame, now, frame)
        except StatesError as raised:
            error = raised
    try:
        catch_visit_error(stay, visit(execution, frame, attempt=stay.retry_count, now=frame.last_at), error)
    except StatesError as worse:
        return worse
    return error


def next_visit_move(execution: Execution, frame: Frame, now: int, after: Frame) -> Move:
    """Returns the move of the state's next attempt. Raises StatesError with the full cause.

    The attempt follows the last event of the frame `after`: the frame itself, or its failed child.
    """
    stay = frame.stay
    known = stay.memo.next_move
    if known is None:
        seen = visit(execution, frame, attempt=stay.retry_count + 1, now=now, follows=after.last)
        known = stay.note().next_move = enter_visit(stay, seen)
    return known


def catcher_of_visit(stay: Stay, error: StatesError) -> Catcher | None:
    """Returns the first Catcher that matches the error."""
    for catcher in stay.state.catch:
        if matches_error_equals(catcher.error_equals, error.error, heartbeat=stay.heartbeat_missed):
            return catcher
    return None


def usable_visit_retrier(stay: Stay, error: StatesError) -> tuple[int, Retrier] | None:
    """Returns the first matching Retrier, with its position, if it has attempts left."""
    met = visit_matching_retrier(stay, error)
    return met if met is not None and stay.retried.get(met[0], 0) < met[1].max_attempts else None


def visit_matching_retrier(stay: Stay, error: StatesError) -> tuple[int, Retrier] | None:
    """Returns the first matching Retrier, with its position, even without attempts left."""
    for position, entry in enumerate(stay.state.retry):
        if matches_error_equals(entry.error_equals, error.error, heartbeat=stay.heartbeat_missed):
            return position, entry
    return None


def joined_visit_result(stay: Stay) -> Payload:
    """Returns the Map Run's result, or the children's outputs, in their order, as one array."""
    if stay.result is not None:
        return stay.result
    assert stay.fork is not None
    return Payload([result.value if result is not None else None for result in stay.fork.results])

"""Computes the steps of a state's dataflow that no event records, by a replay.

Before each event that starts an attempt or exits a state, the state is evaluated again with a trace, from
the current data of its frame: the same visit results in the same move (interpreter/visits.py). A step
that cannot be computed is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.dataflow import JSONATA
from sfn_cli.asl.moves import Distribute, Exit, Fork, Sleep
from sfn_cli.asl.retry import error_output
from sfn_cli.asl.states.map_state import MapState
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.visits import (
    catch_visit_error,
    catcher_of_visit,
    complete_visit,
    enter_visit,
    joined_visit_result,
    map_run_plan_of_visit,
    next_visit_move,
    usable_visit_retrier,
    visit,
    visit_failure,
)
from sfn_cli.jsonvalue import Payload
from sfn_cli.views.history.replay import SourceReplay

if TYPE_CHECKING:
    from collections.abc import Collection

    from sfn_cli.asl.moves import Move
    from sfn_cli.asl.visit import Visit
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame
    from sfn_cli.views.source import ExecutionSource


class StepTrace:
    """The payload after each step, by name (asl/trace.py); later records replace earlier ones."""

    __slots__ = ("payloads",)

    def __init__(self) -> None:
        self.payloads: dict[str, Payload] = {}

    def note(self, step: str, payload: Payload, /) -> None:
        self.payloads[step] = payload


class VisitTrace:
    """The steps of one visit: those of each attempt, by the event that started it, and of its exit.

    `exit` is None before the exit, and if computing it again does not give the recorded result.
    """

    __slots__ = ("attempts", "exit")

    def __init__(self) -> None:
        self.attempts: dict[int, StepTrace] = {}
        self.exit: StepTrace | None = None


def trace_dataflow(source: ExecutionSource, entered_ids: Collection[int] | None) -> dict[int, VisitTrace]:
    """Returns the traces of these visits (None: of all), as far as the history can be replayed."""
    traces: dict[int, VisitTrace] = {}
    open_ids = None if entered_ids is None else set(entered_ids)
    replay = SourceReplay(source)
    for event in source.history:
        execution = replay.execution
        if execution is None or (open_ids is not None and not open_ids):
            break
        frame = execution.frames.get(event.frame)
        is_exit = event.type.endswith("StateExited")
        if frame is not None and frame.stay is not None and (is_exit or _begins_attempt(event)):
            entered_id = frame.stay.entered_id
            if open_ids is None or entered_id in open_ids:
                trace = traces.setdefault(entered_id, VisitTrace())
                if is_exit:
                    _trace_exit(execution, frame, event, trace)
                    if open_ids is not None:
                        open_ids.discard(entered_id)
                else:
                    _trace_attempt(execution, frame, event, trace)
        replay.apply(event)
    return traces


def _begins_attempt(event: HistoryEvent) -> bool:
    return event.type.endswith("Scheduled") or event.type in ("MapStateStarted", "ParallelStateStarted")


def _trace_attempt(execution: Execution, frame: Frame, event: HistoryEvent, trace: VisitTrace) -> None:
    steps = trace.attempts[event.id] = StepTrace()
    stay = frame.stay
    if frame.phase == "ENTERED":
        seen = visit(execution, frame, attempt=stay.retry_count, now=frame.last_at)
    else:
        follows = event.previous_event_id
        seen = visit(execution, frame, attempt=stay.retry_count + 1, now=event.at, follows=follows)
    seen.trace = steps
    try:
        _note_items(frame, seen, enter_visit(stay, seen), steps)
    except Exception:  # the steps recorded so far are correct
        return


def _note_items(frame: Frame, seen: Visit, move: Move, steps: StepTrace) -> None:
    """Records the items of a Map."""
    state = frame.stay.state
    if not isinstance(state, MapState) or not isinstance(move, (Fork, Distribute)) or move.items is None:
        return
    if state.language == JSONATA:
        values = [item.input for item in move.items] if isinstance(move, Distribute) else list(move.items)
        steps.note("afterItems", Payload(values))
    inputs = list(move.inputs) if isinstance(move, Fork) else state.inputs(seen, move.items)
    if state.selects:
        steps.note("afterItemSelector", Payload([input.value for input in inputs]))
    batches = state.batches(seen, inputs)
    if batches is not None:
        steps.note("afterItemBatcher", Payload(batches))


def _trace_exit(execution: Execution, frame: Frame, event: HistoryEvent, trace: VisitTrace) -> None:
    steps = StepTrace()
    try:
        done = _exit_of_frame(execution, frame, event, steps)
        is_same = event.payload is not None and done.output.value == event.payload.value
    except Exception:  # a history from elsewhere, truncated text, or a result that only the store has
        return
    # If the output differs, because of random values or another definition, the steps cannot be trusted.
    if is_same:
        trace.exit = steps


def _exit_of_frame(execution: Execution, frame: Frame, event: HistoryEvent, steps: StepTrace) -> Exit:
    stay = frame.stay
    seen = visit(execution, frame, attempt=stay.retry_count, now=frame.last_at)
    seen.trace = steps
    try:
        match frame.phase:
            case "ENTERED":
                move = enter_visit(stay, seen)
                if isinstance(move, Sleep):
                    seen.now = max(move.until, frame.last_at)
                    return complete_visit(stay, seen, None)
                if isinstance(move, Exit):
                    return move
            case "WORKED" if stay.result is not None:
                return complete_visit(stay, seen, stay.result)
            case "JOINED":
                result = joined_visit_result(stay)
                steps.note("result", result)
                return complete_visit(stay, seen, result)
            case "DISTRIBUTING":
                map_run_plan_of_visit(execution, frame)
            case "FAILED":
                raise _error_of_frame(execution, frame, event)
    except StatesError as error:
        return _caught(frame, seen, error, steps)
    raise ValueError(f"a frame in phase {frame.phase} does not leave its state")


def _error_of_frame(execution: Execution, frame: Frame, event: HistoryEvent) -> StatesError:
    """Returns the error of a FAILED frame that is about to be caught."""
    error = visit_failure(execution, frame)
    if usable_visit_retrier(frame.stay, error) is not None:
        # An attempt was left, so an expression of the next attempt has failed.
        try:
            next_visit_move(execution, frame, event.at, frame)
        except StatesError as raised:
            return raised
    return error


def _caught(frame: Frame, seen: Visit, error: StatesError, steps: StepTrace) -> Exit:
    stay = frame.stay
    steps.payloads.clear()
    done, catcher = catch_visit_error(stay, seen, error), catcher_of_visit(stay, error)
    if done is None or catcher is None:
        raise error
    steps.note("errorDetails", Payload({"catchIndex": stay.state.catch.index(catcher)}))
    steps.note("errorOutput", Payload(error_output(error)))
    if stay.state.language != JSONATA:
        steps.note("afterResultPath", done.output)
    return done

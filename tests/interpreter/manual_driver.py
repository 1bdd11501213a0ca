"""A driver for tests: it drives executions in memory, and its clock jumps to the next due time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sfn_cli import quotas
from sfn_cli.asl.state_machine import load_machine
from sfn_cli.interpreter.decide import decide
from sfn_cli.interpreter.events import (
    HistoryEvent,
    execution_aborted_event,
    execution_redriven_event,
    execution_started_event,
)
from sfn_cli.interpreter.execution import Execution
from sfn_cli.interpreter.frame import NO_MEMO, ForkState, Frame, Stay
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.interpreter.open_task import OpenTask
from sfn_cli.interpreter.signals import Signal, TaskFailed, TaskStarted, TaskSucceeded
from sfn_cli.jsonvalue import Payload, dumps
from sfn_cli.query.limits import UNLIMITED, TimeBudget

if TYPE_CHECKING:
    from collections.abc import Iterator

MACHINE_ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:Case"
EXECUTION_ARN = "arn:aws:states:us-east-1:123456789012:execution:Case:run"
START = 1_700_000_000_000

Answers = Mapping[str, Sequence[Mapping[str, Any]]]
"""State name → the answers of its tasks, in order.

{"result": …}, {"text": JSON text}, {"bytes": N} (a string of N bytes of JSON),
{"error": …, "cause": …} or {} (never).
"""


class EndlessError(Exception):
    """An execution does not end."""


def no_budget() -> TimeBudget:
    """A budget that postpones every expression that takes more than a moment."""
    return TimeBudget(lambda: 0.0, 0.0, is_all=False)


def interpreter_of(
    definition: Any,
    history: Sequence[HistoryEvent],
    arn: str = EXECUTION_ARN,
    max_events: int = quotas.HISTORY_EVENTS,
    seed: str = "secret",
) -> Interpreter:
    """Returns an interpreter that has applied this history, as in a worker that resumes an execution."""
    interpreter = Interpreter(arn, MACHINE_ARN, load_machine(dumps(definition)), seed, max_events)
    for event in history:
        interpreter.apply(event)
    return interpreter


def stored(event: HistoryEvent) -> HistoryEvent:
    """Returns the event as a store returns it, with only the text of its payload."""
    return event._replace(payload=None if event.payload is None else Payload(text=event.payload.text))


def begin(input: Any) -> list[HistoryEvent]:
    return [execution_started_event(Payload(input), "arn:aws:iam::123456789012:role/any", START)]


def redriven(history: Sequence[HistoryEvent], after_ms: int = 1_000) -> list[HistoryEvent]:
    """An ended history with a redrive some time later."""
    count = 1 + sum(event.type == "ExecutionRedriven" for event in history)
    return [*history, execution_redriven_event(history[-1].id, count, history[-1].at + after_ms)]


def stopped(history: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """A history that ends with StopExecution."""
    return [*history, execution_aborted_event(history[-1].id, None, None, history[-1].at)]


def run(
    definition: Any,
    input: Any,
    answers: Answers | None = None,
    history: Sequence[HistoryEvent] = (),
    arn: str = EXECUTION_ARN,
    *,
    max_events: int = quotas.HISTORY_EVENTS,
    budget: TimeBudget = UNLIMITED,
    forgetful: bool = False,
    seed: str = "secret",
) -> list[HistoryEvent]:
    """Returns an execution's complete history, from its start or from a partial history.

    A `forgetful` run drops all memos before and after every event, and checks that `decide` writes
    no more.
    """
    events = list(history) or begin(input)
    interpreter = interpreter_of(definition, [stored(event) for event in events], arn, max_events, seed)
    interpreter.budget = budget
    now = events[-1].at
    answered = answered_so_far(interpreter, events)
    for _ in range(100_000):
        while made := _advance_forgetfully(interpreter, now) if forgetful else _advance(interpreter, now):
            events += made
        if interpreter.ended:
            return events
        signal = _next_signal(interpreter, answers or {}, answered)
        if signal is not None:
            events += interpreter.receive(signal, now)
            continue
        due = interpreter.wake_at
        if due is None:
            return events
        now = max(now, due)
    raise EndlessError


def _advance(interpreter: Interpreter, now: int) -> list[HistoryEvent]:
    """A postponed step is run on its own, as in a worker's slow lane."""
    events = interpreter.advance(now)
    if interpreter.over_budget:
        budget, interpreter.budget = interpreter.budget, UNLIMITED
        events += interpreter.advance(now, limit=1)
        interpreter.budget = budget
    return events


def _advance_forgetfully(interpreter: Interpreter, now: int) -> list[HistoryEvent]:
    """Returns the one event that is due.

    No cached value of `decide` outlives it, and `decide` writes nothing else.
    """
    before = list(_written(interpreter.execution))
    event = decide(interpreter.execution, now)
    after = list(_written(interpreter.execution))
    assert len(before) == len(after)
    assert all(one is other or one == other for one, other in zip(before, after, strict=True))
    _forget(interpreter.execution)
    if event is None:
        return []
    interpreter.apply(event)
    _forget(interpreter.execution)
    return [event]


UNWRITTEN = {
    Execution: ("ready", "timers", "waiting"),
    Stay: ("memo",),
    Frame: (),
    ForkState: (),
    OpenTask: (),
}
"""The attributes of an execution except those that `decide` may write: the agenda and memos."""


def _written(part: Any) -> Iterator[Any]:
    """Yields the values of an execution that only events may change."""
    if type(part) in UNWRITTEN:
        for name in type(part).__slots__:
            if name in ("parent", "frame"):
                yield getattr(part, name)
            elif name not in UNWRITTEN[type(part)]:
                yield from _written(getattr(part, name))
    elif isinstance(part, dict):
        yield from part
        for value in part.values():
            yield from _written(value)
    elif isinstance(part, list):
        yield from part
    else:
        yield part


def _forget(execution: Execution) -> None:
    for frame in execution.frames.values():
        if frame.stay is not None:
            frame.stay.memo = NO_MEMO


def answered_so_far(interpreter: Interpreter, events: Sequence[HistoryEvent]) -> dict[str, int]:
    """Returns the number of answers of each state: its tasks that were closed in the history."""
    counts: dict[str, int] = {}
    entered: dict[int, str] = {}
    for event in events:
        if event.type.endswith("StateEntered"):
            assert event.details is not None
            entered[event.frame] = str(event.details["name"])
        elif event.type in ("TaskSucceeded", "TaskFailed", "LambdaFunctionSucceeded", "LambdaFunctionFailed"):
            counts[entered[event.frame]] = counts.get(entered[event.frame], 0) + 1
    return counts


def _next_signal(interpreter: Interpreter, answers: Answers, answered: dict[str, int]) -> Signal | None:
    for task in interpreter.open_tasks.values():
        if not task.started:
            return TaskStarted(task.id)
    for task in interpreter.open_tasks.values():
        signal = answer_of(task, answers, answered)
        if signal is not None:
            return signal
    return None


def answer_of(task: OpenTask, answers: Answers, answered: dict[str, int]) -> Signal | None:
    if task.plan is not None:  # a Map Run whose children each return their input
        assert all(
            0 <= number < 2**63 for number in (task.plan.max_concurrency, task.plan.tolerance.failures)
        ), "as stored"
        batches = task.plan.batches(task.plan.items or (), 0, UNLIMITED)
        return TaskSucceeded(task.id, Payload(text=f"[{','.join(batch.input for batch in batches)}]"))
    given = answers.get(task.state_name, ())
    turn = answered.get(task.state_name, 0)
    answer = given[min(turn, len(given) - 1)] if given else {}
    if not answer:
        return None
    answered[task.state_name] = turn + 1
    if "error" in answer:
        return TaskFailed(task.id, answer["error"], answer.get("cause"))
    if "text" in answer:
        return TaskSucceeded(task.id, Payload(text=answer["text"]))
    result = "x" * (answer["bytes"] - 2) if "bytes" in answer else answer["result"]
    return TaskSucceeded(task.id, Payload(result))

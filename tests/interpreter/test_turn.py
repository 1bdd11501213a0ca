"""Turns: *given a history, when these signals come at this time, then these events follow*."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.signals import Signal, TaskFailed, TaskHeartbeat, TaskStarted, TaskSucceeded
from sfn_cli.interpreter.turn import EVENTS_BETWEEN_LOOKS, Turned, turn
from sfn_cli.jsonvalue import Payload
from sfn_cli.query.limits import UNLIMITED, TimeBudget
from tests.interpreter.manual_driver import START, begin, interpreter_of, no_budget, stored

if TYPE_CHECKING:
    from sfn_cli.interpreter.interpreter import Interpreter

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:F"
TASK = {"Type": "Task", "Resource": FUNCTION, "TimeoutSeconds": 10, "End": True}
PASS = {"Type": "Pass", "End": True}
FAIL = {"Type": "Fail", "Error": "E"}


def machine(state: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "S", "States": {"S": state, **others}}


def branches(*states: dict[str, Any]) -> dict[str, Any]:
    return machine({"Type": "Parallel", "Branches": [machine(state) for state in states], "End": True})


ONE_TASK = machine(TASK)
RETRIED = machine({**TASK, "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5}]})
WITH_HEARTBEAT = machine({**TASK, "HeartbeatSeconds": 4})
ACTIVITY = machine(
    {**TASK, "Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "HeartbeatSeconds": 4}
)
TWO_TASKS = branches(TASK, TASK)
WAIT = machine({"Type": "Wait", "Seconds": 60, "End": True})
CHAIN = machine({"Type": "Pass", "Next": "T"}, T={"Type": "Pass", "Next": "U"}, U=PASS)
TASK_BESIDE_A_FAILURE = branches(TASK, FAIL)


def result(task: int, at: int = 0) -> TaskSucceeded:
    return TaskSucceeded(task, Payload({"r": 1}), at)


def beat(task: int, seconds: float) -> TaskHeartbeat:
    return TaskHeartbeat(task, START + int(seconds * 1000))


def summary(turned: Turned) -> dict[str, Any]:
    """Returns the differences from an empty turn. Times are seconds since the start."""
    seen = {
        "events": [event.type for event in turned.events],
        "opened": [task.id for task in turned.opened],
        "closed": [task.id for task in turned.closed],
        "due": None if turned.due is None else (turned.due - START) / 1000,
        "late": [signal.task for signal in turned.late],
        "ended": turned.ended,
        "over_budget": turned.over_budget,
    }
    return {name: value for name, value in seen.items() if value is not False and value != []}


def resumed(definition: dict[str, Any], earlier: list[tuple[list[Signal], float]]) -> Interpreter:
    """Returns an interpreter that has applied the history of these turns, as in a worker that resumes it."""
    interpreter, history = interpreter_of(definition, begin({})), begin({})
    for signals, seconds in earlier:
        history += turn(interpreter, signals, START + int(seconds * 1000)).events
    again = interpreter_of(definition, [stored(event) for event in history])
    again.changed_tasks()
    return again


FIRST: list[tuple[list[Signal], float]] = [([], 0)]
STARTED: list[tuple[list[Signal], float]] = [([], 0), ([TaskStarted(3)], 0)]
OPENED = ["TaskStateEntered", "LambdaFunctionScheduled"]
SUCCEEDED = ["LambdaFunctionSucceeded", "TaskStateExited", "ExecutionSucceeded"]

TURNS: dict[str, tuple[dict[str, Any], list[tuple[list[Signal], float]], list[Signal], float, dict[str, Any]]]
TURNS = {
    "a new execution opens its first task": (
        ONE_TASK, [], [], 0, {"events": OPENED, "opened": [3], "due": 10},
    ),
    "a wait is due when it ends": (WAIT, [], [], 0, {"events": ["WaitStateEntered"], "due": 60}),
    "nothing is due yet": (WAIT, FIRST, [], 59.9, {"due": 60}),
    "the time brings the end of a wait": (
        WAIT, FIRST, [], 60,
        {"events": ["WaitStateExited", "ExecutionSucceeded"], "due": None, "ended": True},
    ),
    "a start of a task leaves it open": (
        ONE_TASK, FIRST, [TaskStarted(3)], 1, {"events": ["LambdaFunctionStarted"], "due": 10},
    ),
    "a result closes its task": (
        ONE_TASK, STARTED, [result(3)], 2,
        {"events": SUCCEEDED, "closed": [3], "due": None, "ended": True},
    ),
    "a start and its result are taken in the order in which they came": (
        ONE_TASK, FIRST, [TaskStarted(3), result(3)], 2,
        {"events": ["LambdaFunctionStarted", *SUCCEEDED], "closed": [3], "due": None, "ended": True},
    ),
    "a result that comes as the timeout falls due counts": (
        ONE_TASK, STARTED, [result(3)], 10,
        {"events": SUCCEEDED, "closed": [3], "due": None, "ended": True},
    ),
    "without it the task times out": (
        ONE_TASK, STARTED, [], 10,
        {"events": ["LambdaFunctionTimedOut", "ExecutionFailed"], "closed": [3], "due": None, "ended": True},
    ),
    "the second of two answers is late": (
        ONE_TASK, STARTED, [TaskFailed(3, "E", None), result(3)], 2,
        {
            "events": ["LambdaFunctionFailed", "ExecutionFailed"],
            "closed": [3], "due": None, "late": [3], "ended": True,
        },
    ),
    "an answer to a task that is not known is late": (
        ONE_TASK, STARTED, [result(99)], 2, {"due": 10, "late": [99]},
    ),
    "an answer after the end is late": (
        ONE_TASK, [*STARTED, ([result(3)], 1)], [result(3)], 2, {"due": None, "late": [3], "ended": True},
    ),
    # AWS's developer guide, Task state: the limits of an activity's task count from ActivityStarted.
    "an activity's task waits for a worker without a limit": (
        ACTIVITY, FIRST, [], 3600, {"due": 365 * 24 * 3600},
    ),
    "its timeout counts from its start": (
        ACTIVITY, FIRST, [TaskStarted(3, "w")], 3600, {"events": ["ActivityStarted"], "due": 3604},
    ),
    "and so does its heartbeat": (
        ACTIVITY, [*FIRST, ([TaskStarted(3, "w")], 3600)], [beat(3, 3603)], 3603, {"due": 3607},
    ),
    "heartbeats do not extend its timeout": (
        ACTIVITY, [*FIRST, ([TaskStarted(3, "w")], 3600)], [beat(3, 3609)], 3610,
        {"events": ["ActivityTimedOut", "ExecutionFailed"], "closed": [3], "due": None, "ended": True},
    ),
    "a heartbeat leaves no event and postpones the timeout": (
        WITH_HEARTBEAT, STARTED, [beat(3, 3)], 3, {"due": 7},
    ),
    "a failure that is retried is due with its retry": (
        RETRIED, STARTED, [TaskFailed(3, "E", None)], 2,
        {"events": ["LambdaFunctionFailed"], "closed": [3], "due": 7},
    ),
    "a retry opens another task": (
        RETRIED, [*STARTED, ([TaskFailed(3, "E", None)], 2)], [], 7,
        {"events": ["LambdaFunctionScheduled"], "opened": [6], "due": 17},
    ),
    "signals for several tasks are one turn": (
        TWO_TASKS, [([], 0), ([TaskStarted(5), TaskStarted(7)], 0)], [result(7), result(5)], 1,
        {
            "events": [
                "LambdaFunctionSucceeded", "LambdaFunctionSucceeded", "TaskStateExited", "TaskStateExited",
                "ParallelStateSucceeded", "ParallelStateExited", "ExecutionSucceeded",
            ],
            "closed": [7, 5], "due": None, "ended": True,
        },
    ),
    "a task that is opened and closed within the turn is neither": (
        TASK_BESIDE_A_FAILURE, [], [], 0,
        {
            "events": [
                "ParallelStateEntered", "ParallelStateStarted", "TaskStateEntered", "LambdaFunctionScheduled",
                "FailStateEntered", "TaskStateAborted", "ParallelStateFailed", "ExecutionFailed",
            ],
            "due": None, "ended": True,
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("definition, earlier, signals, seconds, brought", TURNS.values(), ids=TURNS)
def test_turn(
    definition: dict[str, Any],
    earlier: list[tuple[list[Signal], float]],
    signals: list[Signal],
    seconds: float,
    brought: dict[str, Any],
) -> None:
    """A turn has these events, tasks and due time, also in a worker that resumes."""
    interpreter = resumed(definition, earlier)
    assert summary(turn(interpreter, signals, START + int(seconds * 1000))) == brought


def test_the_first_turn_after_a_replay_opens_what_is_still_open() -> None:
    """A driver that resumes an execution restarts its open tasks, but not closed ones."""
    history = begin({})
    interpreter = interpreter_of(TWO_TASKS, history)
    for signals in ([], [TaskStarted(5), TaskStarted(7)], [result(5)]):
        history += turn(interpreter, signals, START).events
    again = interpreter_of(TWO_TASKS, history)
    assert summary(turn(again, [], START)) == {"opened": [7], "due": 10}


@pytest.mark.parametrize("limit", [1, 2, 5, 7])
def test_a_turn_that_reaches_its_limit_is_due_again_at_once(limit: int) -> None:
    """The history is the same, however few events each turn makes."""
    whole = turn(interpreter_of(CHAIN, begin({})), [], START).events
    interpreter = interpreter_of(CHAIN, begin({}))
    made = []
    while not interpreter.ended:
        turned = turn(interpreter, [], START, limit=limit)
        assert turned.events
        assert len(turned.events) <= limit
        assert turned.due == (None if turned.ended else START)
        made += turned.events
    assert made == whole


def test_the_time_is_looked_at_between_events() -> None:
    """A turn ends soon after its time is up, and the events of its signals do not count."""
    looks: list[bool] = []

    def is_time_up() -> bool:
        looks.append(True)
        return len(looks) == 2

    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(40)} | {"S40": PASS}
    interpreter = interpreter_of({"StartAt": "S0", "States": states}, begin({}))
    turned = turn(interpreter, [], START, is_time_up=is_time_up)
    assert (len(turned.events), turned.due, len(looks)) == (2 * EVENTS_BETWEEN_LOOKS, START, 2)
    assert not turn(interpreter, [], START, limit=EVENTS_BETWEEN_LOOKS, is_time_up=lambda: False).ended


SLOW = machine({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $sum([1..20000]) %}", "End": True})


def test_an_expression_that_is_over_budget() -> None:
    """The turn ends before a slow step and is due immediately; a turn with a larger budget continues."""
    interpreter = interpreter_of(SLOW, begin({}))
    interpreter.budget = no_budget()
    postponed = {"due": 0, "over_budget": True}
    entered = {"events": ["PassStateEntered"], **postponed}
    assert [summary(turn(interpreter, [], START)) for _ in range(2)] == [entered, postponed]
    interpreter.budget = UNLIMITED
    assert summary(turn(interpreter, [], START, limit=1)) == {"events": ["PassStateExited"], "due": 0}


def test_a_budget_of_seconds_is_enough_for_what_is_quick() -> None:
    """A budget limits an expression, not a turn: many quick states run under a small one."""
    interpreter = interpreter_of(CHAIN, begin({}))
    interpreter.budget = TimeBudget(time.thread_time, 60, is_all=False)
    assert turn(interpreter, [], START).ended


@pytest.mark.parametrize(
    "follows_signals, times",
    [(False, [1, 1, 1, 1]), (True, [5, 5, 8, 8])],
    ids=["wall clock", "virtual clock"],
)
def test_a_signal_from_later(follows_signals: bool, times: list[int]) -> None:
    """Virtual time advances to the time of a signal's sender; another clock does not."""
    interpreter = resumed(TWO_TASKS, [([], 0), ([TaskStarted(5), TaskStarted(7)], 0)])
    signals = [result(5, START + 5_000), result(7, START + 8_000)]
    turned = turn(interpreter, signals, START + 1_000, follows_signals=follows_signals)
    assert [(event.at - START) // 1000 for event in turned.events[:4]] == times
    assert turned.ended


def test_a_signal_from_later_than_a_timeout() -> None:
    """In virtual time, what is due before a child's end comes first, at its own time.

    AWS would have aborted the child by then.
    """
    turned = turn(resumed(ONE_TASK, STARTED), [result(3, START + 30_000)], START, follows_signals=True)
    assert [(event.type, event.at - START) for event in turned.events] == [
        ("LambdaFunctionTimedOut", 10_000),
        ("ExecutionFailed", 10_000),
    ]
    assert [signal.task for signal in turned.late] == [3]
    other = resumed(branches(TASK, {"Type": "Wait", "Seconds": 5, "End": True}), [([], 0)])
    events = turn(other, [TaskStarted(5), result(5, START + 8_000)], START, follows_signals=True).events
    assert [(event.type, event.at - START) for event in events[:3]] == [
        ("LambdaFunctionStarted", 0),
        ("WaitStateExited", 5_000),
        ("LambdaFunctionSucceeded", 8_000),
    ]

"""What the states of a running execution wait for."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.task_token import handle_of_task_token
from sfn_cli.jsonvalue import dumps
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import Pending, display_status, pending_of
from sfn_cli.views.history.replay import replay_source
from sfn_cli.views.source import ExecutionSource, MapRunCounts
from tests.interpreter.manual_driver import EXECUTION_ARN, MACHINE_ARN, START, redriven, run
from tests.views.recorded import NAMES, source_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.execution_view import ExecutionView

SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:Bank"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:approve"
CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
MESSAGE = {"QueueUrl": "asks", "MessageBody": "May I?"}
CHILD = "arn:aws:states:::states:startExecution.sync:2"


def task(resource: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "End": True, **fields}


def retry(**fields: Any) -> dict[str, Any]:
    return {"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 2, **fields}]}


def wait(**fields: Any) -> dict[str, Any]:
    return {"Type": "Wait", "End": True, **fields}


def cut(history: Sequence[HistoryEvent], type: str, count: int = 1) -> list[HistoryEvent]:
    """Returns the history up to its event number `count` of this type."""
    ids = [event.id for event in history if event.type == type]
    return list(history[: ids[count - 1]])


def view_of(
    definition: Any, history: Sequence[HistoryEvent], *, seed: str | None = "secret", **more: Any
) -> ExecutionView:
    return fold_execution(
        ExecutionSource(
            "Pay/monday", history, dumps(definition), EXECUTION_ARN, MACHINE_ARN, seed=seed, **more
        )
    )


def machine(state: Mapping[str, Any]) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": state}}


ERROR = {"error": "E"}
APPROVE = "sfn tasks approve Pay/monday/A"

CASES: list[tuple[str, dict[str, Any], Sequence[Mapping[str, Any]], tuple[str, int], tuple[Any, ...]]] = [
    # the state; how its tasks end; after which event; kind, seconds of since and until, words, answer
    ("a wait", wait(Seconds=60), [], ("WaitStateEntered", 1), ("time", 0, 60, "until 22:14:20 UTC", None)),
    ("days", wait(Seconds=864_000), [], ("WaitStateEntered", 1),
     ("time", 0, 864_000, "until 24 Nov 22:13 UTC", None)),
    ("a timestamp", wait(Timestamp="2024-01-01T00:00:00+01:00"), [], ("WaitStateEntered", 1),
     ("time", 0, 4_063_600, "until 31 Dec 23:00 UTC", None)),
    ("a path", wait(SecondsPath="$.n"), [], ("WaitStateEntered", 1),
     ("time", 0, 90, "until 22:14:50 UTC", None)),
    ("an expression", wait(QueryLanguage="JSONata", Seconds="{% $states.input.n * 2 %}"), [],
     ("WaitStateEntered", 1), ("time", 0, 180, "until 22:16:20 UTC", None)),
    ("a function", task(LAMBDA), [{}], ("LambdaFunctionStarted", 1),
     ("function", 0, None, "function Bank", None)),
    ("an operation", task("arn:aws:states:::dynamodb:putItem", TimeoutSeconds=9,
     Parameters={"TableName": "orders", "Item": {"id": {"S": "1"}}}), [{}], ("TaskStarted", 1),
     ("function", 0, 9, "dynamodb:putItem", None)),
    ("a function by name", task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName": "Bank:live"}),
     [{}], ("TaskStarted", 1), ("function", 0, None, "function Bank:live", None)),
    ("a retry", task(LAMBDA, **retry()), [ERROR, {}], ("LambdaFunctionFailed", 1),
     ("retry", 0, 5, "attempt 2", None)),
    ("another", task(LAMBDA, **retry()), [ERROR, ERROR, {}], ("LambdaFunctionFailed", 2),
     ("retry", 5, 15, "attempt 3", None)),
    ("a callback", task(CALLBACK, Parameters=MESSAGE, HeartbeatSeconds=30, TimeoutSeconds=100), [{}],
     ("TaskStarted", 1), ("answer", 0, 30, "an answer", APPROVE)),
    ("a worker", task(ACTIVITY), [{}], ("ActivityScheduled", 1),
     ("worker", 0, None, "a worker of activity approve", APPROVE)),
    ("its worker", task(ACTIVITY), [{}], ("ActivityStarted", 1),
     ("worker", 0, None, "the worker of activity approve", APPROVE)),
    ("a child that is being started", task(CHILD, Parameters={"StateMachineArn": MACHINE_ARN}), [{}],
     ("TaskStarted", 1), ("function", 0, None, "states:startExecution", None)),
]  # fmt: skip


@pytest.mark.parametrize("name, state, answers, after, expected", CASES, ids=[case[0] for case in CASES])
def test_what_a_state_waits_for(
    name: str,
    state: dict[str, Any],
    answers: Sequence[Mapping[str, Any]],
    after: tuple[str, int],
    expected: tuple[Any, ...],
) -> None:
    """Each kind of waiting has its times by the execution's clock."""
    definition = machine(state)
    view = view_of(definition, cut(run(definition, {"n": 90}, {"A": answers}), *after))
    kind, since, until, words, answer = expected
    at = None if until is None else START + until * SECOND
    assert pending_of(view) == {2: Pending(kind, START + since * SECOND, at, words, answer)}
    (visit,) = view.visits()
    assert display_status(visit, pending_of(view)) == ("RUNNING" if kind == "function" else "WAITING")


def test_the_last_failure_is_no_wait() -> None:
    """A state without another attempt does not wait: its error is about to be caught, or it fails."""
    definition = machine(task(LAMBDA, **retry(MaxAttempts=1)))
    history = cut(run(definition, {}, {"A": [ERROR, ERROR]}), "LambdaFunctionFailed", 2)
    assert pending_of(view_of(definition, history)) == {}
    assert pending_of(view_of(definition, history, seed=None)) == {}


def test_a_foreign_history() -> None:
    """If the history does not match the definition, simple fields of the definition are used.

    A random delay is then unknown, and nothing can be answered here.
    """
    definition = machine(task(LAMBDA, **retry()))
    history = cut(run(definition, {}, {"A": [ERROR, {}]}), "LambdaFunctionFailed", 1)
    foreign = [history[0], history[1]._replace(frame=7), *(one._replace(frame=7) for one in history[2:])]
    assert replay_source(view_of(definition, foreign).source) is None
    (pending,) = pending_of(view_of(definition, foreign)).values()
    assert (pending.until, pending.words) == (START + 5 * SECOND, "attempt 2")
    random = machine(task(LAMBDA, **retry(JitterStrategy="FULL")))
    (pending,) = pending_of(view_of(random, foreign)).values()
    assert (pending.until, pending.words) == (None, "attempt 2")
    callback = machine(task(CALLBACK, Parameters=MESSAGE))
    asked = cut(run(callback, {}, {"A": [{}]}), "TaskStarted")
    (pending,) = pending_of(view_of(callback, asked, seed=None)).values()
    assert (pending.words, pending.answer) == ("an answer", None)


def test_without_a_definition() -> None:
    """Without a definition, only data from the history is shown, which does not have a Wait's end."""
    definition = machine(wait(Seconds=60))
    history = cut(run(definition, {}), "WaitStateEntered")
    view = fold_execution(ExecutionSource("events.json", history))
    assert pending_of(view) == {2: Pending("time", START, None, "a time")}


def test_random_times_follow_from_the_seed() -> None:
    """A random delay is the one that the execution will use; without the seed, it is unknown."""
    definition = machine(task(LAMBDA, **retry(JitterStrategy="FULL")))
    history = run(definition, {}, {"A": [ERROR, {"result": 1}]})
    (pending,) = pending_of(view_of(definition, cut(history, "LambdaFunctionFailed"))).values()
    assert pending.until == history[5].at
    assert history[5].type == "LambdaFunctionScheduled"
    view = view_of(definition, cut(history, "LambdaFunctionFailed"), seed=None)
    assert pending_of(view) == {2: pending._replace(until=None)}
    wait_at_random = machine(wait(QueryLanguage="JSONata", Seconds="{% $floor($random() * 9) %}"))
    entered = cut(run(wait_at_random, {}), "WaitStateEntered")
    assert pending_of(view_of(wait_at_random, entered, seed=None)) == {
        2: Pending("time", START, None, "a time")
    }


def test_a_redriven_wait() -> None:
    """The Seconds of a Wait count from the redrive."""
    definition = machine(wait(Seconds=60))
    stopped = cut(run(definition, {}), "WaitStateEntered")
    aborted = stopped[-1]._replace(
        id=3, previous_event_id=0, type="ExecutionAborted", payload=None, details={}
    )
    history = redriven([*stopped, aborted], after_ms=7 * SECOND)
    (pending,) = pending_of(view_of(definition, history)).values()
    assert pending.until == START + 67 * SECOND


@pytest.mark.parametrize("seed", ["secret", None])
@pytest.mark.parametrize(
    "of_all",
    [
        {"Type": "Parallel", "Branches": [{"StartAt": "I", "States": {"I": task(LAMBDA)}}]},
        {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": task(LAMBDA)}}},
    ],
)
def test_all_children_are_tried_again(of_all: dict[str, Any], seed: str | None) -> None:
    """The Map or Parallel waits instead of the failed state inside it, also for a history in a file."""
    definition = machine({**of_all, "End": True, **retry()})
    history = run(definition, [1], {"I": [ERROR, {"result": 1}]})
    again = [event.id for event in history if event.type in ("MapStateStarted", "ParallelStateStarted")][1]
    view = view_of(definition, history[: again - 1], seed=seed)
    pending = pending_of(view)
    assert pending == {2: Pending("retry", START, history[again - 1].at, "attempt 2")}
    assert display_status(view.root.visits[0], pending) == "WAITING"
    foreign = [event._replace(frame=9 if event.frame else 0) for event in history[: again - 1]]
    view = view_of(definition, foreign, seed=seed)
    if replay_source(view.source) is None:
        assert pending_of(view) == pending


def test_tasks_of_the_same_state_are_named_by_their_handles() -> None:
    """A command identifies one task: by its state if that is unique, otherwise by its handle."""
    each = {"StartAt": "Ask it", "States": {"Ask it": task(CALLBACK, Parameters=MESSAGE)}}
    definition = machine({"Type": "Map", "ItemProcessor": each, "End": True})
    view = view_of(definition, cut(run(definition, [1, 2], {}), "TaskStarted", 2))
    pending = pending_of(view)
    replay = replay_source(view.source)
    assert replay is not None and replay.execution is not None
    tokens = [task.token for task in replay.execution.open_tasks.values()]
    assert [one.answer for one in pending.values()] == [
        f"sfn tasks approve {handle_of_task_token(token)[:8]}" for token in tokens if token is not None
    ]
    assert pending_of(view, replay=replay) == pending
    (map_visit,) = view.root.visits
    assert display_status(map_visit, pending) == "WAITING"
    alone = view_of(definition, cut(run(definition, [1], {}), "TaskStarted"))
    assert [one.answer for one in pending_of(alone).values()] == ["sfn tasks approve 'Pay/monday/Ask it'"]


def test_a_map_run() -> None:
    """A Map Run is running, with its progress if it is known."""
    each = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}},
    }  # fmt: skip
    definition = machine({"Type": "Map", "ItemProcessor": each, "End": True})
    view = view_of(definition, cut(run(definition, [1, 2, 3]), "MapRunStarted"))
    (visit,) = view.visits()
    assert [one.words for one in pending_of(view).values()] == ["a Map Run"]
    counts = MapRunCounts("RUNNING", 3, 1, 1, 1, 0)
    view.source = view.source._replace(map_runs={str(visit.map_run_arn): counts})
    assert [one.words for one in pending_of(view).values()] == ["a Map Run: 1 of 3 · 1 running · 1 failed"]
    assert display_status(visit, pending_of(view)) == "RUNNING"


def test_a_heartbeat() -> None:
    """Heartbeats have no event: the source has the time of the last one."""
    definition = machine(task(CALLBACK, Parameters=MESSAGE, HeartbeatSeconds=30))
    history = cut(run(definition, {}), "TaskStarted")
    view = view_of(definition, history, beats={3: START + 20 * SECOND})
    assert [one.until for one in pending_of(view).values()] == [START + 50 * SECOND]


def test_times_in_words_are_in_a_zone() -> None:
    """A local time is shown without the zone's name."""
    definition = machine(wait(Seconds=7200))
    view = view_of(definition, cut(run(definition, {}), "WaitStateEntered"))
    zone = timezone(timedelta(hours=1))
    assert [one.words for one in pending_of(view, zone=zone).values()] == ["until 15 Nov 01:13:20"]


@pytest.mark.parametrize("name", NAMES)
def test_only_open_states_wait(name: str) -> None:
    """After each event of a recorded execution, only open visits have entries."""
    source = source_of(name)
    events = source.history if len(source.history) < 100 else source.history[::20]
    for event in events:
        view = fold_execution(source, at=event.id)
        open_ids = {visit.entered_id for visit in view.visits() if visit.ended_at is None}
        pending = pending_of(view)
        assert pending.keys() <= open_ids
        assert not (view.is_over and pending)
        assert all(one.until is None or one.until >= one.since for one in pending.values())

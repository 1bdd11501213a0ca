"""The inbox: the messages to an execution, their senders, and their consumption."""

from __future__ import annotations

from json import JSONDecodeError
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.interpreter.task_token import task_token
from sfn_cli.store.records.stepfunctions.suspensions import ATTEMPTS, Fault
from sfn_cli.store.records.stepfunctions.worker_commits import ExecutionChanges
from sfn_cli.store.records.tasks import AnswerOutcome
from sfn_cli.store.sqlite.stepfunctions import inbox
from tests.store.sqlite.stepfunctions.stepped_store import ACCOUNT, ACTIVITY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.store.sqlite.stepfunctions.stepped_store import SteppedStore

Messages = list[tuple[int, str, dict[str, Any]]]
"""To which execution, of which kind, with which body."""


def stopped_while_driven(store: SteppedStore) -> Messages:
    execution = store.start_and_claim()
    store.abort(execution, 5)
    return [(execution, "aborted", {"worker": store.worker})]


def stopped_while_no_worker_drives_it(store: SteppedStore) -> Messages:
    store.abort(store.start(), 5)
    return []


def stopped_while_suspended(store: SteppedStore) -> Messages:
    execution = store.start()
    for _ in range(ATTEMPTS):
        store.turns.claim_new(1)
        store.turns.set_aside({execution: Fault("a bug", "Traceback")}, 3)
    store.abort(execution, 5)
    return []


def stopped_after_its_end(store: SteppedStore) -> Messages:
    execution = store.start_and_claim()
    store.write(execution, "ExecutionSucceeded")
    store.abort(execution, 5)
    return []


def answered(store: SteppedStore) -> Messages:
    execution = store.start_and_claim()
    task, token = store.open_task(execution)
    assert store.tasks.answer(token, "taskSucceeded", {"output": "1"}, 5) is AnswerOutcome.ACCEPTED
    assert store.tasks.answer(token, "taskFailed", {"error": "E", "cause": None}, 6) is AnswerOutcome.TOO_LATE
    return [(execution, "taskSucceeded", {"task": task, "output": "1"})]


def answered_with_a_forged_token(store: SteppedStore) -> Messages:
    execution = store.start_and_claim()
    _, token = store.open_task(execution)
    forged = token[:64] + task_token("another seed", "")[64:]
    assert store.tasks.answer(forged, "taskSucceeded", {"output": "1"}, 5) is AnswerOutcome.UNKNOWN
    assert store.tasks.beat(forged, 5) is AnswerOutcome.UNKNOWN
    return []


def answered_after_its_execution_ended(store: SteppedStore) -> Messages:
    execution = store.start_and_claim()
    _, token = store.open_task(execution)
    store.write(execution, "ExecutionTimedOut")
    assert store.tasks.answer(token, "taskSucceeded", {"output": "1"}, 5) is AnswerOutcome.TOO_LATE
    return []


def heartbeats(store: SteppedStore) -> Messages:
    execution = store.start_and_claim()
    task, token = store.open_task(execution)
    for at in (5, 6):
        assert store.tasks.beat(token, at) is AnswerOutcome.ACCEPTED
    return [(execution, "taskHeartbeat", {"task": task, "at": at}) for at in (5, 6)]


def taken_by_an_activitys_worker(store: SteppedStore) -> Messages:
    first, second = store.start_and_claim("first"), store.start_and_claim("second")
    tasks = [store.open_task(execution, activity=ACTIVITY)[0] for execution in (first, second)]
    for name in ("Ann", None, "too late"):
        store.tasks.take(ACTIVITY, name, 5)
    return [
        (first, "taskStarted", {"task": tasks[0], "worker": "Ann"}),
        (second, "taskStarted", {"task": tasks[1], "worker": None}),
    ]


def scheduled_for_a_missing_activity(store: SteppedStore) -> Messages:
    execution = store.start_and_claim()
    gone = f"{ACCOUNT}:activity:Gone"
    task, _ = store.open_task(execution, activity=gone)
    refusal = {"error": "States.Runtime", "cause": f"The activity {gone} does not exist."}
    return [(execution, "taskRefused", {"task": task, **refusal})]


def a_child_that_is_awaited_ends(store: SteppedStore) -> Messages:
    parent = store.start_and_claim("parent")
    task, _ = store.open_task(parent)
    child = store.start_and_claim("child", parent_arn=store.arn(parent), task=task, awaited=True)
    store.write(child, "ExecutionFailed", at=9)
    ending = {"execution": store.get(child).arn, "at": 9, "status": "FAILED", "error": "E", "cause": "c"}
    return [(parent, "childEnded", {"task": task, **ending})]


def a_child_that_is_not_awaited_ends(store: SteppedStore) -> Messages:
    parent = store.start_and_claim("parent")
    task, _ = store.open_task(parent)
    store.write(store.start_and_claim("child", parent_arn=store.arn(parent), task=task), "ExecutionFailed")
    return []


def a_child_ends_after_its_task_was_closed(store: SteppedStore) -> Messages:
    parent = store.start_and_claim("parent")
    task, _ = store.open_task(parent)
    child = store.start_and_claim("child", parent_arn=store.arn(parent), task=task, awaited=True)
    store.write(parent, "TaskFailed", closed=[task])
    store.write(child, "ExecutionSucceeded")
    return []


def a_stop_reaches_the_children_that_are_awaited(store: SteppedStore) -> Messages:
    parent = store.start_and_claim("parent")
    task, _ = store.open_task(parent)
    awaited = store.start_and_claim("awaited", parent_arn=store.arn(parent), task=task, awaited=True)
    store.start_and_claim("other")
    store.abort(parent, 5)
    assert store.get(awaited).status == "ABORTED"
    return [(parent, "aborted", {"worker": store.worker}), (awaited, "aborted", {"worker": store.worker})]


SENDERS = [
    stopped_while_driven,
    stopped_while_no_worker_drives_it,
    stopped_while_suspended,
    stopped_after_its_end,
    answered,
    answered_with_a_forged_token,
    answered_after_its_execution_ended,
    heartbeats,
    taken_by_an_activitys_worker,
    scheduled_for_a_missing_activity,
    a_child_that_is_awaited_ends,
    a_child_that_is_not_awaited_ends,
    a_child_ends_after_its_task_was_closed,
    a_stop_reaches_the_children_that_are_awaited,
]


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.__name__)
def test_who_sends_what(store: SteppedStore, sender: Callable[[SteppedStore], Messages]) -> None:
    """Each message is sent once, complete, and only to its execution."""
    sent = sender(store)
    assert store.messages() == sent


@pytest.fixture
def two(store: SteppedStore) -> tuple[int, int]:
    """Two executions of one worker, with these messages: 1 beat, 2 beat, 1 beat, 1 stopped."""
    first, second = store.start_and_claim("first"), store.start_and_claim("second")
    tokens = {execution: store.open_task(execution)[1] for execution in (first, second)}
    for at, execution in enumerate((first, second, first), 5):
        store.tasks.beat(tokens[execution], at)
    store.abort(first, 8)
    return first, second


@pytest.mark.parametrize("last", range(5))
def test_messages_after_one(store: SteppedStore, two: tuple[int, int], last: int) -> None:
    """Messages are read in the order in which they were sent, for all executions."""
    first, second = two
    whose = [first, second, first, first]
    assert [(message.id, message.execution) for message in store.inbox.after(last)] == list(
        enumerate(whose, 1)
    )[last:]


@pytest.mark.parametrize("up_to, found", [(0, []), (1, [1]), (2, [1]), (3, [1, 3]), (4, [1, 3])])
def test_messages_to_one_execution(
    store: SteppedStore, two: tuple[int, int], up_to: int, found: list[int]
) -> None:
    """A worker that claims an execution reads earlier messages, except a stop of an earlier run."""
    assert [message.id for message in store.inbox.of(two[0], up_to)] == found


@pytest.mark.parametrize("after, has_come", [(0, True), (1, True), (2, False)])
def test_whether_a_message_has_come(
    store: SteppedStore, two: tuple[int, int], after: int, has_come: bool
) -> None:
    """A turn checks this for its own execution before a task times out."""
    with store.database.reading() as connection:
        assert inbox.is_in_inbox(connection, two[1], after=after) is has_come


def test_a_message_is_consumed_with_the_turn(store: SteppedStore) -> None:
    """A message is deleted when its turn is written, and stays if the turn is refused."""
    execution = store.start_and_claim()
    task, token = store.open_task(execution)
    store.tasks.answer(token, "taskSucceeded", {"output": "1"}, 5)
    (message,) = store.inbox.after(0)
    unstorable = HistoryEvent(task + 1, task, 1 << 63, "TaskSucceeded", details={})
    committed = store.turns.commit([ExecutionChanges(execution, [unstorable], [message.id])])
    assert set(committed.refused) == {execution}
    assert store.inbox.after(0) == [message]
    store.write(execution, "TaskSucceeded", consumed=[message.id], closed=[task])
    assert store.inbox.after(0) == []


def test_a_message_to_an_execution_that_is_driven_no_more(store: SteppedStore) -> None:
    """A worker that releases an execution discards its messages."""
    store.abort(store.start_and_claim(), 5)
    (message,) = store.inbox.after(0)
    store.turns.commit([], forgotten=[message.id])
    assert store.inbox.after(0) == []


@pytest.mark.parametrize(
    "column, damage, readable",
    [
        ("body", "'{'", False),
        ("body", "x'ff7b7d'", False),
        ("kind", "x'ff'", True),
    ],
)
def test_a_damaged_message(store: SteppedStore, column: str, damage: str, readable: bool) -> None:
    """A damaged message does not block others; reading its body is a ValueError."""
    for name in ("damaged", "well"):
        store.abort(store.start_and_claim(name), 5)
    with store.database.transaction() as connection:
        connection.execute(f"UPDATE inbox SET {column} = CAST({damage} AS TEXT) WHERE id = 1")
    damaged, well = store.inbox.after(0)
    assert (well.kind, well.body) == ("aborted", {"worker": store.worker})
    if readable:
        assert (damaged.kind, damaged.body) == ("�", {"worker": store.worker})
    else:
        with pytest.raises((JSONDecodeError, UnicodeDecodeError)):
            _ = damaged.body

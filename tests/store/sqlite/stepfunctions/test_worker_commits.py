"""A worker's commits: the lease is checked in the same transaction, and an end is final."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.errors import RowError, UnstorableError
from sfn_cli.interpreter.events import HistoryEvent, execution_started_event
from sfn_cli.interpreter.task_token import task_token
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.records.executions import NewExecution
from sfn_cli.store.records.stepfunctions.worker_commits import ExecutionChanges, VirtualJump
from sfn_cli.store.records.tasks import AnswerOutcome, Opened
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from sfn_cli.store.sqlite.stepfunctions.inbox import SqliteInbox
from sfn_cli.store.sqlite.stepfunctions.tasks import SqliteTasks
from sfn_cli.store.sqlite.stepfunctions.worker_commits import SqliteWorkerCommits
from sfn_cli.store.sqlite.workers import SqliteWorkers
from tests.store.sqlite.stepfunctions.stepped_store import ACCOUNT, MACHINE

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.database import Database
    from tests.store.sqlite.stepfunctions.stepped_store import SteppedStore

ARN = f"{ACCOUNT}:execution:M:e"


@pytest.fixture
def database(store: SteppedStore) -> Database:
    """A store with one execution that no worker drives yet."""
    store.start()
    return store.database


def entered(id: int) -> HistoryEvent:
    return HistoryEvent(id, 0, 2, "PassStateEntered", payload=Payload({}), details={"name": "A"})


def succeeded(id: int) -> HistoryEvent:
    return HistoryEvent(id, 0, 3, "ExecutionSucceeded", payload=Payload({"ok": True}), details={})


def test_a_new_execution_is_claimed_once(database: Database) -> None:
    """Only one of two workers claims it; the other finds nothing new."""
    first, second = (SqliteWorkers(database).register(slot, 1, 0) for slot in range(2))
    assert [claimed.arn for claimed in SqliteWorkerCommits(database, first).claim_new(10)] == [ARN]
    assert SqliteWorkerCommits(database, second).claim_new(10) == []
    assert SqliteWorkerCommits(database, second).claim_abandoned({first, second}, 10) == []


def test_a_dead_workers_execution_goes_to_the_next(database: Database) -> None:
    """A dead worker's execution is claimed, and its old worker can no longer write."""
    dead, next_one = (SqliteWorkers(database).register(slot, 1, 0) for slot in range(2))
    (claimed,) = SqliteWorkerCommits(database, dead).claim_new(10)
    assert [
        again.id for again in SqliteWorkerCommits(database, next_one).claim_abandoned({next_one}, 10)
    ] == [claimed.id]

    assert SqliteWorkerCommits(database, dead).commit([ExecutionChanges(claimed.id, [entered(2)])]).lost == {
        claimed.id
    }
    assert [event.type for event in SqliteExecutions(database).history(claimed.arn)] == ["ExecutionStarted"]
    assert (
        SqliteWorkerCommits(database, next_one).commit([ExecutionChanges(claimed.id, [entered(2)])]).lost
        == set()
    )


def test_clock_jumps_belong_to_their_events(database: Database) -> None:
    """They are stored with the turn after them, once, and not by a worker that lost it."""
    dead, worker = (SqliteWorkers(database).register(slot, 1, 0) for slot in range(2))
    (claimed,) = SqliteWorkerCommits(database, dead).claim_new(10)
    SqliteWorkerCommits(database, worker).claim_abandoned({worker}, 10)
    jumped = ExecutionChanges(claimed.id, [entered(2)], jumps=[VirtualJump(5, 90), VirtualJump(95, 100)])
    assert SqliteWorkerCommits(database, dead).commit([jumped]).lost == {claimed.id}
    facts = SqliteExecutions(database).replay_facts(ARN)
    assert facts is not None
    assert facts.jumps == []
    assert SqliteWorkerCommits(database, worker).commit([jumped]).lost == set()
    facts = SqliteExecutions(database).replay_facts(ARN)
    assert facts is not None
    assert facts.jumps == [(5, 90), (95, 100)]
    assert SqliteExecutions(database).replay_facts(f"{ARN}2") is None


def test_an_end_is_final(database: Database) -> None:
    """A terminal status never changes: neither a late turn nor a late stop writes anything."""
    turns = SqliteWorkerCommits(database, SqliteWorkers(database).register(0, 1, 0))
    (claimed,) = turns.claim_new(10)
    assert turns.commit([ExecutionChanges(claimed.id, [entered(2), succeeded(3)])]).lost == set()
    ended = SqliteExecutions(database).find(ARN)
    assert ended is not None
    assert (ended.status, ended.output, ended.stopped_at) == ("SUCCEEDED", '{"ok":true}', 3)

    assert turns.commit([ExecutionChanges(claimed.id, [entered(4)])]).lost == {claimed.id}
    assert SqliteExecutions(database).abort(ARN, "Late", None, 9) == 3
    assert SqliteExecutions(database).find(ARN) == ended
    assert len(SqliteExecutions(database).history(claimed.arn)) == 3


def test_a_stop_wins_over_a_turn_in_flight(database: Database) -> None:
    """A worker writes nothing for an execution that was stopped during the turn."""
    turns = SqliteWorkerCommits(database, SqliteWorkers(database).register(0, 1, 0))
    (claimed,) = turns.claim_new(10)
    assert SqliteExecutions(database).abort(ARN, "Oops", "because", 5) == 5
    assert turns.commit([ExecutionChanges(claimed.id, [entered(2)])]).lost == {claimed.id}
    assert [event.type for event in SqliteExecutions(database).history(claimed.arn)] == [
        "ExecutionStarted",
        "ExecutionAborted",
    ]


def timed_out(id: int) -> HistoryEvent:
    return HistoryEvent(id, 0, 9, "TaskTimedOut", details={"error": "States.Timeout"})


def test_an_answer_wins_over_a_timeout_that_it_crosses(database: Database) -> None:
    """A worker that has not read the answer writes no timeout.

    The execution is claimed again, with its message unread.
    """
    turns = SqliteWorkerCommits(database, SqliteWorkers(database).register(0, 1, 0))
    (claimed,) = turns.claim_new(10)
    token = task_token("seed of e", "the task")
    scheduled = HistoryEvent(2, 0, 2, "TaskScheduled", payload=Payload({}), details={})
    assert turns.commit([ExecutionChanges(claimed.id, [scheduled], opened=[Opened(2, token)])]).lost == set()
    assert SqliteTasks(database).answer(token, "taskSucceeded", {"output": "1"}, 8) is AnswerOutcome.ACCEPTED

    crossed = ExecutionChanges(claimed.id, [timed_out(3)], closed=[2], given_up=[2])
    assert turns.commit([crossed], read_up_to=0).lost == {claimed.id}
    assert [again.id for again in turns.claim_new(10)] == [claimed.id]
    (message,) = SqliteInbox(database).after(0)
    assert (message.kind, message.body) == ("taskSucceeded", {"task": 2, "output": "1"})

    late = ExecutionChanges(claimed.id, [timed_out(3)], [message.id], closed=[2], given_up=[2])
    assert turns.commit([late], read_up_to=message.id).lost == set()
    assert SqliteTasks(database).answer(token, "taskFailed", {}, 9) is AnswerOutcome.TOO_LATE
    assert SqliteInbox(database).after(0) == []


def test_a_message_is_never_taken_for_one_that_was_read(database: Database) -> None:
    """Ids continue to increase after the latest message was consumed."""
    turns = SqliteWorkerCommits(database, SqliteWorkers(database).register(0, 1, 0))
    (claimed,) = turns.claim_new(10)
    token = task_token("seed of e", "the task")
    turns.commit([ExecutionChanges(claimed.id, [entered(2)], opened=[Opened(2, token)])])
    assert SqliteTasks(database).beat(token, 5) is AnswerOutcome.ACCEPTED
    (first,) = SqliteInbox(database).after(0)
    turns.commit([ExecutionChanges(claimed.id, [], [first.id])])
    assert SqliteTasks(database).beat(token, 6) is AnswerOutcome.ACCEPTED
    (second,) = SqliteInbox(database).after(first.id)
    assert second.body == {"task": 2, "at": 6}


@pytest.mark.parametrize(
    "poisoned, refusal",
    [
        (
            HistoryEvent(
                2, 0, 2, "PassStateExited", next="\ud800", payload=Payload({}), details={"name": "A"}
            ),
            UnstorableError,
        ),
        (
            HistoryEvent(2, 0, 1 << 63, "PassStateEntered", payload=Payload({}), details={"name": "A"}),
            UnstorableError,
        ),
        (HistoryEvent(1, 0, 2, "PassStateEntered", payload=Payload({}), details={"name": "A"}), RowError),
        (
            HistoryEvent(2, 0, 2, "PassStateEntered", payload=Payload({1, 2}), details={"name": "A"}),
            TypeError,
        ),
    ],
    ids=["a lone surrogate", "a time of more than 64 bits", "an event that is there", "what is no JSON"],
)
def test_one_refused_execution_does_not_affect_the_others(
    database: Database, poisoned: HistoryEvent, refusal: type[Exception]
) -> None:
    """An execution that cannot be written does not block the others of its turn."""
    new = NewExecution(ARN + "2", 1, MACHINE, 1, "e2", None, "seed")
    SqliteExecutions(database).start(new, execution_started_event(Payload({}), "r", 1))
    turns = SqliteWorkerCommits(database, SqliteWorkers(database).register(0, 1, 0))
    bad, good = turns.claim_new(10)
    committed = turns.commit(
        [ExecutionChanges(bad.id, [poisoned]), ExecutionChanges(good.id, [entered(2), succeeded(3)])]
    )
    assert committed.lost == set()
    assert {execution: type(error) for execution, error in committed.refused.items()} == {bad.id: refusal}
    assert [event.type for event in SqliteExecutions(database).history(bad.arn)] == ["ExecutionStarted"]
    ended = SqliteExecutions(database).find(good.arn)
    assert ended is not None
    assert ended.status == "SUCCEEDED"

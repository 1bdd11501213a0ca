"""What a worker writes: the lease is checked in the same transaction, and what ended stays ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.errors import RowError, UnstorableError
from sfn_cli.interpreter.events import HistoryEvent, execution_started_event
from sfn_cli.interpreter.task_token import task_token
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.records.executions import NewExecution
from sfn_cli.store.records.tasks import AnswerOutcome, Opened
from sfn_cli.store.records.worker_commits import ExecutionChanges
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.stepfunctions.executions import Executions
from sfn_cli.store.sqlite.stepfunctions.inbox import Inbox
from sfn_cli.store.sqlite.stepfunctions.tasks import Tasks
from sfn_cli.store.sqlite.stepfunctions.worker_commits import WorkerCommits
from sfn_cli.store.sqlite.workers import Workers
from tests.store.sqlite.stepfunctions.stepped_store import ACCOUNT, MACHINE

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.database import Database
    from tests.store.sqlite.stepfunctions.stepped_store import SteppedStore

ARN = f"{ACCOUNT}:execution:M:e"


@pytest.fixture
def database(store: SteppedStore) -> Database:
    """With one execution, which no worker drives yet."""
    store.start()
    return store.database


def entered(id: int) -> HistoryEvent:
    return HistoryEvent(id, 0, 2, "PassStateEntered", payload=Payload({}), details={"name": "A"})


def succeeded(id: int) -> HistoryEvent:
    return HistoryEvent(id, 0, 3, "ExecutionSucceeded", payload=Payload({"ok": True}), details={})


def test_a_new_execution_is_claimed_once(database: Database) -> None:
    """Of two workers, one gets it; the other finds nothing that is new."""
    first, second = (Workers(database).register(slot, 1, 0) for slot in range(2))
    assert [claimed.arn for claimed in WorkerCommits(database, first).claim_new(10)] == [ARN]
    assert WorkerCommits(database, second).claim_new(10) == []
    assert WorkerCommits(database, second).claim_abandoned({first, second}, 10) == []


def test_a_dead_workers_execution_goes_to_the_next(database: Database) -> None:
    """What a worker that no longer lives drove is claimed, and the dead one can write no more."""
    dead, next_one = (Workers(database).register(slot, 1, 0) for slot in range(2))
    (claimed,) = WorkerCommits(database, dead).claim_new(10)
    assert [again.id for again in WorkerCommits(database, next_one).claim_abandoned({next_one}, 10)] == [
        claimed.id
    ]

    assert WorkerCommits(database, dead).commit([ExecutionChanges(claimed.id, [entered(2)])]).lost == {
        claimed.id
    }
    assert [event.type for event in Executions(database).history(claimed.arn)] == ["ExecutionStarted"]
    assert (
        WorkerCommits(database, next_one).commit([ExecutionChanges(claimed.id, [entered(2)])]).lost == set()
    )


def test_an_end_is_an_end(database: Database) -> None:
    """A terminal status never changes: neither a late turn nor a late stop writes anything."""
    turns = WorkerCommits(database, Workers(database).register(0, 1, 0))
    (claimed,) = turns.claim_new(10)
    assert turns.commit([ExecutionChanges(claimed.id, [entered(2), succeeded(3)])]).lost == set()
    ended = Executions(database).find(ARN)
    assert ended is not None
    assert (ended.status, ended.output, ended.stopped_at) == ("SUCCEEDED", '{"ok":true}', 3)

    assert turns.commit([ExecutionChanges(claimed.id, [entered(4)])]).lost == {claimed.id}
    assert Executions(database).abort(ARN, "Late", None, 9) == 3
    assert Executions(database).find(ARN) == ended
    assert len(Executions(database).history(claimed.arn)) == 3


def test_a_stop_wins_over_a_turn_in_flight(database: Database) -> None:
    """A worker whose execution was stopped meanwhile writes nothing of it."""
    turns = WorkerCommits(database, Workers(database).register(0, 1, 0))
    (claimed,) = turns.claim_new(10)
    assert Executions(database).abort(ARN, "Oops", "because", 5) == 5
    assert turns.commit([ExecutionChanges(claimed.id, [entered(2)])]).lost == {claimed.id}
    assert [event.type for event in Executions(database).history(claimed.arn)] == [
        "ExecutionStarted",
        "ExecutionAborted",
    ]


def timed_out(id: int) -> HistoryEvent:
    return HistoryEvent(id, 0, 9, "TaskTimedOut", details={"error": "States.Timeout"})


def test_an_answer_wins_over_a_timeout_that_it_crosses(database: Database) -> None:
    """A worker that did not know of the answer writes no timeout: the execution is claimed anew,
    its message unread.
    """
    turns = WorkerCommits(database, Workers(database).register(0, 1, 0))
    (claimed,) = turns.claim_new(10)
    token = task_token("seed of e", "the task")
    scheduled = HistoryEvent(2, 0, 2, "TaskScheduled", payload=Payload({}), details={})
    assert turns.commit([ExecutionChanges(claimed.id, [scheduled], opened=[Opened(2, token)])]).lost == set()
    assert Tasks(database).answer(token, "taskSucceeded", {"output": "1"}, 8) is AnswerOutcome.ACCEPTED

    crossed = ExecutionChanges(claimed.id, [timed_out(3)], closed=[2], given_up=[2])
    assert turns.commit([crossed], read_up_to=0).lost == {claimed.id}
    assert [again.id for again in turns.claim_new(10)] == [claimed.id]
    (message,) = Inbox(database).after(0)
    assert (message.kind, message.body) == ("taskSucceeded", {"task": 2, "output": "1"})

    late = ExecutionChanges(claimed.id, [timed_out(3)], [message.id], closed=[2], given_up=[2])
    assert turns.commit([late], read_up_to=message.id).lost == set()
    assert Tasks(database).answer(token, "taskFailed", {}, 9) is AnswerOutcome.TOO_LATE
    assert Inbox(database).after(0) == []


def test_a_message_is_never_taken_for_one_that_was_read(database: Database) -> None:
    """Ids go on after the newest message was consumed."""
    turns = WorkerCommits(database, Workers(database).register(0, 1, 0))
    (claimed,) = turns.claim_new(10)
    token = task_token("seed of e", "the task")
    turns.commit([ExecutionChanges(claimed.id, [entered(2)], opened=[Opened(2, token)])])
    assert Tasks(database).beat(token, 5) is AnswerOutcome.ACCEPTED
    (first,) = Inbox(database).after(0)
    turns.commit([ExecutionChanges(claimed.id, [], [first.id])])
    assert Tasks(database).beat(token, 6) is AnswerOutcome.ACCEPTED
    (second,) = Inbox(database).after(first.id)
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
def test_what_cannot_be_written_of_one_keeps_nothing_of_the_others(
    database: Database, poisoned: HistoryEvent, refusal: type[Exception]
) -> None:
    """One execution that cannot be written keeps no other of its turn from being written."""
    new = NewExecution(ARN + "2", 1, MACHINE, 1, "e2", None, "seed")
    Executions(database).start(new, execution_started_event(Payload({}), "r", 1))
    turns = WorkerCommits(database, Workers(database).register(0, 1, 0))
    bad, good = turns.claim_new(10)
    committed = turns.commit(
        [ExecutionChanges(bad.id, [poisoned]), ExecutionChanges(good.id, [entered(2), succeeded(3)])]
    )
    assert committed.lost == set()
    assert {execution: type(error) for execution, error in committed.refused.items()} == {bad.id: refusal}
    assert [event.type for event in Executions(database).history(bad.arn)] == ["ExecutionStarted"]
    ended = Executions(database).find(good.arn)
    assert ended is not None
    assert ended.status == "SUCCEEDED"

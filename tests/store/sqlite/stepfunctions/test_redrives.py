"""Redrives in the store: one transaction, once for each client token; closed tasks stay closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.errors import ApiError
from sfn_cli.store.records.stepfunctions.suspensions import ATTEMPTS, Fault
from sfn_cli.store.records.tasks import AnswerOutcome
from sfn_cli.store.sqlite.stepfunctions.redrives import STORED_TOKENS, TOKEN_MS
from tests.store.sqlite.stepfunctions.stepped_store import ACCOUNT, ACTIVITY, MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.store.records.stepfunctions.redrives import RedriveState
    from tests.store.sqlite.stepfunctions.stepped_store import SteppedStore

FAILS = "ExecutionFailed"


@pytest.fixture
def failed(store: SteppedStore) -> int:
    """An execution that failed at 10."""
    execution = store.start_and_claim()
    store.write(execution, "TaskStateEntered", FAILS, at=10)
    return execution


def test_a_redrive(store: SteppedStore, failed: int) -> None:
    """The execution runs again, its end is cleared, and any worker may claim it."""
    before = store.get(failed)
    assert store.redrive(failed, 20) == 20
    assert store.get(failed) == before._replace(
        status="RUNNING", stopped_at=None, error=None, cause=None, redrive_count=1, redriven_at=20
    )
    (*_, last) = store.executions.history(store.arn(failed))
    assert (last.id, last.type, last.at, last.details) == (4, "ExecutionRedriven", 20, {"redriveCount": 1})
    assert [claimed.id for claimed in store.turns.claim_new(9)] == [failed]


@pytest.mark.parametrize("event", [FAILS, "ExecutionTimedOut", "abort"])
def test_any_number_of_redrives(store: SteppedStore, event: str) -> None:
    """Each redrive has its number, in the history as well."""
    execution = store.start_and_claim()
    for number in range(1, 4):
        if event == "abort":
            store.abort(execution, 10 * number)
        else:
            store.write(execution, event, at=10 * number)
        store.redrive(execution, 10 * number + 1)
        store.turns.claim_new(1)
        redriven = store.get(execution)
        assert (redriven.redrive_count, redriven.redriven_at) == (number, 10 * number + 1)
    counts = [
        event.details
        for event in store.executions.history(store.arn(execution))
        if event.type.endswith("Redriven")
    ]
    assert counts == [{"redriveCount": number} for number in (1, 2, 3)]


def test_no_such_execution(store: SteppedStore) -> None:
    """`decide` is not called."""

    def decide(_: RedriveState) -> int:
        raise AssertionError

    gone = f"{ACCOUNT}:execution:M:gone"
    assert store.redrives.redrive(gone, "t", 1, decide) is None
    assert store.redrives.state(gone) is None


def test_a_refusal_changes_nothing(store: SteppedStore, failed: int) -> None:
    """`decide` raises the reason; the client token is not stored either."""

    def refuse(_: RedriveState) -> int:
        raise ApiError("ExecutionNotRedrivable", "too late")

    before, history = store.get(failed), store.event_types(failed)
    with pytest.raises(ApiError):
        store.redrives.redrive(before.arn, "t", 20, refuse)
    assert (store.get(failed), store.event_types(failed)) == (before, history)
    assert store.redrive(failed, 30, "t") == 30


def running(store: SteppedStore) -> None:
    store.start_and_claim()


def failed_after_three_events(store: SteppedStore) -> None:
    store.write(store.start_and_claim(), "TaskStateEntered", FAILS, at=10)


def stopped_by_a_clock_that_is_behind(store: SteppedStore) -> None:
    execution = store.start_and_claim(clock="virtual")
    store.write(execution, "TaskStateEntered", at=1_000)
    store.abort(execution, 10)


def redriven_twice(store: SteppedStore) -> None:
    execution = store.start_and_claim()
    for at in (10, 20):
        store.abort(execution, at)
        store.redrive(execution, at + 1)


def of_a_machine_that_is_being_deleted(store: SteppedStore) -> None:
    store.start_and_claim()
    store.state_machines.delete(MACHINE, 0)


def of_a_deleted_machine(store: SteppedStore) -> None:
    store.abort(store.start_and_claim(), 10)
    store.state_machines.delete(MACHINE, 0)


def of_a_missing_machine(store: SteppedStore) -> None:
    """As versions of sfn before 0.3 left it."""
    of_a_deleted_machine(store)
    with store.database.transaction() as connection:
        connection.execute("DELETE FROM state_machine")


@pytest.mark.parametrize(
    "come_to, standing",
    [
        (running, ("RUNNING", None, 0, None, "ACTIVE", 1, 1)),
        (failed_after_three_events, ("FAILED", 10, 0, None, "ACTIVE", 3, 10)),
        (stopped_by_a_clock_that_is_behind, ("ABORTED", 1_000, 0, "virtual", "ACTIVE", 3, 1_000)),
        (redriven_twice, ("RUNNING", None, 2, None, "ACTIVE", 5, 21)),
        (of_a_machine_that_is_being_deleted, ("RUNNING", None, 0, None, "DELETING", 1, 1)),
        (of_a_deleted_machine, ("ABORTED", 10, 0, None, "DELETING", 2, 10)),
        (of_a_missing_machine, ("ABORTED", 10, 0, None, None, 2, 10)),
    ],
)
def test_what_decides_whether_it_may_be_redriven(
    store: SteppedStore, come_to: Callable[[SteppedStore], None], standing: tuple[object, ...]
) -> None:
    """`decide` gets these fields of the execution and its machine.

    They are status, end, redrives, clock, the machine's status, and the number and time of its last
    event.
    """
    come_to(store)
    found = store.redrives.state(store.get(1).arn)
    assert found is not None
    assert (
        found.status,
        found.stopped_at,
        found.redrive_count,
        found.clock,
        found.machine_status,
        found.events,
        found.last_at,
    ) == standing


@pytest.mark.parametrize("later, is_the_same", [(0, True), (TOKEN_MS - 1, True), (TOKEN_MS, False)])
def test_a_client_token(store: SteppedStore, failed: int, later: int, is_the_same: bool) -> None:
    """For 15 minutes of wall-clock time it gets the first answer, and redrives nothing."""
    assert store.redrive(failed, 20, "t") == 20
    store.abort(failed, 21)
    assert store.redrive(failed, 20 + later, "t") == (20 if is_the_same else 20 + later)
    assert store.get(failed).redrive_count == (1 if is_the_same else 2)


def test_a_client_token_is_of_one_execution(store: SteppedStore, failed: int) -> None:
    """The same token redrives another execution."""
    other = store.start_and_claim("other")
    store.abort(other, 15)
    assert (store.redrive(failed, 20, "t"), store.redrive(other, 30, "t")) == (20, 30)


def test_the_last_client_tokens(store: SteppedStore, failed: int) -> None:
    """Ten are stored for each execution; the one before them redrives again."""
    for n in range(STORED_TOKENS + 1):
        store.redrive(failed, 20 + n, f"t{n}")
        store.abort(failed, 20 + n)
    assert store.redrive(failed, 90, "t1") == 21
    assert store.redrive(failed, 91, "t0") == 91


def test_earlier_tasks_stay_closed(store: SteppedStore) -> None:
    """An answer to a task that was open at the execution's end is always too late.

    It is not a message.
    """
    execution = store.start_and_claim()
    _, token = store.open_task(execution, activity=ACTIVITY)
    store.abort(execution, 5)
    store.redrive(execution, 20)
    assert store.tasks.answer(token, "taskSucceeded", {"output": "1"}, 21) is AnswerOutcome.TOO_LATE
    assert store.tasks.take(ACTIVITY, None, 21) is None
    assert [kind for _, kind, _ in store.messages()] == ["aborted"]


def test_earlier_messages_are_dropped(store: SteppedStore) -> None:
    """The abort message stays: the old worker has yet to release the execution.

    The messages of other executions stay.
    """
    execution, other = store.start_and_claim(), store.start_and_claim("other")
    tokens = [store.open_task(one)[1] for one in (execution, other)]
    for token in tokens:
        store.tasks.beat(token, 4)
    store.abort(execution, 5)
    store.redrive(execution, 20)
    assert [(one, kind) for one, kind, _ in store.messages()] == [
        (other, "taskHeartbeat"),
        (execution, "aborted"),
    ]


def test_the_waiting_task_no_longer_waits(store: SteppedStore) -> None:
    """The task that started the child has got its first end, complete, and gets no other."""
    parent = store.start_and_claim("parent")
    task, _ = store.open_task(parent)
    child = store.start_and_claim("child", parent_arn=store.arn(parent), task=task, awaited=True)
    store.write(child, FAILS, at=9)
    store.redrive(child, 20)
    store.turns.claim_new(1)
    store.write(child, "ExecutionSucceeded", at=21)
    assert [(one, body["at"], body["status"]) for one, _, body in store.messages()] == [(parent, 9, "FAILED")]


def test_a_stop_of_the_parent_leaves_a_redriven_child(store: SteppedStore) -> None:
    """The child was redriven by itself, and no task waits for it."""
    parent = store.start_and_claim("parent")
    task, _ = store.open_task(parent)
    child = store.start_and_claim("child", parent_arn=store.arn(parent), task=task, awaited=True)
    store.write(child, FAILS, at=9)
    store.redrive(child, 20)
    store.abort(parent, 21)
    assert store.get(child).status == "RUNNING"


def test_a_suspended_execution(store: SteppedStore) -> None:
    """After a stop and a redrive, a worker tries it again: earlier attempts do not count."""
    execution = store.start()
    for _ in range(ATTEMPTS):
        store.turns.claim_new(1)
        store.turns.set_aside({execution: Fault("a bug", "Traceback")}, 3)
    assert store.turns.claim_new(1) == []
    store.abort(execution, 5)
    store.redrive(execution, 20)
    assert [claimed.id for claimed in store.turns.claim_new(1)] == [execution]
    assert store.turns.set_aside({execution: Fault("a bug", "Traceback")}, 21) == {execution: 1}

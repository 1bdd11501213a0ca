"""A worker and an execution that was stopped and redriven before the worker read the messages.

Each test runs one step at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.api import following
from sfn_cli.errors import UnstorableError
from tests.driven_store import Store, drive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.drivers.local.scheduler import Scheduler

WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with one waiting execution."""
    opened = Store(tmp_path)
    opened.start(opened.machine("M", WAIT), ["{}"])
    yield opened
    opened.service.close()


def stop_and_redrive(store: Store) -> None:
    (arn,) = store.connection.execute("SELECT arn FROM execution").fetchone()
    executions, redrives, now = store.service.executions, store.service.redrives, store.service.clock()
    executions.abort(arn, None, None, now)
    redrives.redrive(arn, None, now, lambda standing: standing.last_at)


def work(scheduler: Scheduler) -> None:
    """Does what a worker does when it is woken."""
    scheduler.read_inbox()
    scheduler.claim_new()
    scheduler.run_round()


def owner(store: Store) -> object:
    return store.connection.execute("SELECT owner FROM execution").fetchone()[0]


def wait_ends_at(store: Store) -> object:
    return store.connection.execute("SELECT redriven_at + 3600000 FROM execution").fetchone()[0]


def test_a_worker_that_claims_it_before_reading_of_the_stop(store: Store) -> None:
    """The worker releases the old and the new run, and claims the execution again."""
    scheduler = store.scheduler()
    work(scheduler)
    stop_and_redrive(store)
    scheduler.claim_new()
    scheduler.run_round()
    for _ in range(2):
        work(scheduler)
        assert (scheduler.driven, owner(store)) == (1, 1)
    assert store.connection.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


def test_another_worker_takes_it_over(store: Store) -> None:
    """The first worker's message has no effect on the other; the first one releases the execution."""
    first, other = store.scheduler(), store.scheduler()
    work(first)
    stop_and_redrive(store)
    other.claim_new()
    other.run_round()
    for _ in range(2):
        work(other)
    work(first)
    assert (first.driven, other.driven, owner(store)) == (0, 1, 2)
    assert other.wake_at == wait_ends_at(store)


def statuses(store: Store) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = store.connection.execute(
        "SELECT status, error FROM execution ORDER BY id"
    ).fetchall()
    return rows


def test_data_that_cannot_be_stored_fails_its_execution(tmp_path: Path) -> None:
    """A state name that cannot be stored, in an unvalidated definition, fails one execution."""
    store = Store(tmp_path)
    named = store.machine(
        "Odd",
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "NAME"}, "NAME": {"Type": "Succeed"}}},
    )
    store.connection.execute("UPDATE revision SET definition = replace(definition, 'NAME', '\\ud800')")
    store.start(named, ["{}"])
    store.start(
        store.machine("Well", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}), ["{}"]
    )
    drive(store.scheduler())
    assert statuses(store) == [("FAILED", "States.Runtime"), ("SUCCEEDED", None)]
    store.service.close()


def test_a_damaged_message_affects_its_execution_only(store: Store) -> None:
    """An unreadable inbox row suspends its execution; another execution's message is consumed."""
    store.start(store.machine("Other", WAIT), ["{}"])
    scheduler = store.scheduler()
    work(scheduler)
    executions, now = store.service.executions, store.service.clock()
    for (arn,) in store.connection.execute("SELECT arn FROM execution").fetchall():
        executions.abort(arn, None, None, now)
    store.connection.execute("UPDATE inbox SET body = '{' WHERE id = (SELECT min(id) FROM inbox)")
    scheduler.read_inbox()
    scheduler.run_round()
    assert scheduler.driven == 0
    store.service.close()


OF_BAD = "WHERE id = (SELECT revision FROM execution WHERE id = 1)"
LAST_OF_BAD = "WHERE key = (SELECT max(key) FROM event WHERE key >> 16 = 1)"
NOT_UTF8 = "CAST(x'ff7b7d' AS TEXT)"

DAMAGE = {
    "a definition that is not UTF-8": f"UPDATE revision SET definition = {NOT_UTF8} {OF_BAD}",
    "a logging configuration that is not UTF-8": (
        f"UPDATE revision SET logging_configuration = {NOT_UTF8} {OF_BAD}"
    ),
    "a logging configuration that is not JSON": f"UPDATE revision SET logging_configuration = '{{' {OF_BAD}",
    "a logging configuration that is not an object": (
        f"UPDATE revision SET logging_configuration = '[1]' {OF_BAD}"
    ),
    "a missing definition": f"DELETE FROM revision {OF_BAD}",
    "an ARN that is not UTF-8": f"UPDATE execution SET arn = {NOT_UTF8} WHERE id = 1",
    "a machine's ARN that is not UTF-8": f"UPDATE execution SET state_machine_arn = {NOT_UTF8} WHERE id = 1",
    "a seed that is not UTF-8": f"UPDATE execution SET seed = {NOT_UTF8} WHERE id = 1",
    "a clock that is not UTF-8": f"UPDATE execution SET clock = {NOT_UTF8} WHERE id = 1",
    "an unknown clock": "UPDATE execution SET clock = 'junk' WHERE id = 1",
    "missing mocks": "UPDATE execution SET mocks = 777 WHERE id = 1",
    "missing events": "DELETE FROM event WHERE key >> 16 = 1",
    "a time that is not a number": f"UPDATE event SET at = 'x' {LAST_OF_BAD}",
    "a type that is not UTF-8": f"UPDATE event SET type = {NOT_UTF8} {LAST_OF_BAD}",
    "a history that has ended": f"UPDATE event SET type = 'ExecutionSucceeded' {LAST_OF_BAD}",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_row_suspends_its_execution_only(store: Store, damage: str) -> None:
    """Other executions continue, a client's wait for it ends, and a stop ends it."""
    store.start(
        store.machine("Well", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}), ["{}"] * 2
    )
    (arn,) = store.connection.execute("SELECT arn FROM execution WHERE id = 1").fetchone()
    store.connection.execute("PRAGMA foreign_keys = OFF")
    store.connection.execute(damage)
    scheduler = store.scheduler()
    for _ in range(4):
        work(scheduler)
    found = store.connection.execute("SELECT id, status, owner FROM execution ORDER BY id").fetchall()
    assert found == [(1, "RUNNING", -1), (2, "SUCCEEDED", None), (3, "SUCCEEDED", None)]
    suspensions = store.service.suspensions
    (suspension,) = suspensions.all()
    assert suspension.attempts == 3
    others = [one for (one,) in store.connection.execute("SELECT arn FROM execution WHERE id > 1")]
    assert following.followed_statuses(store.service, [arn, *others]) == {
        arn: following.SUSPENDED,
        **dict.fromkeys(others, "SUCCEEDED"),
    }
    if "SET arn" not in damage:  # by which it is found
        assert suspensions.blocking([arn, *others]) == {arn: suspension}
    if "arn" not in damage:  # a stop also writes a log
        store.service.executions.abort(arn, None, None, store.service.clock())
        assert statuses(store)[0] == ("ABORTED", None)


def test_a_message_that_is_not_utf_8(store: Store) -> None:
    """It affects its own execution only: a worker reads all other messages."""
    store.connection.execute(
        f"INSERT INTO inbox (execution, kind, body, sent_at) VALUES (1, 'taskFailed', {NOT_UTF8}, 0)"
    )
    scheduler = store.scheduler()
    scheduler.claim_new()
    scheduler.run_round()
    (arn,) = store.connection.execute("SELECT arn FROM execution").fetchone()
    store.service.executions.abort(arn, None, None, store.service.clock())
    work(scheduler)
    assert scheduler.driven == 0


def test_a_turn_that_cannot_be_committed_is_repeated(store: Store) -> None:
    """After a storage failure of no single execution, all continue from the stored state.

    No event is missing.
    """
    scheduler = store.scheduler()
    scheduler.claim_new()
    scheduler.log("\ud800", "stream", 0, "line")
    with pytest.raises(UnstorableError):
        scheduler.run_round()
    work(scheduler)
    (arn,) = store.connection.execute("SELECT arn FROM execution").fetchone()
    ids = [event.id for event in store.service.executions.history(arn)]
    assert (ids, owner(store)) == ([1, 2], 1)

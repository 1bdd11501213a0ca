"""What a worker makes of an execution that was stopped and redriven before it heard of either, one step at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.store import Store, drive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.drivers.local.conduct import Conductor

WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """With one execution, which waits."""
    opened = Store(tmp_path)
    opened.start(opened.machine("M", WAIT), ["{}"])
    yield opened
    opened.service.close()


def stop_and_redrive(store: Store) -> None:
    (arn,) = store.connection.execute("SELECT arn FROM execution").fetchone()
    executions, redrives, now = store.service.executions, store.service.redrives, store.service.clock()
    executions.abort(arn, None, None, now)
    redrives.redrive(arn, None, now, lambda standing: standing.last_at)


def work(conductor: Conductor) -> None:
    """What a worker does when it is called."""
    conductor.read_inbox()
    conductor.claim_new()
    conductor.turn()


def owner(store: Store) -> object:
    return store.connection.execute("SELECT owner FROM execution").fetchone()[0]


def wait_ends_at(store: Store) -> object:
    return store.connection.execute("SELECT redriven_at + 3600000 FROM execution").fetchone()[0]


def test_one_who_claims_it_before_it_reads_that_it_was_stopped(store: Store) -> None:
    """It lets go of what it has, old and new, and claims it anew."""
    conductor = store.conductor()
    work(conductor)
    stop_and_redrive(store)
    conductor.claim_new()
    conductor.turn()
    for _ in range(2):
        work(conductor)
        assert (conductor.driven, owner(store)) == (1, 1)
    assert store.connection.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


def test_another_takes_it_over(store: Store) -> None:
    """What the first was told does not concern the other; the first lets go when it reads it."""
    first, other = store.conductor(), store.conductor()
    work(first)
    stop_and_redrive(store)
    other.claim_new()
    other.turn()
    for _ in range(2):
        work(other)
    work(first)
    assert (first.driven, other.driven, owner(store)) == (0, 1, 2)
    assert other.wake_at == wait_ends_at(store)


def statuses(store: Store) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = store.connection.execute("SELECT status, error FROM execution ORDER BY id").fetchall()
    return rows


def test_data_that_cannot_be_stored_fails_its_execution(tmp_path: Path) -> None:
    """A state whose name cannot be stored, in a definition that no validation has seen, harms no sibling of the turn."""
    store = Store(tmp_path)
    named = store.machine("Odd", {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "NAME"}, "NAME": {"Type": "Succeed"}}})
    store.connection.execute("UPDATE revision SET definition = replace(definition, 'NAME', '\\ud800')")
    store.start(named, ["{}"])
    store.start(store.machine("Well", {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}), ["{}"])
    drive(store.conductor())
    assert statuses(store) == [("FAILED", "States.Runtime"), ("SUCCEEDED", None)]
    store.service.close()


def test_a_damaged_message_harms_its_execution_alone(store: Store) -> None:
    """A row of the inbox that cannot be read sets its execution aside; another's message is taken in."""
    store.start(store.machine("Other", WAIT), ["{}"])
    conductor = store.conductor()
    work(conductor)
    executions, now = store.service.executions, store.service.clock()
    for (arn,) in store.connection.execute("SELECT arn FROM execution").fetchall():
        executions.abort(arn, None, None, now)
    store.connection.execute("UPDATE inbox SET body = '{' WHERE id = (SELECT min(id) FROM inbox)")
    conductor.read_inbox()
    conductor.turn()
    assert conductor.driven == 0
    store.service.close()

"""The outbox: the status changes of each execution, and those that are not delivered yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.errors import ApiError
from tests.store.sqlite.stepfunctions.stepped_store import ACCOUNT, MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.store.sqlite.stepfunctions.stepped_store import SteppedStore

SUCCEEDS, FAILS, TIMES_OUT = "ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut"

CHANGES = [
    ([], ["RUNNING"]),
    (["PassStateEntered", "PassStateExited"], ["RUNNING"]),
    ([SUCCEEDS], ["RUNNING", "SUCCEEDED"]),
    ([FAILS], ["RUNNING", "FAILED"]),
    ([TIMES_OUT], ["RUNNING", "TIMED_OUT"]),
    (["abort"], ["RUNNING", "ABORTED"]),
    ([FAILS, "redrive"], ["RUNNING", "FAILED", "RUNNING"]),
    ([FAILS, "redrive", SUCCEEDS], ["RUNNING", "FAILED", "RUNNING", "SUCCEEDED"]),
    (
        ["abort", "redrive", TIMES_OUT, "redrive", FAILS],
        ["RUNNING", "ABORTED", "RUNNING", "TIMED_OUT", "RUNNING", "FAILED"],
    ),
]
"""The changes of an execution started at 1 (in turn, at 10, 20, …), and its statuses so far."""


def apply_steps(store: SteppedStore, execution: int, steps: list[str]) -> None:
    for number, step in enumerate(steps, 1):
        at = 10 * number
        if step == "abort":
            store.abort(execution, at)
        elif step == "redrive":
            store.redrive(execution, at)
            store.turns.claim_new(1)
        else:
            store.write(execution, step, at=at)


def changes_of(store: SteppedStore, execution: int) -> list[tuple[int, str]]:
    """Returns (number, status) of each change."""
    return [(change.number, change.status) for change in store.status_changes.of([execution])]


def pending(store: SteppedStore) -> list[tuple[int, int]]:
    """Returns (execution, number) of each change that is to be delivered."""
    return [(note.execution, note.number) for note in store.outbox.pending(100)]


@pytest.mark.parametrize("steps, statuses", CHANGES)
def test_changes_are_derived_from_the_store(
    store: SteppedStore, steps: list[str], statuses: list[str]
) -> None:
    """0 is the start, 1 the end, 2 the first redrive, and so on, each at its own time."""
    execution = store.start_and_claim()
    apply_steps(store, execution, steps)
    assert changes_of(store, execution) == list(enumerate(statuses))
    changing = [10 * n for n, step in enumerate(steps, 1) if not step.startswith("Pass")]
    assert [change.at for change in store.status_changes.of([execution])] == [1, *changing]


@pytest.mark.parametrize("steps, statuses", CHANGES)
def test_each_change_is_noted_once(store: SteppedStore, steps: list[str], statuses: list[str]) -> None:
    """A start, an end, a stop and a redrive each add one change, with the right number."""
    store.outbox.enable(0)
    execution = store.start_and_claim()
    apply_steps(store, execution, steps)
    assert pending(store) == [(execution, number) for number in range(len(statuses))]


def test_an_execution_as_it_was_after_each_change(store: SteppedStore) -> None:
    """A change that is delivered late has the execution as it was then."""
    execution = store.start_and_claim()
    apply_steps(store, execution, [FAILS, "redrive", TIMES_OUT, "redrive", SUCCEEDS])
    then = [store.status_changes.execution_after(execution, number) for number in range(7)]
    assert [
        one
        and (one.status, one.stopped_at, one.redrive_count, one.redriven_at, one.error, one.cause, one.output)
        for one in then
    ] == [
        ("RUNNING", None, 0, None, None, None, None),
        ("FAILED", 10, 0, None, "E", "c", None),
        ("RUNNING", None, 1, 20, None, None, None),
        ("TIMED_OUT", 30, 1, 20, "States.Timeout", None, None),
        ("RUNNING", None, 2, 40, None, None, None),
        ("SUCCEEDED", 50, 2, 40, None, None, '{"ok":true}'),
        None,
    ]


@pytest.mark.parametrize("number, status", [(0, "RUNNING"), (1, "FAILED"), (2, None)])
def test_an_execution_that_was_never_redriven(store: SteppedStore, number: int, status: str | None) -> None:
    """Both of its changes come from the execution's row; no history is read."""
    execution = store.start_and_claim()
    apply_steps(store, execution, [FAILS])
    stood = store.status_changes.execution_after(execution, number)
    assert (stood and stood.status) == status
    if status == "RUNNING":
        assert stood == store.get(execution)._replace(
            status="RUNNING", stopped_at=None, error=None, cause=None
        )


def test_no_such_execution(store: SteppedStore) -> None:
    """A deleted row has no changes."""
    assert (store.status_changes.execution_after(7, 0), list(store.status_changes.of([7]))) == (None, [])


def test_express_executions_have_no_changes(store: SteppedStore) -> None:
    """AWS sends no status events for EXPRESS executions."""
    store.outbox.enable(0)
    execution = store.start_and_claim(express=True)
    store.write(execution, SUCCEEDS)
    assert (changes_of(store, execution), pending(store)) == ([], [])


def test_nothing_is_noted_without_an_event_bus(store: SteppedStore) -> None:
    """Notes start and end with the event bus; pending ones are then dropped."""
    before = store.start_and_claim("before")
    assert pending(store) == []
    store.outbox.enable(0)
    store.write(before, SUCCEEDS)
    during = store.start_and_claim("during")
    assert pending(store) == [(before, 1), (during, 0)]
    assert (store.outbox.disable(), pending(store)) == (2, [])
    store.write(during, SUCCEEDS)
    assert (store.outbox.disable(), pending(store)) == (0, [])


def unclaimed(store: SteppedStore) -> None:
    store.start()


def claimed(store: SteppedStore) -> None:
    store.start_and_claim()


def released_after_an_event(store: SteppedStore) -> None:
    execution = store.start_and_claim()
    store.write(execution, "PassStateEntered")
    store.turns.release([execution])


def stopped_before_it_was_claimed(store: SteppedStore) -> None:
    store.abort(store.start(), 2)


def unclaimed_and_express(store: SteppedStore) -> None:
    store.start(express=True)


@pytest.mark.parametrize(
    "come_to, noted",
    [
        (unclaimed, [(1, 0)]),
        (claimed, []),
        (released_after_an_event, []),
        (stopped_before_it_was_claimed, []),
        (unclaimed_and_express, []),
    ],
)
def test_starts_before_the_event_bus(
    store: SteppedStore, come_to: Callable[[SteppedStore], None], noted: list[tuple[int, int]]
) -> None:
    """A worker that is started for an execution records its start, once.

    The event bus was not yet enabled at that time.
    """
    come_to(store)
    for _ in range(2):
        store.outbox.enable(0)
        assert pending(store) == noted


def a_redrive(store: SteppedStore) -> None:
    def refuse(_: object) -> int:
        raise ApiError("ExecutionNotRedrivable", "too late")

    store.redrives.redrive(store.get(1).arn, None, 20, refuse)


def an_end(store: SteppedStore) -> None:
    with store.database.transaction() as connection:
        connection.execute("UPDATE execution SET status = 'SUCCEEDED' WHERE id = 1")
        raise ApiError("Any", "the transaction is rolled back")


@pytest.mark.parametrize("fails", [a_redrive, an_end])
def test_no_note_of_what_did_not_happen(store: SteppedStore, fails: Callable[[SteppedStore], None]) -> None:
    """A note and its change are one transaction."""
    execution = store.start_and_claim()
    store.write(execution, FAILS, at=10)
    store.outbox.enable(0)
    with pytest.raises(ApiError):
        fails(store)
    assert (pending(store), changes_of(store, execution)) == ([], [(0, "RUNNING"), (1, "FAILED")])


def test_notes_come_oldest_first_until_they_are_dropped(store: SteppedStore) -> None:
    """The same notes are returned again until they are dropped."""
    store.outbox.enable(0)
    for number in range(5):
        store.start(f"e{number}")
    page = store.outbox.pending(2)
    assert [note.execution for note in page] == [1, 2]
    assert store.outbox.pending(2) == page
    store.outbox.drop([page[1].id])
    assert pending(store) == [(1, 0), (3, 0), (4, 0), (5, 0)]
    store.outbox.drop([page[0].id])
    assert pending(store) == [(3, 0), (4, 0), (5, 0)]


@pytest.mark.parametrize(
    "older_than, dropped, left",
    [
        (1_000_000, 0, [1, 2, 3]),
        (1_000_999, 0, [1, 2, 3]),  # noted in whole seconds
        (1_001_000, 2, [3]),
        (1_000_000_000_000, 2, [3]),  # 3 was noted by today's clock
    ],
)
def test_notes_that_are_too_old(store: SteppedStore, older_than: int, dropped: int, left: list[int]) -> None:
    """Notes older than a given time, in milliseconds, are dropped."""
    store.start("e1")
    store.start("e2")
    store.outbox.enable(1_000_000)
    store.start("e3")
    assert store.outbox.drop_older(older_than) == dropped
    assert [execution for execution, _ in pending(store)] == left


@pytest.mark.parametrize("at", range(8, 14))
def test_executions_by_the_time_of_a_change(store: SteppedStore, at: int) -> None:
    """Each list has the executions whose last such change was at this time or later."""
    ended, redriven, running = (
        store.start_and_claim(name, at) for name, at in [("e", 9), ("r", 10), ("n", 11)]
    )
    store.write(ended, FAILS, at=11)
    store.write(redriven, FAILS, at=11)
    store.redrive(redriven, 12)
    changes = store.status_changes
    started = {ended: 9, redriven: 10, running: 11}
    assert set(changes.started_since(at)) == {one for one, then in started.items() if then >= at}
    assert changes.ended_since(at) == ([ended] if at <= 11 else [])
    assert changes.redriven_since(at) == ([(redriven, 1)] if at <= 12 else [])
    assert changes.running() == {redriven: 3, running: 1}
    assert changes.last_execution() == running


def test_executions_of_many_machines(store: SteppedStore) -> None:
    """Executions started since a given time are found for every machine."""
    machine = store.state_machines.find(MACHINE)
    assert machine is not None
    for name in ("N", "O"):
        store.state_machines.create(machine._replace(arn=f"{ACCOUNT}:stateMachine:{name}", name=name))
    started = [
        store.start(f"{name}{at}", at, state_machine_arn=f"{ACCOUNT}:stateMachine:{name}")
        for name in "ONM"
        for at in (1, 2, 3)
    ]
    assert sorted(store.status_changes.started_since(2)) == [id for n, id in enumerate(started) if n % 3]

"""Map Runs in the store: children, counts, ends and redrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.store.records.map_runs import Count, NewChild, NewMapRun
from sfn_cli.store.records.stepfunctions.worker_commits import VirtualJump
from tests.store.sqlite.stepfunctions.stepped_store import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.store.records.map_runs import MapRun
    from tests.store.sqlite.stepfunctions.stepped_store import SteppedStore

LABELLED = f"{ACCOUNT}:stateMachine:M/Map"
SUCCEEDS, FAILS, TIMES_OUT = "ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut"


class Stage:
    """A running execution of M, and a Map Run of its task; children are numbered from 0."""

    def __init__(self, store: SteppedStore, *, express: bool = False) -> None:
        self.store = store
        self.express = express
        self.parent = store.start_and_claim("parent")
        self.task = store.write(self.parent, "MapStateEntered", "MapRunStarted")
        self.run_arn = self.begin().arn
        self.children: list[int] = []

    def new(self, **more: Any) -> NewMapRun:
        new = NewMapRun(
            arn=f"{ACCOUNT}:mapRun:M/Map:one",
            execution_arn=self.store.arn(self.parent),
            task=self.task,
            processor='{"StartAt": "Child"}',
            express=self.express,
            started_at=3,
            max_concurrency=4,
            tolerated_failure_count=1,
            tolerated_failure_percentage=2.5,
            total_items=10,
        )
        return new._replace(**more)

    def begin(self, **more: Any) -> MapRun:
        run = self.store.map_runs.begin(self.new(**more))
        assert run is not None
        return run

    @property
    def run(self) -> MapRun:
        run = self.store.map_runs.find(self.run_arn)
        assert run is not None
        return run

    def start(self, *items: int, at: int = 4) -> None:
        """Starts a child over each of these numbers of items; the worker drives them."""
        first, run = len(self.children), self.run
        kind = "express" if self.express else "execution"
        children = [
            NewChild(f"{ACCOUNT}:{kind}:M/Map:c{n}", f"c{n}", "seed", f"[{n}]", count)
            for n, count in enumerate(items, first)
        ]
        assert self.store.map_runs.start_children(run, children, run.place + 100, at)
        for child in children:
            started = self.store.executions.find(child.arn)
            assert started is not None
            self.children.append(started.id)
        self.store.turns.claim_new(100)

    def end(self, child: int, event: str, at: int = 5) -> None:
        self.store.write(self.children[child], event, at=at, in_map_run=True)

    def end_run(self, event: str = "MapRunFailed", at: int = 6) -> None:
        """Ends the Map Run with its event."""
        self.store.write(self.parent, event, at=at, previous=self.task, map_runs=[self.task])

    def redrive(self, at: int = 10) -> None:
        """Redrives the execution, which starts the same Map Run for a task of its new run."""
        self.store.redrive(self.parent, at)
        self.store.turns.claim_new(1)
        self.task = self.store.write(self.parent, "MapRunRedriven", at=at)
        assert self.begin(started_at=at).arn == self.run_arn

    @property
    def statuses(self) -> list[str]:
        return [self.store.get(child).status for child in self.children]

    @property
    def counts(self) -> Mapping[str, tuple[int, int]]:
        """Returns (number of children, number of their items) by status, without zeros."""
        return {status: (*count,) for status, count in self.run.counts.items() if count != Count()}


@pytest.fixture
def stage(store: SteppedStore) -> Stage:
    return Stage(store)


def test_a_map_run_begins_once(stage: Stage) -> None:
    """A worker that resumes finds the existing Map Run, unchanged."""
    stage.start(2, 1)
    run = stage.run
    assert (run.status, run.state_machine_arn, run.started_items, run.place) == ("RUNNING", LABELLED, 3, 100)
    assert stage.begin(started_at=99, total_items=77, processor="{}") == run
    assert stage.store.map_runs.find(run.arn) == run


def test_no_map_run_of_an_execution_that_has_ended(stage: Stage) -> None:
    """The execution was stopped before its worker began the run."""
    stage.store.abort(stage.parent, 4)
    assert stage.store.map_runs.begin(stage.new(arn=f"{ACCOUNT}:mapRun:M/Map:two", task=9)) is None


def test_how_many_items_there_are(stage: Stage) -> None:
    """Items of a dataset are counted after the run starts, before the first is processed."""
    run = stage.begin(arn=f"{ACCOUNT}:mapRun:M/Map:two", task=9, total_items=None)
    assert (run.total_items, run.has_started_all) == (None, False)
    stage.store.map_runs.set_total(run.arn, 7)
    counted = stage.store.map_runs.find(run.arn)
    assert (counted.total_items, counted.started_items, counted.place) == (7, 0, 0)


@pytest.mark.parametrize(
    "ends, statuses, counts",
    [
        ({}, ["RUNNING"] * 3, {"RUNNING": (3, 6)}),
        ({0: SUCCEEDS}, ["SUCCEEDED", "RUNNING", "RUNNING"], {"RUNNING": (2, 5), "SUCCEEDED": (1, 1)}),
        ({0: FAILS, 2: FAILS}, ["FAILED", "RUNNING", "FAILED"], {"RUNNING": (1, 2), "FAILED": (2, 4)}),
        (
            {0: SUCCEEDS, 1: TIMES_OUT, 2: FAILS},
            ["SUCCEEDED", "TIMED_OUT", "FAILED"],
            {"SUCCEEDED": (1, 1), "TIMED_OUT": (1, 2), "FAILED": (1, 3)},
        ),
    ],
)
def test_ends_of_children_are_counted(
    stage: Stage, ends: dict[int, str], statuses: list[str], counts: dict[str, tuple[int, int]]
) -> None:
    """The counts of children and of their items are those of the children's own rows."""
    stage.start(1, 2, 3)
    for child, event in ends.items():
        stage.end(child, event)
    assert (stage.statuses, stage.counts) == (statuses, counts)


def test_a_stop_of_one_child_is_counted(stage: Stage) -> None:
    """StopExecution may stop a child; its Map Run continues."""
    stage.start(1, 2)
    stage.store.abort(stage.children[1], 5)
    assert (stage.run.status, stage.counts) == ("RUNNING", {"RUNNING": (1, 1), "ABORTED": (1, 2)})


def test_chunk_after_chunk(stage: Stage) -> None:
    """The place in the dataset, the assigned items and the children advance together."""
    stage.start(4, 3, at=4)
    assert (stage.run.started_items, stage.run.place, stage.run.has_started_all) == (7, 100, False)
    stage.start(3, at=5)
    assert (stage.run.started_items, stage.run.place, stage.run.has_started_all) == (10, 200, True)
    assert [stage.store.get(child).started_at for child in stage.children] == [4, 4, 5]
    assert stage.store.event_types(stage.children[2]) == ["ExecutionStarted"]


def another_worker_was_first(stage: Stage) -> None:
    stage.start(1)


def the_run_has_ended(stage: Stage) -> None:
    stage.end_run()


def the_execution_was_stopped(stage: Stage) -> None:
    stage.store.abort(stage.parent, 5)


@pytest.mark.parametrize(
    "meanwhile", [another_worker_was_first, the_run_has_ended, the_execution_was_stopped]
)
def test_no_item_is_started_twice(stage: Stage, meanwhile: Callable[[Stage], None]) -> None:
    """A chunk that is outdated when it is written starts nothing."""
    read, child = stage.run, NewChild(f"{ACCOUNT}:execution:M/Map:late", "late", "seed", "[0]", 1)
    meanwhile(stage)
    before = stage.run
    assert not stage.store.map_runs.start_children(read, [child], 55, 6)
    assert (stage.run, stage.store.executions.find(child.arn)) == (before, None)


@pytest.mark.parametrize("event, status", [("MapRunSucceeded", "SUCCEEDED"), ("MapRunFailed", "FAILED")])
def test_the_end_of_a_map_run(stage: Stage, event: str, status: str) -> None:
    """The end is written with its event; running children are stopped and counted."""
    stage.start(1, 2, 3)
    stage.end(0, SUCCEEDS)
    stage.end_run(event, at=7)
    assert (stage.run.status, stage.run.stopped_at) == (status, 7)
    assert stage.statuses == ["SUCCEEDED", "ABORTED", "ABORTED"]
    assert stage.counts == {"SUCCEEDED": (1, 1), "ABORTED": (2, 5)}
    stopped = [(child, "aborted", {"worker": stage.store.worker}) for child in stage.children[1:]]
    assert stage.store.messages() == stopped


def stop_the_execution(stage: Stage) -> None:
    stage.store.abort(stage.parent, 7)


def give_up_the_task(stage: Stage) -> None:
    stage.store.write(stage.parent, "MapStateFailed", at=7, given_up=[stage.task])


@pytest.mark.parametrize("abort", [stop_the_execution, give_up_the_task])
def test_a_map_run_is_aborted_with_its_task(stage: Stage, abort: Callable[[Stage], None]) -> None:
    """A Map Run and its children end with its task: by a stop, or when the state is left."""
    stage.start(1, 2)
    abort(stage)
    assert (stage.run.status, stage.run.stopped_at) == ("ABORTED", 7)
    assert (stage.statuses, stage.counts) == (["ABORTED"] * 2, {"ABORTED": (2, 3)})


@pytest.mark.parametrize(
    "changes",
    [
        {"max_concurrency": 9},
        {"tolerated_failure_count": 5},
        {"tolerated_failure_percentage": 12.5},
        {"max_concurrency": 1, "tolerated_failure_count": 0, "tolerated_failure_percentage": 100},
    ],
)
def test_an_update(stage: Stage, changes: dict[str, float]) -> None:
    """An update changes only the given fields, and does not change an ended run."""
    before = stage.run
    assert stage.store.map_runs.update(before.arn, changes)
    assert stage.run == before._replace(**changes)
    stage.end_run()
    ended = stage.run
    assert not stage.store.map_runs.update(ended.arn, {"max_concurrency": 77})
    assert stage.run == ended


@pytest.mark.parametrize(
    "before, limit, shown",
    [(None, 9, [3, 2, 1]), (None, 2, [3, 2]), (2, 9, [1]), (3, 1, [2]), (1, 9, [])],
)
def test_pages_of_map_runs(stage: Stage, before: int | None, limit: int, shown: list[int]) -> None:
    """The pages have one execution's runs, newest first.

    `before` is the last run of the previous page.
    """
    for n in (2, 3):
        stage.begin(arn=f"{ACCOUNT}:mapRun:M/Map:{n}", task=10 + n)
    other = stage.store.start_and_claim("other")
    stage.begin(arn=f"{ACCOUNT}:mapRun:M/Map:4", execution_arn=stage.store.arn(other), task=2)
    names = {1: "one", 2: "2", 3: "3"}
    last = None if before is None else f"{ACCOUNT}:mapRun:M/Map:{names[before]}"
    page = stage.store.map_runs.page(stage.store.arn(stage.parent), last, limit)
    assert [run.id for run in page] == shown
    assert [run.id for run in stage.store.map_runs.page(stage.store.arn(other), None, 9)] == [4]


def test_what_children_run(stage: Stage) -> None:
    """All runs of the same Map share one revision; a changed processor has another."""
    revisions = []
    for n, processor in enumerate(["A", "A", "B", "B", "A"]):
        run = stage.begin(
            arn=f"{ACCOUNT}:mapRun:M/Other:{n}",
            task=20 + n,
            processor=f'"{processor}"',
        )
        with stage.store.database.reading() as connection:
            (revision,) = connection.execute(
                "SELECT revision FROM map_run WHERE id = ?", (run.id,)
            ).fetchone()
        revisions.append(revision)
        assert stage.store.state_machines.revision(revision).definition == f'"{processor}"'
    first, again, other, other_again, back = revisions
    assert (again, other_again) == (first, other)
    assert len({first, other, back}) == 3


def test_results(stage: Stage) -> None:
    """The results of the children are in the order of the items."""
    stage.start(1, 1, 1)
    stage.end(2, SUCCEEDS, at=8)
    stage.end(0, FAILS, at=9)
    stage.store.abort(stage.children[1], 10)
    results = list(stage.store.map_runs.results(stage.run_arn))
    assert [(one.name, one.status, one.output, one.error, one.cause, one.stopped_at) for one in results] == [
        ("c0", "FAILED", None, "E", "c", 9),
        ("c1", "ABORTED", None, None, None, 10),
        ("c2", "SUCCEEDED", '{"ok":true}', None, None, 8),
    ]


@pytest.fixture
def failed(stage: Stage) -> Stage:
    """A Map Run that has failed together with its execution, with one child of each status."""
    stage.start(1, 2, 3, 4)
    for child, event in enumerate((SUCCEEDS, FAILS, TIMES_OUT)):
        stage.end(child, event)
    stage.end_run()
    stage.store.write(stage.parent, FAILS, at=7)
    return stage


def test_a_redrive_lets_children_wait(failed: Stage) -> None:
    """Unsuccessful children wait for their redrive; the run has the same name and is running."""
    assert failed.statuses == ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
    failed.redrive(at=10)
    run = failed.run
    assert (run.status, run.stopped_at, run.redrive_count, run.redriven_at) == ("RUNNING", None, 1, 10)
    assert (run.started_items, run.total_items, run.place) == (10, 10, 100)
    assert failed.statuses == ["SUCCEEDED", *["PENDING_REDRIVE"] * 3]
    assert failed.counts == {"SUCCEEDED": (1, 1), "PENDING_REDRIVE": (3, 9)}


@pytest.mark.parametrize(
    "limit, running, counts",
    [
        (0, [], {"PENDING_REDRIVE": (3, 9)}),
        (1, [1], {"PENDING_REDRIVE": (2, 7), "RUNNING": (1, 2)}),
        (2, [1, 2], {"PENDING_REDRIVE": (1, 4), "RUNNING": (2, 5)}),
        (9, [1, 2, 3], {"RUNNING": (3, 9)}),
    ],
)
def test_a_limited_number_of_children_continues(
    failed: Stage, limit: int, running: list[int], counts: dict[str, tuple[int, int]]
) -> None:
    """The number is limited (MaxConcurrency), and the order is that of the items."""
    failed.redrive()
    assert failed.store.map_runs.redrive_children(failed.run, limit, 11)
    assert [n for n, status in enumerate(failed.statuses) if status == "RUNNING"] == running
    assert failed.counts == {"SUCCEEDED": (1, 1), **counts}


def test_a_standard_child_continues_where_it_was(failed: Stage) -> None:
    """The child's history gets a redrive event of its own."""
    failed.redrive()
    failed.store.map_runs.redrive_children(failed.run, 1, 11)
    child = failed.store.get(failed.children[1])
    assert (child.started_at, child.redrive_count, child.redriven_at, child.error) == (4, 1, 11, None)
    assert failed.store.event_types(child.id) == ["ExecutionStarted", FAILS, "ExecutionRedriven"]


def test_an_express_child_starts_again(store: SteppedStore) -> None:
    """In AWS, an EXPRESS execution has no stored history to continue from."""
    stage = Stage(store, express=True)
    stage.start(1)
    jumps = [VirtualJump(4, 5)]
    store.write(stage.children[0], "WaitStateEntered", at=5, in_map_run=True, jumps=jumps)
    stage.end(0, FAILS)
    stage.end_run()
    store.write(stage.parent, FAILS, at=7)
    stage.redrive()
    store.map_runs.redrive_children(stage.run, 1, 11)
    child = store.get(stage.children[0])
    assert (child.status, child.started_at, child.redrive_count, child.input) == ("RUNNING", 11, 1, "[0]")
    (started,) = store.executions.history(child.arn)
    assert (started.type, started.at) == ("ExecutionStarted", 11)
    facts = store.executions.replay_facts(child.arn)
    assert facts is not None
    assert facts.jumps == []


def test_children_that_wait_are_stopped_with_the_run(failed: Stage) -> None:
    """If a redriven run ends before they continue, none of them stays waiting."""
    failed.redrive()
    failed.store.map_runs.redrive_children(failed.run, 1, 11)
    failed.store.abort(failed.parent, 12)
    assert failed.statuses == ["SUCCEEDED", "ABORTED", "ABORTED", "ABORTED"]
    assert failed.counts == {"SUCCEEDED": (1, 1), "ABORTED": (3, 9)}
    assert not failed.store.map_runs.redrive_children(failed.run, 9, 13)


def test_status_changes_of_children(failed: Stage) -> None:
    """Waiting for a redrive is not a status change for EventBridge; running again is."""
    child = failed.children[1]
    failed.store.outbox.enable(0)
    failed.redrive()
    assert child not in {note.execution for note in failed.store.outbox.pending(100)}
    failed.store.map_runs.redrive_children(failed.run, 1, 11)
    assert [note.number for note in failed.store.outbox.pending(100) if note.execution == child] == [2]
    assert [(change.number, change.status) for change in failed.store.status_changes.of([child])] == [
        (0, "RUNNING"),
        (1, "FAILED"),
        (2, "RUNNING"),
    ]

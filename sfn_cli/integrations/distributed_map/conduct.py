"""One Map Run: reads the items, starts as many children as may run at once, collects results.

The run is stored (store/sqlite/stepfunctions/map_runs.py), so a worker that resumes continues it.
After a turn in which children have ended, it reads their results from the store. Slow work is done in
the background, one piece at a time.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sfn_cli import arn
from sfn_cli.asl.distributed_map.map_run import CONCURRENCY, FailureTolerance
from sfn_cli.errors import StatesError, StoreError
from sfn_cli.integrations.distributed_map import dataset, results
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Payload
from sfn_cli.query.limits import TimeBudget
from sfn_cli.store.records.map_runs import NewChild, NewMapRun
from sfn_cli.uuids import random_uuid, time_ordered_uuid

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.asl.distributed_map.item_batcher import Batch
    from sfn_cli.integrations.distributed_map.dataset import Chunk
    from sfn_cli.integrations.distributed_map.results import Gathered
    from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun
    from sfn_cli.store.records.map_runs import MapRun

T = TypeVar("T")

CHUNK_CHILDREN = 500
"""The maximum number of children that are started in one transaction."""

BUDGET_SECONDS = 60.0
"""How long ItemSelector may take for the children of one chunk."""

THRESHOLD_EXCEEDED = StatesError(
    "States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded"
)


def conduct_map_run(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Conducts the Map Run of a task to its end, from its start or from its stored position."""
    return _Conduct(task_run, context).begin()


class _Conduct:
    def __init__(self, task_run: TaskRun, context: TaskContext) -> None:
        assert task_run.task.plan is not None
        self._plan = task_run.task.plan
        self._task_run = task_run
        self._context = context
        self._runs = context.service.map_runs
        self._run: MapRun | None = None
        self._cancel_work: Cancel | None = None  # the work in the background, if any

    def begin(self) -> Cancel:
        plan, task = self._plan, self._task_run.task
        run = self._runs.begin(
            NewMapRun(
                arn=task.map_run_arn or "",
                execution_arn=self._task_run.execution_arn,
                task=task.id,
                processor=plan.processor,
                express=plan.execution_type == "EXPRESS",
                started_at=self._now(),
                max_concurrency=plan.max_concurrency,
                tolerated_failure_count=plan.tolerance.failures,
                tolerated_failure_percentage=plan.tolerance.percentage,
                total_items=None if plan.items is None else len(plan.items),
            )
        )
        if run is not None:
            self._run = run
            self._context.map_runs[run.id] = self._context.isolated(self.check)
            self._read(run)
            self.check()
        return self.cancel

    def cancel(self) -> None:
        """Stops conducting: the run was aborted, or another worker continues it."""
        self._leave()
        if self._run is not None and self._stored_run().status != "RUNNING":
            self._delete_items()

    def _stored_run(self) -> MapRun:
        """Returns the Map Run as currently stored."""
        assert self._run is not None
        run = self._runs.find(self._run.arn)
        assert run is not None
        return run

    def _leave(self) -> None:
        if self._run is not None:
            self._context.map_runs.pop(self._run.id, None)
        if self._cancel_work is not None:
            self._cancel_work()

    def _delete_items(self) -> None:
        with suppress(OSError):
            os.unlink(dataset.dataset_file(self._context.settings.home, self._stored_run()))

    def _now(self) -> int:
        return max(self._task_run.task.at, self._context.clock())

    def _work(self, call: Callable[[], T], done: Callable[[T], None]) -> None:
        """Runs a call in the background; if it raises StatesError, the run fails."""

        def finish(answer: T | Exception) -> None:
            self._cancel_work = None
            if isinstance(answer, StatesError):
                self._fail(answer)
            elif isinstance(answer, StoreError):
                raise answer
            elif isinstance(answer, Exception):
                self._fail(
                    StatesError(
                        "States.Runtime", f"The Map Run failed because of an internal error: {answer!r}"
                    )
                )
            else:
                done(answer)

        self._cancel_work = self._context.background(call, finish)

    def _read(self, run: MapRun) -> None:
        """Reads the dataset, unless it is already stored in the home."""
        path = dataset.dataset_file(self._context.settings.home, run)
        if self._plan.reading is not None and (run.total_items is None or not os.path.exists(path)):
            self._work(partial(dataset.read_dataset, self._plan.reading, path, self._context), self._has_read)

    def _has_read(self, total_items: int) -> None:
        if self._stored_run().total_items is None:
            self._runs.set_total(self._stored_run().arn, total_items)
        self.check()

    def check(self) -> None:
        """Checks the children's progress, and takes the next step."""
        if self._cancel_work is not None:
            return
        run = self._stored_run()
        if run.status != "RUNNING":
            return
        tolerance = FailureTolerance(run.tolerated_failure_count, run.tolerated_failure_percentage)
        running, waiting = (run.children(status).executions for status in ("RUNNING", "PENDING_REDRIVE"))
        room = min(run.max_concurrency or CONCURRENCY, CONCURRENCY) - running
        if tolerance.is_exceeded(run.children("FAILED", "TIMED_OUT").items, run.total_items):
            self._exceed(run)
        elif waiting:
            if room > 0:
                self._runs.redrive_children(run, room, self._now())
        elif run.has_started_all:
            if running == 0:
                self._work(partial(self._gather, run), self._has_gathered)
        elif room > 0:
            budget = TimeBudget(time.thread_time, BUDGET_SECONDS)
            home, children = self._context.settings.home, min(room, CHUNK_CHILDREN)
            self._work(
                partial(dataset.dataset_chunk, self._plan, run, home, children, budget),
                partial(self._start, run),
            )

    def _start(self, run: MapRun, chunk: Chunk) -> None:
        at = self._now()
        if self._runs.start_children(
            run, [self._child(run, batch, at) for batch in chunk.batches], chunk.place, at
        ):
            self.check()

    def _child(self, run: MapRun, batch: Batch, at: int) -> NewChild:
        name, machine = time_ordered_uuid(at), run.state_machine_arn
        return NewChild(
            arn=arn.new_execution_arn(machine, name, is_express=run.express, new_id=random_uuid),
            name=name,
            seed=os.urandom(16).hex(),
            input=batch.input,
            items=batch.items,
        )

    def _exceed(self, run: MapRun) -> None:
        """Fails the run because too many items have failed, after writing its results."""
        if self._plan.writing.bucket is None:
            self._fail(THRESHOLD_EXCEEDED)
            return

        def write() -> None:
            with suppress(StatesError):  # the run fails anyway, for the reason above
                self._gather(run)

        self._work(write, lambda _: self._fail(THRESHOLD_EXCEEDED))

    def _gather(self, run: MapRun) -> Gathered:
        """Collects the results, in a thread, over a separate connection."""
        service = self._context.service.sibling()
        try:
            return results.gather_results(service.map_runs, run, self._plan.writing, self._context)
        finally:
            service.close()

    def _has_gathered(self, gathered: Gathered) -> None:
        self._end(
            TaskSucceeded(self._task_run.task.id, Payload(text=gathered.output), gathered.last_stopped_at)
        )

    def _fail(self, error: StatesError) -> None:
        self._end(TaskFailed(self._task_run.task.id, error.error, error.cause))

    def _end(self, signal: TaskSucceeded | TaskFailed) -> None:
        self._leave()
        self._delete_items()
        self._task_run.answer(signal)

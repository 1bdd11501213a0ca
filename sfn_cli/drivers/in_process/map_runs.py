"""Map Runs in memory: each child is an execution in this process, on the same virtual clock.

When the Map Run starts, as many children start as may run at once; each further one starts when
another ends. They run one after the other in real time, so the real duration of a task does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import arn
from sfn_cli.asl.distributed_map.map_run import CONCURRENCY, MapRunPlan
from sfn_cli.errors import StatesError
from sfn_cli.integrations.distributed_map import dataset, results
from sfn_cli.integrations.distributed_map.conduct import THRESHOLD_EXCEEDED
from sfn_cli.interpreter.map_run import map_run_machine_arn
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Payload
from sfn_cli.query.limits import UNLIMITED
from sfn_cli.query.scope import Scope
from sfn_cli.store.records.map_runs import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.asl.distributed_map.iterated_item import IteratedItem
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import Signal


class MapRunChild(NamedTuple):
    """A child execution to run: `processor` (its definition) and `input` are JSON texts."""

    arn: str
    state_machine_arn: str
    name: str
    processor: str
    input: str
    seed: str
    started_at: int


RunChild = Callable[[MapRunChild], Result]
"""Runs a child until it ends or waits. One that waits for an outside caller is still RUNNING."""


class _MapRunNames(NamedTuple):
    arn: str
    state_machine_arn: str


def run_map_in_process(
    task: OpenTask, seed: str, run_child: RunChild, context: TaskContext | None
) -> Sequence[Signal]:
    """Runs the task's Map Run and returns its result; none if a child waits for an outside caller.

    `context` reads and writes datasets; without one, a Map Run with an ItemReader or a ResultWriter
    fails.
    """
    plan, map_run_arn = task.plan, task.map_run_arn
    assert plan is not None and map_run_arn is not None
    names = _MapRunNames(map_run_arn, map_run_machine_arn(map_run_arn))
    try:
        items = _map_run_items(plan, context)
        ended, failure = _run_map_run_children(plan, items, names, f"{seed}/{task.id}", task.at, run_child)
        if any(result.stopped_at is None for result in ended):
            return ()
        last_at = max((result.stopped_at or 0 for result in ended), default=task.at)
        if failure is not None:
            if plan.writing.bucket is not None:
                with suppress(StatesError):  # the run fails anyway, for the reason above
                    _map_run_output(ended, names, plan, context)
            return [TaskFailed(task.id, failure.error, failure.cause, last_at)]
        return [TaskSucceeded(task.id, Payload(text=_map_run_output(ended, names, plan, context)), last_at)]
    except StatesError as error:
        return [TaskFailed(task.id, error.error, error.cause)]


def _map_run_items(plan: MapRunPlan, context: TaskContext | None) -> Sequence[IteratedItem]:
    if plan.reading is None:
        return plan.items or ()
    return dataset.read_whole_dataset(plan.reading, _required_for_map_run(context, "ItemReader"))


def _map_run_output(
    ended: list[Result], names: _MapRunNames, plan: MapRunPlan, context: TaskContext | None
) -> str:
    if plan.writing.bucket is not None:
        context = _required_for_map_run(context, "ResultWriter")
    return results.output_of_results(iter(ended), names, plan.writing, context)


def _required_for_map_run(context: TaskContext | None, field: str) -> TaskContext:
    if context is None:
        raise StatesError("States.Runtime", f"{field} needs a store; pass `context` to the execution.")
    return context


def _run_map_run_children(
    plan: MapRunPlan,
    items: Sequence[IteratedItem],
    names: _MapRunNames,
    seed: str,
    at: int,
    run_child: RunChild,
) -> tuple[list[Result], StatesError | None]:
    """Returns the children's results, and the error if too many items failed."""
    batches = list(plan.batches(items, 0, UNLIMITED))
    concurrency = min(plan.max_concurrency or CONCURRENCY, CONCURRENCY)
    free_at = [at] * min(concurrency, len(batches))  # a heap of the times at which a child may start
    ended: list[Result] = []
    failed = 0
    for number, batch in enumerate(batches):
        child = _map_run_child(plan, names, f"{seed}/{number}", batch.input, heappop(free_at))
        result = run_child(child)
        ended.append(result)
        heappush(free_at, result.stopped_at or child.started_at)
        if result.status in ("FAILED", "TIMED_OUT"):
            failed += batch.items
        if plan.tolerance.is_exceeded(failed, len(items)):
            return ended, THRESHOLD_EXCEEDED
    return ended, None


def _map_run_child(
    plan: MapRunPlan, names: _MapRunNames, seed: str, input: str, started_at: int
) -> MapRunChild:
    scope = Scope(seed=seed)
    name, machine_arn = scope.uuid(), names.state_machine_arn
    is_express = plan.execution_type == "EXPRESS"
    child_arn = arn.new_execution_arn(machine_arn, name, is_express=is_express, new_id=scope.uuid)
    return MapRunChild(child_arn, machine_arn, name, plan.processor, input, seed, started_at)

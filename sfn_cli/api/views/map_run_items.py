"""The children of a Map Run as a whole: their statuses, those that did not succeed, and the throughput."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.stepfunctions.references import existing_map_run
from sfn_cli.store.records.executions import ExecutionFilter
from sfn_cli.views.source import MapRunChildRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.map_runs import ChildState
    from sfn_cli.views.statuses import Status

MOST_CHILDREN = 20_000
"""The number of children whose statuses are read."""

MOST_RUNNING = 100
"""The number of running children that are listed."""

_RATE_MILLISECONDS = 10_000
"""The time before the last end over which the throughput is counted."""


class MapRunItems(NamedTuple):
    """`statuses` are those of the first MOST_CHILDREN children, in the order of their items.

    `unsuccessful` are those that failed, timed out or were aborted, `running` the latest of those that
    are running. `ended_at` is the last end of a child, None if none has ended. `per_second` is the number
    of items that ended in a second, over the last seconds before it.
    """

    statuses: Sequence[Status]
    unsuccessful: Sequence[MapRunChildRun]
    running: Sequence[MapRunChildRun]
    ended_at: int | None
    per_second: float


def map_run_items(service: Service, map_run_arn: str) -> MapRunItems:
    """Returns the children of a Map Run. Raises ApiError if there is no such Map Run."""
    run = existing_map_run(service, map_run_arn)
    children = service.map_runs.child_states(run.arn, MOST_CHILDREN)
    unsuccessful = [
        MapRunChildRun(
            child.arn, _shown_status(child.status), child.started_at, child.stopped_at, child.error
        )
        for child in service.map_runs.unsuccessful_children(run.arn, MOST_CHILDREN)
    ]
    running = [
        MapRunChildRun(child.arn, "RUNNING", child.started_at, None, None)
        for child in service.executions.page(
            ExecutionFilter(map_run_arn=run.arn, status="RUNNING"), None, MOST_RUNNING
        )
    ]
    statuses = [_shown_status(child.status) for child in children]
    ends = [child.stopped_at for child in children if child.stopped_at is not None]
    ended_at = max(ends, default=None)
    per_second = 0.0 if ended_at is None else _items_per_second(children, run.started_at, ended_at)
    return MapRunItems(statuses, unsuccessful, running, ended_at, per_second)


def _items_per_second(children: Sequence[ChildState], started_at: int, last: int) -> float:
    since = max(started_at, last - _RATE_MILLISECONDS)
    ended = sum(
        child.items for child in children if child.stopped_at is not None and child.stopped_at > since
    )
    return ended * 1000 / max(1, last - since)


def _shown_status(status: str) -> Status:
    return "NOT_VISITED" if status == "PENDING_REDRIVE" else status  # type: ignore[return-value]

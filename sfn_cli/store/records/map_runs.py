"""Map Runs, and their child executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Count(NamedTuple):
    """A number of child executions, and the number of their items."""

    executions: int = 0
    items: int = 0


class MapRun(NamedTuple):
    """One Map Run. `execution_arn` is its parent's; `total_items` is None until counted."""

    id: int
    arn: str
    execution_arn: str
    state_machine_arn: str
    express: bool
    status: str
    started_at: int
    stopped_at: int | None
    max_concurrency: int
    tolerated_failure_count: int
    tolerated_failure_percentage: float
    total_items: int | None
    started_items: int
    place: int
    redrive_count: int
    redriven_at: int | None
    counts: Mapping[str, Count]

    def children(self, *statuses: str) -> Count:
        """Returns how many children have one of these statuses."""
        found = [self.counts.get(status, Count()) for status in statuses]
        return Count(sum(count.executions for count in found), sum(count.items for count in found))

    @property
    def has_started_all(self) -> bool:
        """Whether every item has been assigned to a child."""
        return self.started_items == self.total_items


class NewMapRun(NamedTuple):
    """A Map Run at its start.

    `task` is the number of its MapRunStarted event, `processor` a definition's text.
    """

    arn: str
    execution_arn: str
    task: int
    processor: str
    express: bool
    started_at: int
    max_concurrency: int
    tolerated_failure_count: int
    tolerated_failure_percentage: float
    total_items: int | None


class NewChild(NamedTuple):
    """A child execution to be started for `items` items; `input` is a JSON text."""

    arn: str
    name: str
    seed: str
    input: str
    items: int


class Result(NamedTuple):
    """The result of a child execution.

    `input` and `output` are JSON texts, times are milliseconds since 1970.
    """

    arn: str
    name: str
    status: str
    input: str
    output: str | None
    error: str | None
    cause: str | None
    started_at: int
    stopped_at: int | None


class ChildState(NamedTuple):
    """The status of a child execution with `items` items, and when it ended; None if it has not."""

    status: str
    items: int
    stopped_at: int | None


class UnsuccessfulChild(NamedTuple):
    """A child execution that did not succeed. Times are milliseconds since 1970."""

    arn: str
    status: str
    error: str | None
    started_at: int
    stopped_at: int | None

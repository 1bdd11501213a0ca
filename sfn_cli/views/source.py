"""The input of a view of an execution: the same for a store, a file and an endpoint."""

# No `from __future__ import annotations`: see settings/__init__.py.

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.statuses import Status


class MapRunChildRun(NamedTuple):
    """An execution of a Map Run: its name as people type it (MACHINE/LABEL/NAME), and how it is.

    Times are by the wall clock.
    """

    name: str
    status: "Status"
    started_at: int
    ended_at: int | None
    error: str | None


class MapRunCounts(NamedTuple):
    """The items of a Map Run, as DescribeMapRun counts them (`itemCounts`), and its status.

    `children` are a few of those that did not succeed, failed ones first, where these are known.
    """

    status: str
    total: int
    succeeded: int
    running: int
    failed: int
    pending: int
    aborted: int = 0
    timed_out: int = 0
    children: "tuple[MapRunChildRun, ...]" = ()


class ClockJump(NamedTuple):
    """A jump of an execution's virtual clock, in milliseconds since 1970 by that clock."""

    start: int
    end: int


class ExecutionSource(NamedTuple):
    """A history, and what else is known of its execution.

    `name` is what people call it: MACHINE/EXECUTION, or the path of a file. `definition` is JSON
    text, None when it is not known: then there is no picture and no dataflow. `history` may stop
    anywhere. `seed` is the execution's secret seed, None outside the store: UUIDs and random numbers
    of the dataflow then differ from the recorded ones. `speed` is how many times faster than the
    wall clock its clock runs, `jumps` the spans that its virtual clock skipped. `map_runs` are the
    counts of its Map Runs, by ARN. `suspension` says why sfn does not continue it. `beats` are the
    times of the last heartbeats of its open tasks, by the id of the event that scheduled each.
    `is_machine_deleted` is known of a stored execution that did not succeed. `test_case` names the
    mocks that it was started with, `mocked_states` are those that mocks or faults may answer.
    """

    name: str
    history: "Sequence[HistoryEvent]"
    definition: str | None = None
    arn: str | None = None
    state_machine_arn: str | None = None
    seed: str | None = None
    is_virtual: bool = False
    speed: float = 1.0
    jumps: "Sequence[ClockJump]" = ()
    map_runs: "Mapping[str, MapRunCounts]" = MappingProxyType({})
    suspension: str | None = None
    beats: "Mapping[int, int]" = MappingProxyType({})
    is_machine_deleted: bool = False
    test_case: str | None = None
    mocked_states: "Collection[str]" = ()

"""The input of an execution's view, from a store, a file or an endpoint."""

# No `from __future__ import annotations`: see settings/__init__.py.

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.statuses import Status


class MapRunChildRun(NamedTuple):
    """A child execution of a Map Run, with its name as users type it: MACHINE/LABEL/NAME.

    Times are by the wall clock.
    """

    name: str
    status: "Status"
    started_at: int
    ended_at: int | None
    error: str | None


class MapRunCounts(NamedTuple):
    """The item counts of a Map Run, as in DescribeMapRun (`itemCounts`), and its status.

    `children` are some of the unsuccessful children, failed ones first, if they are known.
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
    """A history, and further data about its execution.

    `name` is MACHINE/EXECUTION, or the path of a file. `definition` is JSON text; None if it is unknown,
    and then there is no picture and no dataflow. `history` may stop anywhere. `seed` is the execution's
    secret seed; None outside the store, and then UUIDs and random numbers of the dataflow differ from the
    recorded ones. `speed` is the factor by which its clock is faster than the wall clock, `jumps` are the
    periods that its virtual clock skipped. `map_runs` are the counts of its Map Runs, by ARN.
    `suspension` is the reason why sfn does not continue it. `beats` are the times of the last heartbeats
    of its open tasks, by the id of the event that scheduled each. `is_machine_deleted` is only set for a
    stored execution that did not succeed. `test_case` names the mocks with which it was started,
    `mocked_states` are the states for which mocks or faults may replace the integration.
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

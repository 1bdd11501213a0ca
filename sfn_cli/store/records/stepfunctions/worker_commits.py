"""What a worker claims, and what it writes in one turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.records.logs import LogLine
    from sfn_cli.store.records.tasks import Opened


class Claimed(NamedTuple):
    """An execution that this worker drives from now on.

    `is_deleted`: its state machine was deleted, so it ends at its next transition. `damage` is why it
    cannot be driven; if it is set, no other field except `id` is.
    """

    id: int
    arn: str
    state_machine_arn: str
    definition: str
    seed: str
    clock: str | None = None
    map_run: int | None = None
    mocks: str | None = None
    logging: str = "{}"
    is_deleted: bool = False
    damage: Exception | None = None


class VirtualJump(NamedTuple):
    """A jump of an execution's virtual clock: from and to, in milliseconds since 1970 by that clock."""

    jumped_at: int
    jumped_to: int


class ExecutionChanges(NamedTuple):
    """The changes of one execution in a turn.

    `consumed` are the messages that it processed. Of its tasks that have a token: `opened` are those
    that the turn scheduled, `closed` those that no longer wait for an answer, and `given_up` those
    of the closed ones that were never answered, including Map Runs. `map_runs` are the tasks of Map
    Runs that have ended by themselves. `in_map_run`: the execution is a child of a Map Run. `log` is
    what it writes to its own log. `jumps` are the jumps of its virtual clock before these events.
    """

    execution: int
    events: Sequence[HistoryEvent]
    consumed: Sequence[int] = ()
    opened: Sequence[Opened] = ()
    closed: Sequence[int] = ()
    given_up: Sequence[int] = ()
    map_runs: Sequence[int] = ()
    in_map_run: bool = False
    log: Sequence[LogLine] = ()
    jumps: Sequence[VirtualJump] = ()

    @property
    def times_out(self) -> bool:
        return bool(self.given_up) and any(event.type in TIMEOUTS for event in self.events)


TIMEOUTS = ("TaskTimedOut", "ActivityTimedOut")


class Committed(NamedTuple):
    """The result of a turn. For the executions in these fields, nothing was written.

    `lost` are no longer driven by this worker. `refused` could not be written; the error is an
    UnstorableError if the execution's data is the cause, and any other error if sfn is.
    """

    lost: set[int]
    refused: dict[int, Exception]

"""What a driver on this machine does with a store: it claims executions, reads messages, and
commits turns.

Executions are named by their rows here (`Claimed.id`). Errors and words are those of the package's
docstring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.records.function_events import FunctionEvent
    from sfn_cli.store.records.inbox import Message
    from sfn_cli.store.records.logs import LogLine
    from sfn_cli.store.records.outbox import Note
    from sfn_cli.store.records.suspensions import Fault
    from sfn_cli.store.records.worker_commits import Claimed, Committed, ExecutionChanges


class WorkerCommits(Protocol):
    """One worker's hold on the store. A worker that has lost an execution writes nothing of it."""

    @property
    def worker(self) -> int:
        """The worker's id."""

    def claim_new(self, limit: int) -> list[Claimed]:
        """Up to `limit` running executions that no worker drives: this one does from now on."""

    def claim_abandoned(self, live: Collection[int], limit: int) -> list[Claimed]:
        """As `claim_new`, with those of workers that are not among `live`."""

    def history(self, execution: int) -> list[HistoryEvent]:
        """The events of an execution, in order."""

    def release(self, executions: Collection[int]) -> None:
        """Gives executions back: another worker, or a later one, drives them on."""

    def fail(self, execution: int, error: str, cause: str, at: int) -> None:
        """Ends an execution of this worker as FAILED, whatever its states are doing."""

    def set_aside(self, faults: Mapping[int, Fault], at: int) -> dict[int, int]:
        """Stores failed attempts at executions of this worker and releases them; the number of each
        attempt.

        With `ATTEMPTS` of them in a row, without a new event, the execution is suspended.
        """

    def commit(
        self,
        changes: Sequence[ExecutionChanges],
        forgotten: Sequence[int] = (),
        lines: Sequence[LogLine] = (),
        *,
        read_up_to: int = 0,
        now: int = 0,
    ) -> Committed:
        """Stores a turn, checked against the lease, with log lines that came meanwhile (ingested at
        `now`).

        `forgotten` are messages to executions that are driven no more; `read_up_to` is the last
        message that the worker has read: an execution that would time out although a later one
        waits is lost, to be claimed again. An execution that cannot be stored is refused and does
        not keep the others from being stored.
        """


class Inbox(Protocol):
    """Messages to executions, by ascending id."""

    def after(self, last: int) -> list[Message]:
        """Those that came after the message `last`."""

    def to(self, execution: int, up_to: int) -> list[Message]:
        """Those to a running execution, up to the message `up_to`, but that it was aborted: that
        was before its redrive.
        """


class Outbox(Protocol):
    """Status changes that are to be delivered to EventBridge, stored with the changes themselves
    while enabled.
    """

    def enable(self, at: int) -> None:
        """Stores changes from now on, and the starts that no worker has seen yet: they are why one
        is here.
        """

    def disable(self) -> int:
        """Stores no more changes, and deletes those that are pending; their number."""

    def pending(self, limit: int) -> list[Note]:
        """The oldest changes."""

    def execution_after(self, note: Note) -> Execution | None:
        """The execution as it was after the change; None if it is gone."""

    def drop(self, notes: Iterable[int]) -> None:
        """These were delivered, or never will be."""

    def drop_older(self, at: int) -> int:
        """Deletes those from before; their number. (As far as the clock was right: they are in the
        order of their ids.)
        """


class FunctionEventQueue(Protocol):
    """Events for Lambda functions. The worker that takes one owns it; what a dead worker owned is
    free again.
    """

    def waiting(self, owner: int, live: Collection[int]) -> bool:
        """Whether there are events, due now or later, that no live worker has."""

    def take(self, owner: int, live: Collection[int], at: int, limit: int) -> list[FunctionEvent]:
        """Up to `limit` that are due and that no live worker has, oldest first; they are the
        owner's from now on.
        """

    def retry(self, owner: int, id: int, due_at: int) -> None:
        """The function has failed on the owner's event, which is due again."""

    def remove(self, owner: int, id: int) -> None:
        """Nothing more is to be done with the owner's event."""


class Workers(Protocol):
    """Worker processes."""

    def register(self, slot: int, pid: int, at: int) -> int:
        """A new worker's id."""

    def describe(self, worker: int) -> tuple[int, int, int] | None:
        """(pid, started at, how many executions it drives)."""

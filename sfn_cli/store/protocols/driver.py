"""The store's interface for a driver on this machine: claims, messages and commits.

Here, executions are identified by their row ids (`Claimed.id`). For conventions and errors, see the
package's docstring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.records.events.deliveries import NewDelivery
    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.records.function_events import FunctionEvent
    from sfn_cli.store.records.logs import LogLine
    from sfn_cli.store.records.stepfunctions.inbox import Message
    from sfn_cli.store.records.stepfunctions.outbox import Note
    from sfn_cli.store.records.stepfunctions.suspensions import Fault
    from sfn_cli.store.records.stepfunctions.worker_commits import Claimed, Committed, ExecutionChanges


class WorkerCommits(Protocol):
    """The store as one worker writes it. For an execution that it has lost, nothing is written."""

    @property
    def worker(self) -> int:
        """The worker's id."""

    def claim_new(self, limit: int) -> list[Claimed]:
        """Claims up to `limit` running executions that no worker drives."""

    def claim_abandoned(self, live: Collection[int], limit: int) -> list[Claimed]:
        """Claims as `claim_new` does, including executions of workers that are not in `live`."""

    def history(self, execution: int) -> list[HistoryEvent]:
        """The events of an execution, in order."""

    def release(self, executions: Collection[int]) -> None:
        """Releases executions, for another worker or a later one to continue."""

    def fail(self, execution: int, error: str, cause: str, at: int) -> None:
        """Ends an execution of this worker as FAILED, whatever the state of its tasks."""

    def set_aside(self, faults: Mapping[int, Fault], at: int) -> dict[int, int]:
        """Records failed attempts at executions of this worker and releases them.

        Returns the number of each attempt. With `ATTEMPTS` of them in a row, without a new event,
        the execution is suspended.
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
        """Stores a turn if the lease still holds, with the log lines that arrived during it.

        The log lines are ingested at `now`. `forgotten` are messages to executions that are no
        longer driven. `read_up_to` is the last message that the worker has read: an execution that
        would time out although a later message is pending counts as lost and is claimed again. An
        execution that cannot be stored is refused, without affecting the others.
        """


class Inbox(Protocol):
    """Messages to executions, by ascending id."""

    def after(self, last: int) -> list[Message]:
        """Returns the messages after the message `last`."""

    def of(self, execution: int, up_to: int) -> list[Message]:
        """Returns the messages to a running execution, up to the message `up_to`.

        Messages to its worker are left out: that it was aborted, or its machine deleted.
        """


class Heartbeats(Protocol):
    """What a worker reads about tasks in addition to events: heartbeats, and activities."""

    def beats(self, execution: int) -> list[tuple[int, int]]:
        """Returns (task, time) of the last heartbeat of each open task that has sent one."""

    def has_activity(self, arn: str) -> bool: ...


class Outbox(Protocol):
    """The outbox: status changes to be delivered to EventBridge.

    They are stored with the changes themselves while the outbox is enabled.
    """

    def enable(self, at: int) -> None:
        """Stores changes for an endpoint from now on, and the starts that no worker has seen yet.

        Those starts are the ones that caused this worker to be started.
        """

    def disable(self) -> int:
        """Stops storing changes for an endpoint.

        If no rule takes them either, deletes the pending ones, and returns their number.
        """

    def is_enabled(self) -> bool:
        """Whether changes are stored: for an endpoint, or for rules and archives in this store."""

    def pending(self, limit: int) -> list[Note]:
        """Returns the oldest changes."""

    def execution_after(self, note: Note) -> Execution | None:
        """Returns the execution as it was after the change; None if it no longer exists."""

    def drop(self, notes: Iterable[int]) -> None:
        """Removes changes that were delivered, or that never will be."""

    def drop_older(self, at: int) -> int:
        """Deletes the changes made before `at`, and returns their number.

        Changes are ordered by id, so this is exact only if the clock was never set back.
        """


class FunctionEventQueue(Protocol):
    """Events for Lambda functions.

    A worker that takes an event owns it; when the worker dies, its events can be taken again.
    """

    def any(self) -> bool:
        """Whether there are events at all, due now or later."""

    def waiting(self, owner: int, live: Collection[int]) -> bool:
        """Whether there are events, due now or later, that no live worker owns."""

    def take(self, owner: int, live: Collection[int], at: int, limit: int) -> list[FunctionEvent]:
        """Takes up to `limit` events that are due and that no live worker owns, oldest first.

        From now on, they belong to `owner`.
        """

    def retry(self, owner: int, id: int, due_at: int) -> None:
        """Makes the owner's event due again at `due_at`, after the function failed on it."""

    def postpone(self, owner: int, id: int, due_at: int) -> None:
        """Makes the owner's event due again at `due_at`; the function was not tried."""

    def remove(self, owner: int, id: int) -> None:
        """Removes the owner's event: it was handled, or is given up."""

    def end(self, owner: int, id: int, deliveries: Sequence[NewDelivery], at: int) -> None:
        """Removes the owner's event, and stores the deliveries to its destinations: one transaction."""


class Workers(Protocol):
    """Worker processes."""

    def register(self, slot: int, pid: int, at: int) -> int:
        """Registers a new worker and returns its id."""

    def describe(self, worker: int) -> tuple[int, int, int] | None:
        """Returns (pid, start time, number of executions that it drives)."""

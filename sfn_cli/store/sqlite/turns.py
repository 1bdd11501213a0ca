"""What a worker does to the store: it claims executions, and commits a turn of all that moved.

Rule 1: an execution's events, its row, the messages they consume and the check of the lease are
one transaction. A worker that lost an execution writes nothing of it.
Rule 2: a terminal status never changes.
Rule 3: a task that was answered does not time out, however the answer and the turn crossed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.interpreter.events import TERMINAL, HistoryEvent
from sfn_cli.store.sqlite import inbox, tasks
from sfn_cli.store.sqlite.endings import abort_awaited, tell_waiting
from sfn_cli.store.sqlite.events import event_row, insert_events
from sfn_cli.store.sqlite.keys import key_of
from sfn_cli.store.sqlite.logs import LogLine, insert_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sfn_cli.store.sqlite.database import Database


class Claimed(NamedTuple):
    """An execution that this worker drives from now on."""

    id: int
    arn: str
    state_machine_arn: str
    definition: str
    seed: str


class Moved(NamedTuple):
    """What a turn brought for one execution.

    `consumed` are the messages that it took in. Of its tasks that have a token: `opened` are those
    that the turn scheduled, with their tokens, `closed` those that are owed no more, and `given_up`
    those of them that nobody answered.
    """

    execution: int
    events: Sequence[HistoryEvent]
    consumed: Sequence[int] = ()
    opened: Sequence[tuple[int, str]] = ()
    closed: Sequence[int] = ()
    given_up: Sequence[int] = ()

    @property
    def times_out(self) -> bool:
        return bool(self.given_up) and any(event.type in TIMEOUTS for event in self.events)


TIMEOUTS = ("TaskTimedOut", "ActivityTimedOut")


class Turns:
    """One worker's hold on the store; `worker` is its id."""

    def __init__(self, database: Database, worker: int) -> None:
        self._database = database
        self._worker = worker

    def claim_new(self, limit: int) -> list[Claimed]:
        """Up to `limit` running executions that no worker drives yet, each for this worker from now on."""
        return self._claim("owner IS NULL", limit)

    def claim_abandoned(self, live: Collection[int], limit: int) -> list[Claimed]:
        """As `claim_new`, with those of workers that no longer live: `live` are the ids of those that do."""
        ids = ", ".join(str(int(worker)) for worker in live) or "NULL"
        return self._claim(f"(owner IS NULL OR owner NOT IN ({ids}))", limit)

    def _claim(self, free: str, limit: int) -> list[Claimed]:
        with self._database.reading() as connection:
            # Most looks find nothing: those take no write lock.
            if connection.execute(f"SELECT 1 FROM execution WHERE status = 'RUNNING' AND {free} LIMIT 1").fetchone() is None:
                return []
        with self._database.transaction() as connection:
            claimed = connection.execute(
                f"""
                UPDATE execution SET owner = ?
                WHERE id IN (SELECT id FROM execution WHERE status = 'RUNNING' AND {free} ORDER BY id LIMIT ?)
                RETURNING id
                """,
                (self._worker, limit),
            ).fetchall()
            return [self._claimed(id) for (id,) in sorted(claimed)]

    def _claimed(self, id: int) -> Claimed:
        row = self._database.connection.execute(
            """
            SELECT e.id, e.arn, e.state_machine_arn, r.definition, e.seed
            FROM execution e JOIN revision r ON r.id = e.revision
            WHERE e.id = ?
            """,
            (id,),
        ).fetchone()
        return Claimed(*row)

    def release(self, executions: Collection[int]) -> None:
        """Gives executions back: another worker, or a later one, drives them on."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE execution SET owner = NULL WHERE id = ? AND owner = ?", [(id, self._worker) for id in executions]
            )

    def commit(
        self, moved: Sequence[Moved], forgotten: Sequence[int] = (), lines: Sequence[LogLine] = (), *, read_up_to: int = 0, now: int = 0
    ) -> set[int]:
        """Writes a turn durably, with the log lines that came meanwhile (ingested at `now`).

        `forgotten` are messages to executions that are driven no more.
        Gives the executions that are no longer ours: of them nothing was written. One of them may be
        claimed anew: a message that this worker, which has read those up to `read_up_to`, did not
        know of was about to be overtaken by a timeout.
        """
        lost: set[int] = set()
        rows: list[tuple[object, ...]] = []
        ended: dict[int, HistoryEvent] = {}
        with self._database.transaction() as connection:
            for turn in moved:
                execution = turn.execution
                if not self._is_ours(connection, execution):
                    lost.add(execution)
                    continue
                if turn.times_out and inbox.has_come(connection, execution, after=read_up_to):
                    connection.execute("UPDATE execution SET owner = NULL WHERE id = ?", (execution,))
                    lost.add(execution)
                    continue
                rows += [event_row(execution, event) for event in turn.events]
                if turn.events and turn.events[-1].type in TERMINAL:
                    ended[execution] = turn.events[-1]
            insert_events(connection, rows)
            connection.executemany(
                "UPDATE execution SET status = ?, stopped_at = ?, output = ?, error = ?, cause = ?, owner = NULL WHERE id = ?",
                [_ending(execution, event) for execution, event in ended.items()],
            )
            kept = [turn for turn in moved if turn.execution not in lost]
            consumed = [*forgotten, *(id for turn in kept for id in turn.consumed)]
            connection.executemany("DELETE FROM inbox WHERE id = ?", [(id,) for id in consumed])
            self._note_tasks(connection, kept, now)
            for execution in ended:
                tell_waiting(connection, execution, now)
            if lines:
                insert_lines(connection, lines, now)
        return lost

    def _is_ours(self, connection: Any, execution: int) -> bool:
        row = connection.execute(
            "SELECT 1 FROM execution WHERE id = ? AND owner = ? AND status = 'RUNNING'", (execution, self._worker)
        ).fetchone()
        return row is not None

    def _note_tasks(self, connection: Any, moved: Sequence[Moved], now: int) -> None:
        for turn in moved:
            if turn.opened:
                tasks.open_tasks(connection, turn.execution, turn.opened)
            if turn.closed:
                tasks.close_tasks(connection, [key_of(turn.execution, task) for task in turn.closed])
                abort_awaited(connection, [key_of(turn.execution, task) for task in turn.given_up], now)


def _ending(execution: int, event: HistoryEvent) -> tuple[object, ...]:
    details = event.details or {}
    output = None if event.payload is None else event.payload.text
    return (TERMINAL[event.type], event.at, output, details.get("error"), details.get("cause"), execution)

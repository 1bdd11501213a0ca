"""What a worker does to the store: it claims executions, and commits a turn of all that moved.

Rule 1: an execution's events, its row, the messages they consume and the check of the lease are
one transaction. A worker that lost an execution writes nothing of it.
Rule 2: a terminal status never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.interpreter.events import TERMINAL, HistoryEvent
from sfn_cli.store.sqlite.executions import event_row, insert_events
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
    """The new events of one execution."""

    execution: int
    events: Sequence[HistoryEvent]


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

    def commit(self, moved: Sequence[Moved], consumed: Sequence[int] = (), lines: Sequence[LogLine] = (), now: int = 0) -> set[int]:
        """Writes a turn durably, with the log lines that came meanwhile (ingested at `now`).

        Gives the executions that are no longer ours: of them nothing was written.
        """
        lost: set[int] = set()
        rows: list[tuple[object, ...]] = []
        ended = []
        with self._database.transaction() as connection:
            for execution, events in moved:
                ours = connection.execute(
                    "SELECT 1 FROM execution WHERE id = ? AND owner = ? AND status = 'RUNNING'", (execution, self._worker)
                ).fetchone()
                if ours is None:
                    lost.add(execution)
                    continue
                rows += [event_row(execution, event) for event in events]
                last = events[-1]
                if last.type in TERMINAL:
                    ended.append(_ending(execution, last))
            insert_events(connection, rows)
            connection.executemany(
                "UPDATE execution SET status = ?, stopped_at = ?, output = ?, error = ?, cause = ?, owner = NULL WHERE id = ?", ended
            )
            connection.executemany("DELETE FROM inbox WHERE id = ?", [(id,) for id in consumed])
            if lines:
                insert_lines(connection, lines, now)
        return lost


def _ending(execution: int, event: HistoryEvent) -> tuple[object, ...]:
    details = event.details or {}
    output = None if event.payload is None else event.payload.text
    return (TERMINAL[event.type], event.at, output, details.get("error"), details.get("cause"), execution)

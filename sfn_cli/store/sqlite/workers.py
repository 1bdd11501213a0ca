"""Workers: the processes that have driven executions of one store.

Whether a worker is alive is determined by its slot (worker_slots.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import __version__
from sfn_cli.store.sqlite.stepfunctions.suspensions import retry_suspensions_of_other_versions

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.database import Database

UNCLAIMED_MS = 60_000
"""The age, in milliseconds, at which messages to ended executions may be deleted."""


class SqliteWorkers:
    """The workers that have ever run in one store (protocols/driver.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(self, slot: int, pid: int, at: int) -> int:
        """Registers a new worker and returns its id.

        Deletes old messages to ended executions, which no worker has read, and releases the executions
        that another version of sfn failed on.
        """
        with self._database.transaction() as connection:
            connection.execute(
                """
                DELETE FROM inbox
                WHERE sent_at < ? AND NOT EXISTS (
                    SELECT 1 FROM execution e WHERE e.id = inbox.execution AND e.status = 'RUNNING'
                )
                """,
                (at - UNCLAIMED_MS,),
            )
            retry_suspensions_of_other_versions(connection, __version__)
            cursor = connection.execute(
                "INSERT INTO worker (slot, pid, started_at, version) VALUES (?, ?, ?, ?)",
                (slot, pid, at, __version__),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def describe(self, worker: int) -> tuple[int, int, int] | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT pid, started_at FROM worker WHERE id = ?", (worker,)).fetchone()
            if row is None:
                return None
            driven = connection.execute(
                "SELECT count(*) FROM execution WHERE owner = ? AND status = 'RUNNING'", (worker,)
            ).fetchone()[0]
            return (*row, driven)

"""The outbox: status changes of executions that are to be delivered to EventBridge.

Rule 1: while the outbox is enabled, a change and its note are one transaction (triggers in the
schema). A note stays until it is delivered or expires.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from sfn_cli.store.records.stepfunctions.outbox import Note
from sfn_cli.store.sqlite.stepfunctions.status_changes import SqliteStatusChanges

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.sqlite.database import Database


class SqliteOutbox:
    """The outbox of one store (protocols/driver.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enable(self, at: int) -> None:
        with self._database.transaction() as connection:
            if connection.execute(
                "INSERT OR IGNORE INTO status_receiver (name) VALUES ('endpoint')"
            ).rowcount:
                connection.execute(
                    """
                    INSERT INTO status_change (execution, number, noted_at)
                    SELECT e.id, 0, ? FROM execution e INDEXED BY execution_running
                    WHERE e.status = 'RUNNING' AND e.owner IS NULL AND instr(e.arn, ':express:') = 0
                      AND NOT EXISTS (SELECT 1 FROM event WHERE key = event_key(e.id, 2))
                    ORDER BY e.id
                    """,
                    (at // 1000,),
                )

    def disable(self) -> int:
        with self._database.reading() as connection:
            if connection.execute("SELECT 1 FROM status_receiver WHERE name = 'endpoint'").fetchone() is None:
                return 0
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM status_receiver WHERE name = 'endpoint'")
            return connection.execute(
                "DELETE FROM status_change WHERE NOT EXISTS (SELECT 1 FROM status_receiver)"
            ).rowcount

    def is_enabled(self) -> bool:
        with self._database.reading() as connection:
            return connection.execute("SELECT 1 FROM status_receiver LIMIT 1").fetchone() is not None

    def pending(self, limit: int) -> list[Note]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, execution, number FROM status_change ORDER BY id LIMIT ?", (limit,)
            ).fetchall()
            return [Note(*row) for row in rows]

    def drop(self, notes: Iterable[int]) -> None:
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM status_change WHERE id = ?", [(id,) for id in notes])

    def drop_older(self, at: int) -> int:
        """Deletes the notes made before `at`, and returns their number.

        Notes are ordered by id, so this is exact only if the clock was never set back.
        """
        with self._database.transaction() as connection:
            oldest_first = connection.execute("SELECT id, noted_at FROM status_change ORDER BY id")
            old = [id for id, _ in takewhile(lambda row: row[1] < at // 1000, oldest_first)]
            connection.executemany("DELETE FROM status_change WHERE id = ?", [(id,) for id in old])
            return len(old)

    def execution_after(self, note: Note) -> Execution | None:
        return SqliteStatusChanges(self._database).execution_after(note.execution, note.number)

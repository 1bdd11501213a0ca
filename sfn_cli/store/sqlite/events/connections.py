"""Connections: how HTTP tasks are authorised.

A row contains secrets; the file's mode prevents other users from reading them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.events.connections import Connection
from sfn_cli.store.sqlite.columns import columns_of, insert_columns

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from sfn_cli.store.sqlite.database import Database


_COLUMNS = columns_of(Connection)


class SqliteConnections:
    """The connections in one store (protocols/events.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, new: Connection) -> bool:
        """Creates a connection; returns False if its name is taken."""
        with self._database.transaction() as connection:
            row = new._asdict()
            cursor = connection.execute(insert_columns("connection", row, "ON CONFLICT DO NOTHING"), row)
            return bool(cursor.rowcount)

    def find(self, stem: str) -> Connection | None:
        with self._database.reading() as connection:
            return _find_connection(connection, stem)

    def resolve(self, arn: str, stem: str, name: str) -> Connection | None:
        with self._database.reading() as connection:
            row = connection.execute(
                f"""SELECT {_COLUMNS} FROM connection WHERE arn = ? OR name = ?
                    ORDER BY arn = ? DESC, stem = ? DESC, id LIMIT 1""",
                (arn, name, arn, stem),
            ).fetchone()
        return None if row is None else Connection._make(row)

    def page(self, prefix: str, state: str | None, after: str, limit: int) -> list[Connection]:
        """Returns up to `limit` connections whose stem has this prefix, by name, after `after`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {_COLUMNS} FROM connection
                WHERE substr(stem, 1, ?) = ? AND name > ? AND state = ifnull(?, state)
                ORDER BY name
                LIMIT ?
                """,
                (len(prefix), prefix, after, state, limit),
            ).fetchall()
        return [Connection._make(row) for row in rows]

    def change(self, stem: str, change: Callable[[Connection], Connection]) -> Connection | None:
        """Returns the connection after the change; None if there is none."""
        with self._database.transaction() as connection:
            old = _find_connection(connection, stem)
            if old is None:
                return None
            new = change(old)
            assignments = ", ".join(f"{column} = :{column}" for column in Connection._fields)
            connection.execute(
                f"UPDATE connection SET {assignments} WHERE stem = :old_stem",
                {**new._asdict(), "old_stem": stem},
            )
            return new

    def delete(self, stem: str) -> Connection | None:
        """Returns the connection that was deleted, or None if there was none."""
        with self._database.transaction() as connection:
            old = _find_connection(connection, stem)
            connection.execute("DELETE FROM connection WHERE stem = ?", (stem,))
            return old


def _find_connection(connection: sqlite3.Connection, stem: str) -> Connection | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM connection WHERE stem = ?", (stem,)).fetchone()
    return None if row is None else Connection._make(row)

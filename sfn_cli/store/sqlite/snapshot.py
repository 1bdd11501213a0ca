"""The whole store at one moment, for an integrity check."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sfn_cli.errors import RowError, StoreError
from sfn_cli.store.records.stepfunctions.snapshot import StoredExecution
from sfn_cli.store.sqlite.error_translation import explain_sqlite_error
from sfn_cli.store.sqlite.keys import event_key
from sfn_cli.store.sqlite.stepfunctions.events import COLUMNS, event_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.sqlite.database import Database


@contextmanager
def snapshot_of(database: Database) -> Iterator[SqliteSnapshot]:
    """Opens a snapshot for the block.

    Until the block ends, the write-ahead log cannot be reset: it grows with every commit.
    """
    with database.snapshot() as connection:
        yield SqliteSnapshot(connection, database.path)


class SqliteSnapshot:
    """See protocols/__init__.py."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self._connection = connection
        self._path = path

    def file_damage(self) -> Iterator[str]:
        try:
            for (line,) in self._connection.execute("PRAGMA integrity_check"):
                if line != "ok":
                    yield line
            for table, row, parent, _ in self._connection.execute("PRAGMA foreign_key_check"):
                yield f"row {row} of {table} refers to a {parent} that does not exist"
        except sqlite3.Error as error:
            # Some damage stops the check itself; executions that can still be read are replayed
            # anyway.
            if not _is_row_damage(error):
                raise
            yield str(error)

    def execution_ids(self) -> Iterator[int]:
        for (id,) in self._connection.execute("SELECT id FROM execution ORDER BY id"):
            yield id

    def arn(self, id: int) -> str:
        (arn,) = self._row("SELECT arn FROM execution WHERE id = ?", id)
        return str(arn)

    def execution(self, id: int) -> StoredExecution:
        return StoredExecution._make(
            self._row(
                """
                SELECT state_machine_arn, status, output, seed, revision, map_run IS NOT NULL
                FROM execution WHERE id = ?
                """,
                id,
            )
        )

    def definition(self, revision: int) -> str:
        (definition,) = self._row("SELECT definition FROM revision WHERE id = ?", revision)
        return str(definition)

    def events(self, id: int) -> Iterator[HistoryEvent]:
        try:
            for row in self._connection.execute(
                f"SELECT {COLUMNS} FROM event WHERE key > ? AND key < ? ORDER BY key",
                (event_key(id, 0), event_key(id + 1, 0)),
            ):
                yield event_from(row)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def _row(self, query: str, id: int) -> tuple[object, ...]:
        try:
            row: tuple[object, ...] = self._connection.execute(query, (id,)).fetchone()
        except sqlite3.Error as error:
            raise self._error(error) from error
        return row

    def _error(self, error: sqlite3.Error) -> StoreError:
        """Returns a RowError for damage to a row; any other error affects the whole store."""
        if _is_row_damage(error):
            return RowError(f"reading it failed: {error!r:.200}")
        return explain_sqlite_error(error, self._path)


def _is_row_damage(error: sqlite3.Error) -> bool:
    """Whether the error is damage to the row: a damaged page, or text that is not UTF-8."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF == sqlite3.SQLITE_CORRUPT

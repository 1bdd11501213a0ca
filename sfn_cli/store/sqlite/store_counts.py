"""Counts what a store contains. Executions are counted in an index, so that their data is not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.store_figures import FunctionQueue, StoreFigures
from sfn_cli.store.sqlite.database import database_file_size

if TYPE_CHECKING:
    from collections.abc import Collection

    from sfn_cli.store.sqlite.database import Database


class SqliteStoreCounts:
    """The numbers of one store (protocols/store_counts.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def figures(self) -> StoreFigures:
        with self._database.reading() as connection:
            executions = connection.execute(
                """
                SELECT status, count(*) FROM execution INDEXED BY execution_by_status
                GROUP BY status ORDER BY status
                """
            ).fetchall()
            deliveries = connection.execute(
                "SELECT status, count(*) FROM delivery GROUP BY status ORDER BY status"
            ).fetchall()
            machines, functions = connection.execute(
                "SELECT (SELECT count(*) FROM state_machine), (SELECT count(*) FROM function)"
            ).fetchone()
        return StoreFigures(machines, dict(executions), functions, dict(deliveries))

    def function_queues(self, live: Collection[int]) -> list[FunctionQueue]:
        taken = f"(owner IS NOT NULL AND owner IN ({', '.join(map(str, live))}))" if live else "0"
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT function_ref, sum(NOT {taken}), sum({taken}), sum(tries > 0), min(sent_at)
                FROM function_event GROUP BY function_ref ORDER BY function_ref
                """
            ).fetchall()
        return [FunctionQueue._make(row) for row in rows]

    def size_bytes(self) -> int:
        return sum(database_file_size(self._database.path + ending) for ending in ("", "-wal", "-shm"))

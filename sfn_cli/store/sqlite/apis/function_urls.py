"""URLs of functions (schema/0028_apis.sql)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.apis.function_urls import FunctionUrl
from sfn_cli.store.sqlite.columns import columns_of, insert_columns

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database

_COLUMNS = columns_of(FunctionUrl)
_OF_ONE = "WHERE function_name = ? AND qualifier = ?"


class SqliteFunctionUrls:
    """The URLs of the functions in one store (protocols/apis.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, new: FunctionUrl) -> bool:
        row = _row_of_url(new)
        with self._database.transaction() as connection:
            return bool(
                connection.execute(
                    insert_columns("function_url", row, "ON CONFLICT DO NOTHING"), row
                ).rowcount
            )

    def find(self, function_name: str, qualifier: str) -> FunctionUrl | None:
        return next(iter(self._read(_OF_ONE, function_name, qualifier)), None)

    def by_id(self, id: str) -> FunctionUrl | None:
        return next(iter(self._read("WHERE id = ?", id)), None)

    def page(self, function_name: str, after: str, limit: int) -> list[FunctionUrl]:
        return self._read(
            "WHERE function_name = ? AND qualifier > ? ORDER BY qualifier LIMIT ?",
            function_name,
            after,
            limit,
        )

    def change(
        self, function_name: str, qualifier: str, change: Callable[[FunctionUrl], FunctionUrl]
    ) -> FunctionUrl | None:
        with self._database.transaction() as connection:
            found = _read_urls(connection, _OF_ONE, function_name, qualifier)
            if not found:
                return None
            new = change(found[0])
            assignments = ", ".join(f"{column} = :{column}" for column in FunctionUrl._fields)
            connection.execute(
                f"UPDATE function_url SET {assignments} WHERE id = :old_id",
                {**_row_of_url(new), "old_id": found[0].id},
            )
            return new

    def delete(self, function_name: str, qualifier: str) -> bool:
        with self._database.transaction() as connection:
            return bool(
                connection.execute(f"DELETE FROM function_url {_OF_ONE}", (function_name, qualifier)).rowcount
            )

    def _read(self, which: str, *values: object) -> list[FunctionUrl]:
        with self._database.reading() as connection:
            return _read_urls(connection, which, *values)


def _read_urls(connection: sqlite3.Connection, which: str, *values: object) -> list[FunctionUrl]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM function_url {which}", values).fetchall()
    return [_function_url_from(row) for row in rows]


def _function_url_from(row: Row) -> FunctionUrl:
    url = FunctionUrl._make(row)
    return url._replace(cors=None if url.cors is None else json.loads(str(url.cors)))


def _row_of_url(url: FunctionUrl) -> dict[str, Any]:
    return {**url._asdict(), "cors": None if url.cors is None else dumps(url.cors)}

"""Local Lambda functions: configuration and code, of $LATEST and of each version.

A function's `revision` increases with each change of its code or configuration. With the `id`,
which is never reused, it shows whether a child that was started earlier still runs the current code.
A version never changes: its revision is 0, and it has its own `id`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.store.records.functions import CONCURRENCY, Code, Function, FunctionRoute
from sfn_cli.store.sqlite.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from sqlite3 import Connection

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.functions.layers import SqliteLayers


_COLUMNS = columns_of(Function)


class SqliteFunctions:
    """The functions in one store (protocols/functions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, arn: str, configuration: Mapping[str, Json], code: Code, at: int) -> bool:
        """Creates a function; returns False, and changes nothing, if the name is taken."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                """
                INSERT INTO function (name, arn, configuration, code_dir, code_zip, revision, updated_at)
                VALUES (?, ?, ?, ?, ?, 1, ?)
                ON CONFLICT (name) DO NOTHING
                """,
                (name, arn, jsonvalue.dumps(configuration), code.folder, code.zip, at),
            )
            return cursor.rowcount == 1

    def find(self, name: str, number: int = 0) -> Function | None:
        with self._database.reading() as connection:
            return find_function(connection, name, number)

    def revision(self, name: str, number: int = 0) -> tuple[int, int] | None:
        with self._database.reading() as connection:
            row: tuple[int, int] | None = connection.execute(
                "SELECT id, revision FROM function_at WHERE name = ? AND number = ?", (name, number)
            ).fetchone()
            return row

    def reserved_concurrency(self, name: str) -> int | None:
        with self._database.reading() as connection:
            row = connection.execute(
                """
                SELECT json_extract(value, '$.ReservedConcurrentExecutions') FROM function_setting
                WHERE function = (SELECT id FROM function WHERE name = ?) AND kind = ?
                """,
                (name, CONCURRENCY),
            ).fetchone()
        return None if row is None else int(row[0])

    def route(self, name: str, alias: str) -> FunctionRoute | None:
        """Returns the target of a function's alias; None if there is no such alias."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT a.number, a.weights FROM function_alias a JOIN function f ON f.id = a.function "
                "WHERE f.name = ? AND a.name = ?",
                (name, alias),
            ).fetchone()
        if row is None:
            return None
        number, weights = row
        return FunctionRoute(number, jsonvalue.loads(weights))

    def zip(self, function: Function) -> bytes | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT code_zip FROM function_at WHERE name = ? AND number = ? AND id = ?",
                (function.name, function.number, function.id),
            ).fetchone()
            return row[0] if row else None

    @cached_property
    def layers(self) -> SqliteLayers:
        from sfn_cli.store.sqlite.functions.layers import SqliteLayers

        return SqliteLayers(self._database)

    def package_dirs(self) -> set[str]:
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT value FROM function, json_each(function.configuration, '$.PackageDirs')
                UNION
                SELECT value FROM function_version v, json_each(v.configuration, '$.PackageDirs')
                UNION
                SELECT value FROM layer_version, json_each(layer_version.package_dirs)
                UNION
                SELECT content_dir FROM layer_version WHERE content_dir IS NOT NULL
                UNION
                SELECT code_dir FROM function WHERE code_dir IS NOT NULL
                """
            ).fetchall()
            return {folder for (folder,) in rows}

    def zip_hashes(self, name: str) -> set[str]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT configuration FROM function_at WHERE name = ? AND code_dir IS NULL", (name,)
            ).fetchall()
            return {jsonvalue.loads(configuration)["CodeSha256"] for (configuration,) in rows}

    def page(
        self, after: tuple[str, int], limit: int, *, of: str | None = None, all_versions: bool = False
    ) -> list[Function]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {_COLUMNS} FROM function_at
                WHERE (name, number) > (?, ?) AND (? OR number = 0) AND (? IS NULL OR name = ?)
                ORDER BY name, number LIMIT ?
                """,
                (*after, all_versions, of, of, limit),
            ).fetchall()
            return list(map(_function_from, rows))

    def update(
        self, name: str, change: Callable[[Function], Mapping[str, Json]], at: int, code: Code | None = None
    ) -> Function | None:
        with self._database.transaction() as connection:
            function = find_function(connection, name)
            if function is None:
                return None
            connection.execute(
                "UPDATE function SET configuration = ?, revision = revision + 1, updated_at = ? WHERE id = ?",
                (jsonvalue.dumps(change(function)), at, function.id),
            )
            if code is not None:
                connection.execute(
                    "UPDATE function SET code_dir = ?, code_zip = ? WHERE id = ?",
                    (code.folder, code.zip, function.id),
                )
            return find_function(connection, name)

    def change_tags(self, name: str, change: Callable[[dict[str, Json]], Mapping[str, Json]]) -> bool:
        """Replaces the function's tags, and nothing else, with the result of `change`.

        Returns whether there is such a function.
        """
        with self._database.transaction() as connection:
            function = find_function(connection, name)
            if function is not None:
                configuration = {
                    **function.configuration,
                    "Tags": change(function.configuration.get("Tags") or {}),
                }
                connection.execute(
                    "UPDATE function SET configuration = ? WHERE id = ?",
                    (jsonvalue.dumps(configuration), function.id),
                )
            return function is not None

    def delete(self, name: str) -> bool:
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM function WHERE name = ?", (name,)).rowcount == 1


def find_function(connection: Connection, name: str, number: int = 0) -> Function | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM function_at WHERE name = ? AND number = ?", (name, number)
    ).fetchone()
    return None if row is None else _function_from(row)


def _function_from(row: Row) -> Function:
    function = dict(zip(Function._fields, row, strict=True))
    return Function(**{**function, "configuration": jsonvalue.loads(function["configuration"])})

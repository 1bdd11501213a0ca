"""Aliases of functions: names that point to one version, or to two by weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.store.records.functions import FunctionAlias
from sfn_cli.store.sqlite.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database


class SqliteFunctionAliases:
    """The aliases in one store. `function` is a function's name (protocols/functions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, function: str, alias: FunctionAlias) -> bool:
        """Creates an alias; returns False if the name is taken."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                """
                INSERT INTO function_alias (function, name, number, weights, description, revision_id)
                SELECT id, :name, :number, :weights, :description, :revision_id
                FROM function WHERE name = :function
                ON CONFLICT (function, name) DO NOTHING
                """,
                {**_alias_row(alias), "function": function},
            )
            return cursor.rowcount == 1

    def find(self, function: str, name: str) -> FunctionAlias | None:
        with self._database.reading() as connection:
            return _find_alias(connection, function, name)

    def page(
        self, function: str, after: str, limit: int, *, number: int | None = None
    ) -> list[FunctionAlias]:
        """Returns up to `limit` aliases by name, after `after`; if given, only of one version."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_SELECT} WHERE f.name = ? AND a.name > ? AND (? IS NULL OR a.number = ?) ORDER BY a.name "
                "LIMIT ?",
                (function, after, number, number, limit),
            ).fetchall()
            return list(map(_alias_from_row, rows))

    def update(
        self, function: str, name: str, change: Callable[[FunctionAlias], FunctionAlias]
    ) -> FunctionAlias | None:
        """Returns the alias after `change`; None if there is none.

        If `change` raises, nothing changes.
        """
        with self._database.transaction() as connection:
            alias = _find_alias(connection, function, name)
            if alias is None:
                return None
            changed = change(alias)
            connection.execute(
                """
                UPDATE function_alias
                SET name = :name, number = :number, weights = :weights, description = :description,
                    revision_id = :revision_id
                WHERE name = :old_name AND function = (SELECT id FROM function WHERE name = :function)
                """,
                {**_alias_row(changed), "old_name": name, "function": function},
            )
            return changed

    def delete(self, function: str, name: str) -> None:
        """Deletes the alias, if it exists."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM function_alias "
                "WHERE name = ? AND function = (SELECT id FROM function WHERE name = ?)",
                (name, function),
            )


_SELECT = (
    f"SELECT {columns_of(FunctionAlias, 'a')} FROM function_alias a JOIN function f ON f.id = a.function"
)


def _find_alias(connection: Connection, function: str, name: str) -> FunctionAlias | None:
    row = connection.execute(f"{_SELECT} WHERE f.name = ? AND a.name = ?", (function, name)).fetchone()
    return None if row is None else _alias_from_row(row)


def _alias_from_row(row: Row) -> FunctionAlias:
    alias = dict(zip(FunctionAlias._fields, row, strict=True))
    return FunctionAlias(**{**alias, "weights": jsonvalue.loads(alias["weights"])})


def _alias_row(alias: FunctionAlias) -> dict[str, object]:
    return {**alias._asdict(), "weights": jsonvalue.dumps(alias.weights)}

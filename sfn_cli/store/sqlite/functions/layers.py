"""Versions of layers. On AWS, functions find their content below /opt.

Rule 1: a deleted version cannot be added to another function; functions that have it keep it.
Rule 2: a number is never reused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.store.records.functions import LayerVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from sqlite3 import Connection

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.functions import Code
    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database

_COLUMNS = "name, number, facts, content_dir, package_dirs, deleted"


class SqliteLayers:
    """The layers in one store (protocols/functions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(
        self, name: str, facts: Callable[[int], Mapping[str, Json]], code: Code, package_dirs: Sequence[str]
    ) -> LayerVersion:
        with self._database.transaction() as connection:
            (last,) = connection.execute(
                "SELECT coalesce(max(number), 0) FROM layer_version WHERE name = ?", (name,)
            ).fetchone()
            number = last + 1
            connection.execute(
                """
                INSERT INTO layer_version (name, number, facts, content_dir, content_zip, package_dirs)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                (
                    name,
                    number,
                    jsonvalue.dumps(facts(number)),
                    code.folder,
                    code.zip,
                    jsonvalue.dumps(list(package_dirs)),
                ),
            )
            found = find_layer(connection, name, number)
            assert found is not None
            return found

    def find(self, name: str, number: int) -> LayerVersion | None:
        with self._database.reading() as connection:
            return find_layer(connection, name, number)

    def newest(self, after: str, limit: int) -> list[LayerVersion]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {_COLUMNS} FROM layer_version v
                WHERE name > ? AND NOT deleted AND number = (
                    SELECT max(number) FROM layer_version WHERE name = v.name AND NOT deleted)
                ORDER BY name LIMIT ?
                """,
                (after, limit),
            ).fetchall()
            return list(map(_layer_from, rows))

    def versions(self, name: str, below: int, limit: int) -> list[LayerVersion]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {_COLUMNS} FROM layer_version
                WHERE name = ? AND number < ? AND NOT deleted ORDER BY number DESC LIMIT ?
                """,
                (name, below, limit),
            ).fetchall()
            return list(map(_layer_from, rows))

    def zip(self, layer: LayerVersion) -> bytes | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT content_zip FROM layer_version WHERE name = ? AND number = ?",
                (layer.name, layer.number),
            ).fetchone()
            return row[0] if row else None

    def delete(self, name: str, number: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE layer_version SET deleted = 1 WHERE name = ? AND number = ?", (name, number)
            )


def find_layer(connection: Connection, name: str, number: int) -> LayerVersion | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM layer_version WHERE name = ? AND number = ?", (name, number)
    ).fetchone()
    return None if row is None else _layer_from(row)


def _layer_from(row: Row) -> LayerVersion:
    name, number, facts, content_dir, package_dirs, deleted = row
    return LayerVersion(
        name, number, jsonvalue.loads(facts), content_dir, jsonvalue.loads(package_dirs), bool(deleted)
    )

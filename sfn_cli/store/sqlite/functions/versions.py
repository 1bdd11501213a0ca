"""Versions of functions: configuration and code stored under a number.

functions.py reads them, like $LATEST.

Rule 1: publishing again without a change returns the existing version.
Rule 2: a number is never reused, even after its version or the whole function was deleted.
Rule 3: a version that an alias points to cannot be deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.store.sqlite.functions.functions import find_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.functions import Function
    from sfn_cli.store.sqlite.database import Database


class SqliteFunctionVersions:
    """The versions in one store (protocols/functions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(
        self, function: Function, configuration: Mapping[str, Json], digest: str, zip: bytes | None, at: int
    ) -> Function | None:
        with self._database.transaction() as connection:
            now = find_function(connection, function.name)
            if now is None or (now.id, now.revision) != (function.id, function.revision):
                return None
            newest = connection.execute(
                "SELECT number, digest FROM function_version WHERE function = ? ORDER BY number DESC LIMIT 1",
                (function.id,),
            ).fetchone()
            if newest is not None and newest[1] == digest:
                return find_function(connection, function.name, newest[0])
            (number,) = connection.execute(
                """
                INSERT INTO function_number (name, last) VALUES (?, 1)
                ON CONFLICT (name) DO UPDATE SET last = last + 1
                RETURNING last
                """,
                (function.name,),
            ).fetchone()
            named = {**configuration, "Version": str(number), "FunctionArn": f"{function.arn}:{number}"}
            connection.execute(
                """
                INSERT INTO function_version (function, number, configuration, digest, published_at, code_zip)
                SELECT id, ?, ?, ?, ?, coalesce(?, code_zip) FROM function WHERE id = ?
                """,
                (number, jsonvalue.dumps(named), digest, at, zip, function.id),
            )
            return find_function(connection, function.name, number)

    def delete(self, name: str, number: int) -> list[str] | None:
        with self._database.transaction() as connection:
            version = find_function(connection, name, number)
            if version is None:
                return None
            aliases = connection.execute(
                """
                SELECT a.name FROM function_alias a JOIN function f ON f.id = a.function
                WHERE f.name = ?
                  AND (a.number = ? OR EXISTS (SELECT 1 FROM json_each(a.weights) WHERE key = ?))
                ORDER BY a.name
                """,
                (name, number, str(number)),
            ).fetchall()
            if not aliases:
                connection.execute("DELETE FROM function_version WHERE id = ?", (version.id,))
            return [alias for (alias,) in aliases]

"""Aliases of state machines: names that point to one version, or to two by weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.versions import Alias, AliasRoute, Listed, QuotaReached, Weights
from sfn_cli.store.sqlite.columns import columns_of
from sfn_cli.store.sqlite.stepfunctions.versions import VERSION_COLUMNS, version_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database

MAX_ALIASES = 100
"""Aliases per machine. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


class SqliteAliases:
    """The aliases in one store. `machine` is a machine's row id (protocols/stepfunctions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, machine: int, name: str, description: str, weights: Weights, at: int) -> Alias | None:
        with self._database.transaction() as connection:
            existing = _find_alias(connection, machine, name)
            if existing is not None:
                return existing
            versions = _alias_version_rows(connection, machine, weights)
            if versions is None:
                return None
            (count,) = connection.execute(
                "SELECT count(*) FROM alias WHERE state_machine = ?", (machine,)
            ).fetchone()
            if count >= MAX_ALIASES:
                raise QuotaReached(f"A state machine has at most {MAX_ALIASES} aliases.")
            id = connection.execute(
                "INSERT INTO alias (state_machine, name, description, created_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (machine, name, description, at, at),
            ).lastrowid
            assert id is not None
            _insert_alias_routes(connection, id, versions, weights)
            return _find_alias(connection, machine, name)

    def update(
        self, machine: int, name: str, description: str | None, weights: Weights | None, at: int
    ) -> Alias | None:
        """Changes the given fields; an alias without changes keeps its update time.

        None if the alias, or one of the versions, does not exist.
        """
        with self._database.transaction() as connection:
            alias = _find_alias(connection, machine, name)
            if alias is None:
                return None
            description = alias.description if description is None else description
            weights = alias.weights if weights is None else weights
            if (description, weights) == (alias.description, alias.weights):
                return alias
            versions = _alias_version_rows(connection, machine, weights)
            if versions is None:
                return None
            connection.execute(
                "UPDATE alias SET description = ?, updated_at = ? WHERE id = ?", (description, at, alias.id)
            )
            connection.execute("DELETE FROM route WHERE alias = ?", (alias.id,))
            _insert_alias_routes(connection, alias.id, versions, weights)
            return _find_alias(connection, machine, name)

    def find(self, machine: int, name: str) -> Alias | None:
        with self._database.reading() as connection:
            return _find_alias(connection, machine, name)

    def page(self, machine: int, version: int | None, after: str, limit: int) -> list[Listed]:
        of_version, versions = (
            ("", ())
            if version is None
            else ("AND id IN (SELECT alias FROM route WHERE version = ?)", (version,))
        )
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT name, created_at FROM alias WHERE state_machine = ? AND name > ? {of_version} "
                "ORDER BY name LIMIT ?",
                (machine, after, *versions, limit),
            ).fetchall()
            return list(map(Listed._make, rows))

    def delete(self, machine: int, name: str) -> None:
        """Deletes an alias, if it exists. Its versions stay."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM alias WHERE state_machine = ? AND name = ?", (machine, name))


def _find_alias(connection: Connection, machine: int, name: str) -> Alias | None:
    row = connection.execute(
        f"SELECT {columns_of(Alias, routes='NULL')} FROM alias WHERE state_machine = ? AND name = ?",
        (machine, name),
    ).fetchone()
    if row is None:
        return None
    alias = Alias._make(row)
    routes = connection.execute(
        f"""
        SELECT t.weight, {VERSION_COLUMNS}
        FROM route t JOIN version v ON v.id = t.version JOIN revision r ON r.id = v.revision
        WHERE t.alias = ?
        ORDER BY t.position
        """,
        (alias.id,),
    ).fetchall()
    return alias._replace(
        routes=tuple(AliasRoute(version_from(version), weight) for weight, *version in routes)
    )


def _alias_version_rows(connection: Connection, machine: int, weights: Weights) -> list[int] | None:
    """Returns the row ids of the versions; None if one of them does not exist."""
    found = [
        connection.execute(
            "SELECT id FROM version WHERE state_machine = ? AND number = ?", (machine, number)
        ).fetchone()
        for number, _ in weights
    ]
    return None if None in found else [id for (id,) in found]


def _insert_alias_routes(
    connection: Connection, alias: int, versions: Sequence[int], weights: Weights
) -> None:
    for position, (version, (_, weight)) in enumerate(zip(versions, weights, strict=True)):
        connection.execute(
            "INSERT INTO route (alias, position, version, weight) VALUES (?, ?, ?, ?)",
            (alias, position, version, weight),
        )

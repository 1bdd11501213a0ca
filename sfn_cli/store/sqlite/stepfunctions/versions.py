"""Versions of state machines: revisions stored under a number.

Rule 1: a revision has at most one version with a description, so publishing it again returns the same one.
Rule 2: a number is never reused, even after its version was deleted.
Rule 3: a version that an alias points to cannot be deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.stepfunctions.revisions import Revision
from sfn_cli.store.records.versions import Listed, QuotaReached, Version
from sfn_cli.store.sqlite.columns import columns_of, split_columns
from sfn_cli.store.sqlite.stepfunctions.revisions import COLUMNS

if TYPE_CHECKING:
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database

MAX_VERSIONS = 1000
"""Versions per machine. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""


VERSION_COLUMNS = f"{columns_of(Version, 'v', revision='NULL')}, {COLUMNS}"
"""The columns that `version_from` reads, of the tables `version v` and `revision r`."""


def version_from(row: Row) -> Version:
    version, revision = split_columns(row, Version)
    return Version._make(version)._replace(revision=Revision._make(revision))


def publish_version(
    connection: Connection, machine: int, revision: int, description: str | None, at: int
) -> Version:
    """Returns the version of a machine's revision (both are row ids): an existing or a new one.

    An existing one has this description; for None, it is the newest. Raises QuotaReached.
    """
    existing = _find_version(
        connection,
        "v.state_machine = ?1 AND v.revision = ?2 AND v.description = coalesce(?3, v.description) "
        "ORDER BY v.number DESC",
        (machine, revision, description),
    )
    if existing is not None:
        return existing
    (count,) = connection.execute(
        "SELECT count(*) FROM version WHERE state_machine = ?", (machine,)
    ).fetchone()
    if count >= MAX_VERSIONS:
        raise QuotaReached(f"A state machine has at most {MAX_VERSIONS} versions.")
    connection.execute("UPDATE state_machine SET last_version = last_version + 1 WHERE id = ?", (machine,))
    connection.execute(
        """
        INSERT INTO version (state_machine, number, revision, description, created_at)
        SELECT id, last_version, ?, ?, ? FROM state_machine WHERE id = ?
        """,
        (revision, description or "", at, machine),
    )
    published = _find_version(
        connection,
        "v.state_machine = ? AND v.revision = ? AND v.description = ?",
        (machine, revision, description or ""),
    )
    assert published is not None
    return published


class SqliteVersions:
    """The versions in one store. `machine` is a machine's row id (protocols/stepfunctions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, machine: int, number: int) -> Version | None:
        with self._database.reading() as connection:
            return _find_version(connection, "v.state_machine = ? AND v.number = ?", (machine, number))

    def page(self, machine: int, before: int | None, limit: int) -> list[Listed]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT number, created_at FROM version WHERE state_machine = ? AND number < ? "
                "ORDER BY number DESC LIMIT ?",
                (machine, 1 << 62 if before is None else before, limit),
            ).fetchall()
            return list(map(Listed._make, rows))

    def delete(self, machine: int, number: int) -> list[str]:
        with self._database.transaction() as connection:
            aliases = connection.execute(
                """
                SELECT a.name FROM version v JOIN route t ON t.version = v.id JOIN alias a ON a.id = t.alias
                WHERE v.state_machine = ? AND v.number = ?
                ORDER BY a.name
                """,
                (machine, number),
            ).fetchall()
            if not aliases:
                connection.execute(
                    "DELETE FROM version WHERE state_machine = ? AND number = ?", (machine, number)
                )
            return [name for (name,) in aliases]


def _find_version(connection: Connection, condition: str, parameters: tuple[object, ...]) -> Version | None:
    row = connection.execute(
        f"SELECT {VERSION_COLUMNS} FROM version v JOIN revision r ON r.id = v.revision WHERE {condition}",
        parameters,
    ).fetchone()
    return None if row is None else version_from(row)

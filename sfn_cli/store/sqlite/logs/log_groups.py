"""Groups and streams of logs, as in CloudWatch: their names, tags and retention periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.store.records.logs import LogGroup, LogStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database

MILLISECONDS_OF_A_DAY = 86_400_000

_EXPIRE_BATCH = 10_000


class SqliteLogGroups:
    """The groups in one store, with their streams (protocols/logs.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Writing

    def create_group(self, name: str, at: int, tags: Mapping[str, str] | None = None) -> bool:
        """Creates a group; returns False if it exists."""
        with self._database.transaction() as connection:
            created = make_log_group(connection, name, at)
            if created and tags:
                _set_log_group_tags(connection, name, tags)
            return created

    def create_stream(self, group: str, name: str, at: int) -> bool | None:
        """Creates a stream; returns False if it exists, None if its group does not."""
        with self._database.transaction() as connection:
            if not log_group_exists(connection, group):
                return None
            return make_log_stream(connection, group, name, at)

    def delete_group(self, name: str) -> bool:
        """Deletes a group with its streams and events; returns whether it existed."""
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM log_group WHERE name = ?", (name,)).rowcount == 1

    def delete_stream(self, group: str, name: str) -> bool:
        """Deletes a stream with its events; returns whether it existed."""
        with self._database.transaction() as connection:
            deleted = connection.execute(
                "DELETE FROM log_stream "
                "WHERE log_group = (SELECT id FROM log_group WHERE name = ?) AND name = ?",
                (group, name),
            )
            return deleted.rowcount == 1

    def change_tags(self, group: str, change: Callable[[dict[str, str]], Mapping[str, str]]) -> bool:
        """Replaces the group's tags with the result of `change`; returns whether it exists."""
        with self._database.transaction() as connection:
            tags = _log_group_tags(connection, group)
            if tags is not None:
                _set_log_group_tags(connection, group, change(tags))
            return tags is not None

    def set_retention(self, group: str, days: int | None) -> bool:
        """Sets how many days the group retains its events (None: indefinitely).

        Returns whether the group exists.
        """
        with self._database.transaction() as connection:
            return (
                connection.execute(
                    "UPDATE log_group SET retention_days = ? WHERE name = ?", (days, group)
                ).rowcount
                == 1
            )

    def expire(self, now: int) -> None:
        with self._database.reading() as connection:
            groups = connection.execute(
                "SELECT id, retention_days FROM log_group WHERE retention_days IS NOT NULL"
            ).fetchall()
        for group, days in groups:
            while self._expire_some(group, now - days * MILLISECONDS_OF_A_DAY):
                pass

    def _expire_some(self, group: int, before: int) -> bool:
        """Deletes one batch, so that other writers can write in between; returns whether more may follow."""
        with self._database.transaction() as connection:
            old = connection.execute(
                """
                SELECT log_event.id, length(CAST(message AS BLOB)) FROM log_event
                WHERE log_stream IN (SELECT id FROM log_stream WHERE log_group = ?) AND at < ?
                LIMIT ?
                """,
                (group, before, _EXPIRE_BATCH),
            ).fetchall()
            connection.executemany("DELETE FROM log_event WHERE id = ?", [(id,) for id, _ in old])
            freed = sum(size for _, size in old)
            connection.execute(
                "UPDATE log_group SET stored_bytes = max(0, stored_bytes - ?) WHERE id = ?", (freed, group)
            )
            return len(old) == _EXPIRE_BATCH

    # Reading

    def has_group(self, name: str) -> bool:
        with self._database.reading() as connection:
            return log_group_exists(connection, name)

    def oldest(self, group: str, now: int) -> int:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT retention_days FROM log_group WHERE name = ?", (group,)
            ).fetchone()
            return now - row[0] * MILLISECONDS_OF_A_DAY if row and row[0] else 0

    def tags(self, group: str) -> dict[str, str] | None:
        """Returns the group's tags, None if there is no such group."""
        with self._database.reading() as connection:
            return _log_group_tags(connection, group)

    def has_stream(self, group: str, name: str) -> bool:
        with self._database.reading() as connection:
            row = connection.execute(
                """
                SELECT 1 FROM log_stream JOIN log_group ON log_group.id = log_stream.log_group
                WHERE log_group.name = ? AND log_stream.name = ?
                """,
                (group, name),
            ).fetchone()
            return row is not None

    def groups(self, after: str, limit: int, *, prefix: str = "", containing: str = "") -> list[LogGroup]:
        """Returns up to `limit` groups by name, after the group `after`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT name, created_at, retention_days, stored_bytes
                FROM log_group
                WHERE name > ? AND substr(name, 1, length(?)) = ? AND instr(lower(name), lower(?)) > 0
                ORDER BY name
                LIMIT ?
                """,
                (after, prefix, prefix, containing, limit),
            ).fetchall()
            return [LogGroup(*row) for row in rows]

    def streams(self, group: str, *, prefix: str = "") -> list[LogStream]:
        """Returns the streams of a group, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT name, created_at,
                    (SELECT min(at) FROM log_event WHERE log_stream = log_stream.id),
                    (SELECT max(at) FROM log_event WHERE log_stream = log_stream.id),
                    (SELECT ingested_at FROM log_event WHERE log_stream = log_stream.id
                     ORDER BY at DESC, log_event.id DESC LIMIT 1)
                FROM log_stream
                WHERE log_group = (SELECT id FROM log_group WHERE name = ?) AND substr(name, 1, length(?)) = ?
                ORDER BY name
                """,
                (group, prefix, prefix),
            ).fetchall()
            return [LogStream(*row) for row in rows]


def make_log_group(connection: Connection, name: str, at: int) -> bool:
    cursor = connection.execute(
        "INSERT INTO log_group (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, at)
    )
    return bool(cursor.rowcount == 1)


def make_log_stream(connection: Connection, group: str, name: str, at: int) -> bool:
    cursor = connection.execute(
        """
        INSERT INTO log_stream (log_group, name, created_at)
        SELECT id, ?, ? FROM log_group WHERE name = ?
        ON CONFLICT (log_group, name) DO NOTHING
        """,
        (name, at, group),
    )
    return bool(cursor.rowcount == 1)


def log_group_exists(connection: Connection, name: str) -> bool:
    """Whether there is a group of this name."""
    return connection.execute("SELECT 1 FROM log_group WHERE name = ?", (name,)).fetchone() is not None


def _log_group_tags(connection: Connection, group: str) -> dict[str, str] | None:
    row = connection.execute("SELECT tags FROM log_group WHERE name = ?", (group,)).fetchone()
    return None if row is None else jsonvalue.loads(row[0])


def _set_log_group_tags(connection: Connection, group: str, tags: Mapping[str, str]) -> None:
    connection.execute("UPDATE log_group SET tags = ? WHERE name = ?", (jsonvalue.dumps(tags), group))

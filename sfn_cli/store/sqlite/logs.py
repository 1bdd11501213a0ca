"""Logs, as CloudWatch keeps them: groups of streams of events.

An event's id grows with its ingestion, so a follower asks for what is above the last id it saw;
within a stream, events are in the order of their time, and of ingestion where that is the same.
"""

from __future__ import annotations

import heapq
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sfn_cli.store.sqlite.database import Database

ALWAYS = 1 << 62
"""Later than any time."""

MILLISECONDS_OF_A_DAY = 86_400_000

_EXPIRE_AT_ONCE = 10_000

BEFORE_ALL, AFTER_ALL = (-1, -1), (ALWAYS, ALWAYS)
"""The (time, id) of no event: what lies between is everything."""


class LogLine(NamedTuple):
    """One event to keep; `at` is when it happened, in milliseconds since 1970."""

    group: str
    stream: str
    at: int
    message: str


class LogEvent(NamedTuple):
    """One event that is kept."""

    id: int
    stream: str
    at: int
    ingested_at: int
    message: str


class LogGroup(NamedTuple):
    name: str
    created_at: int
    retention_days: int | None
    stored_bytes: int


class LogStream(NamedTuple):
    """A stream; the times of its first and last events are None while it has none."""

    name: str
    created_at: int
    first_at: int | None
    last_at: int | None
    last_ingested_at: int | None


class Logs:
    """The logs in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Writing

    def append(self, lines: Iterable[LogLine], ingested_at: int) -> None:
        """Keeps the lines, all or none; groups and streams that do not exist are made."""
        with self._database.transaction() as connection:
            insert_lines(connection, lines, ingested_at)

    def create_group(self, name: str, at: int, tags: Mapping[str, str] | None = None) -> bool:
        """Whether the group was made: False when it exists."""
        with self._database.transaction() as connection:
            made = _make_group(connection, name, at)
            if made and tags:
                _set_tags(connection, name, tags)
            return made

    def create_stream(self, group: str, name: str, at: int) -> bool | None:
        """Whether the stream was made: False when it exists, None when its group does not."""
        with self._database.transaction() as connection:
            if not group_exists(connection, group):
                return None
            return _make_stream(connection, group, name, at)

    def delete_group(self, name: str) -> bool:
        """Whether there was such a group; its streams and events go with it."""
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM log_group WHERE name = ?", (name,)).rowcount == 1

    def delete_stream(self, group: str, name: str) -> bool:
        """Whether there was such a stream; its events go with it."""
        with self._database.transaction() as connection:
            deleted = connection.execute(
                "DELETE FROM log_stream WHERE log_group = (SELECT id FROM log_group WHERE name = ?) AND name = ?", (group, name)
            )
            return deleted.rowcount == 1

    def change_tags(self, group: str, change: Callable[[dict[str, str]], Mapping[str, str]]) -> bool:
        """Replaces the group's tags by what `change` makes of them; whether there is such a group."""
        with self._database.transaction() as connection:
            tags = _tags(connection, group)
            if tags is not None:
                _set_tags(connection, group, change(tags))
            return tags is not None

    def keep_for(self, group: str, days: int | None) -> bool:
        """Notes for how long the group keeps its events, None for ever; whether there is such a group."""
        with self._database.transaction() as connection:
            return connection.execute("UPDATE log_group SET retention_days = ? WHERE name = ?", (days, group)).rowcount == 1

    def expire(self, now: int) -> None:
        """Deletes the events that are older than their group keeps them."""
        with self._database.reading() as connection:
            groups = connection.execute("SELECT id, retention_days FROM log_group WHERE retention_days IS NOT NULL").fetchall()
        for group, days in groups:
            while self._expire_some(group, now - days * MILLISECONDS_OF_A_DAY):
                pass

    def _expire_some(self, group: int, before: int) -> bool:
        """Whether there may be more: others who write are let in between."""
        with self._database.transaction() as connection:
            old = connection.execute(
                """
                SELECT log_event.id, length(CAST(message AS BLOB)) FROM log_event
                WHERE log_stream IN (SELECT id FROM log_stream WHERE log_group = ?) AND at < ?
                LIMIT ?
                """,
                (group, before, _EXPIRE_AT_ONCE),
            ).fetchall()
            connection.executemany("DELETE FROM log_event WHERE id = ?", [(id,) for id, _ in old])
            freed = sum(size for _, size in old)
            connection.execute("UPDATE log_group SET stored_bytes = max(0, stored_bytes - ?) WHERE id = ?", (freed, group))
            return len(old) == _EXPIRE_AT_ONCE

    # Reading

    def has_group(self, name: str) -> bool:
        with self._database.reading() as connection:
            return group_exists(connection, name)

    def oldest(self, group: str, now: int) -> int:
        """The time before which the group shows no events."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT retention_days FROM log_group WHERE name = ?", (group,)).fetchone()
            return now - row[0] * MILLISECONDS_OF_A_DAY if row and row[0] else 0

    def tags(self, group: str) -> dict[str, str] | None:
        """The group's tags, None if there is no such group."""
        with self._database.reading() as connection:
            return _tags(connection, group)

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
        """Up to `limit` groups by name, from the one that follows `after`."""
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
        """The streams of a group, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT name, created_at,
                    (SELECT min(at) FROM log_event WHERE log_stream = log_stream.id),
                    (SELECT max(at) FROM log_event WHERE log_stream = log_stream.id),
                    (SELECT ingested_at FROM log_event WHERE log_stream = log_stream.id ORDER BY at DESC, log_event.id DESC LIMIT 1)
                FROM log_stream
                WHERE log_group = (SELECT id FROM log_group WHERE name = ?) AND substr(name, 1, length(?)) = ?
                ORDER BY name
                """,
                (group, prefix, prefix),
            ).fetchall()
            return [LogStream(*row) for row in rows]

    def events(
        self,
        group: str,
        limit: int,
        *,
        streams: Sequence[str] | None = None,
        stream_prefix: str = "",
        start: int = 0,
        end: int = ALWAYS,
        after: tuple[int, int] = BEFORE_ALL,
        before: tuple[int, int] = AFTER_ALL,
        matches: Callable[[str], bool] | None = None,
        newest_first: bool = False,
    ) -> list[LogEvent]:
        """Up to `limit` events of a group, by their time, with start <= time < end.

        `after` and `before` are the (time, id) of events that the answer lies between; `matches`
        says of a message whether it belongs to the answer.
        """
        times = max(start, after[0]), min(end - 1, before[0])
        with self._database.reading() as connection:
            # The index has each stream's events in order: they are merged, so that what is not asked for is not read.
            events = [
                _events_of(connection, id, name, (*times, *after, *before), newest_first=newest_first)
                for id, name in _streams(connection, group, stream_prefix, streams, times)
            ]
            merged = heapq.merge(*events, key=_time_and_id, reverse=newest_first)
            return list(islice(merged if matches is None else (event for event in merged if matches(event.message)), limit))

    def after(self, group: str, last_id: int, limit: int = 10_000) -> list[LogEvent]:
        """What was added to a group since the event `last_id`, as it was added: for those who follow."""
        with self._database.reading() as connection:
            # The unary plus keeps SQLite from walking the group's streams: an event's id says at once what is new.
            rows = connection.execute(
                """
                SELECT log_event.id, log_stream.name, at, ingested_at, message
                FROM log_event JOIN log_stream ON log_stream.id = +log_event.log_stream
                WHERE log_event.id > ? AND +log_stream.log_group = (SELECT id FROM log_group WHERE name = ?)
                ORDER BY log_event.id
                LIMIT ?
                """,
                (last_id, group, limit),
            ).fetchall()
            return [LogEvent(*row) for row in rows]

    def last_id(self) -> int:
        """The id of the newest event of all groups, 0 if there is none: where a follower begins."""
        with self._database.reading() as connection:
            id: int = connection.execute("SELECT coalesce(max(id), 0) FROM log_event").fetchone()[0]
            return id


def _streams(connection: Any, group: str, prefix: str, names: Sequence[str] | None, times: tuple[int, int]) -> list[tuple[int, str]]:
    """The streams of a group that have events of these times."""
    named = "" if names is None else f"AND name IN ({', '.join('?' * len(names))})"
    found: list[tuple[int, str]] = connection.execute(
        f"""
        SELECT id, name FROM log_stream
        WHERE log_group = (SELECT id FROM log_group WHERE name = ?) AND substr(name, 1, length(?)) = ? {named}
            AND EXISTS (SELECT 1 FROM log_event WHERE log_stream = log_stream.id AND at BETWEEN ? AND ?)
        """,
        (group, prefix, prefix, *(names or ()), *times),
    ).fetchall()
    return found


def _events_of(connection: Any, stream: int, name: str, parameters: tuple[object, ...], *, newest_first: bool) -> Iterator[LogEvent]:
    direction = "DESC" if newest_first else "ASC"
    rows = connection.execute(
        f"""
        SELECT id, at, ingested_at, message
        FROM log_event
        WHERE log_stream = ? AND at BETWEEN ? AND ? AND (at, id) > (?, ?) AND (at, id) < (?, ?)
        ORDER BY at {direction}, id {direction}
        """,
        (stream, *parameters),
    )
    for id, at, ingested_at, message in rows:
        yield LogEvent(id, name, at, ingested_at, message)


def _time_and_id(event: LogEvent) -> tuple[int, int]:
    return event.at, event.id


def insert_lines(connection: Any, lines: Iterable[LogLine], ingested_at: int) -> None:
    """As `Logs.append`, within a transaction that its caller has open."""
    ids: dict[tuple[str, str], int] = {}
    sizes: Counter[str] = Counter()
    for line in lines:
        id = ids.get((line.group, line.stream))
        if id is None:
            # Looked up each time: another process may have deleted the group meanwhile.
            _make_group(connection, line.group, line.at)
            _make_stream(connection, line.group, line.stream, line.at)
            id = ids[line.group, line.stream] = _stream_id(connection, line.group, line.stream)
        connection.execute(
            "INSERT INTO log_event (log_stream, at, ingested_at, message) VALUES (?, ?, ?, ?)",
            (id, line.at, ingested_at, line.message),
        )
        sizes[line.group] += len(line.message.encode())
    connection.executemany(
        "UPDATE log_group SET stored_bytes = stored_bytes + ? WHERE name = ?", [(size, name) for name, size in sizes.items()]
    )


def _make_group(connection: Any, name: str, at: int) -> bool:
    made = connection.execute("INSERT INTO log_group (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (name, at))
    return bool(made.rowcount == 1)


def _make_stream(connection: Any, group: str, name: str, at: int) -> bool:
    made = connection.execute(
        """
        INSERT INTO log_stream (log_group, name, created_at)
        SELECT id, ?, ? FROM log_group WHERE name = ?
        ON CONFLICT (log_group, name) DO NOTHING
        """,
        (name, at, group),
    )
    return bool(made.rowcount == 1)


def _stream_id(connection: Any, group: str, name: str) -> int:
    id: int = connection.execute(
        "SELECT id FROM log_stream WHERE log_group = (SELECT id FROM log_group WHERE name = ?) AND name = ?", (group, name)
    ).fetchone()[0]
    return id


def group_exists(connection: Any, name: str) -> bool:
    """Whether there is a group of this name, for a caller with a connection."""
    return connection.execute("SELECT 1 FROM log_group WHERE name = ?", (name,)).fetchone() is not None


def _tags(connection: Any, group: str) -> dict[str, str] | None:
    row = connection.execute("SELECT tags FROM log_group WHERE name = ?", (group,)).fetchone()
    return None if row is None else jsonvalue.loads(row[0])


def _set_tags(connection: Any, group: str, tags: Mapping[str, str]) -> None:
    connection.execute("UPDATE log_group SET tags = ? WHERE name = ?", (jsonvalue.dumps(tags), group))

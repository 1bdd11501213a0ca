"""The events of logs, in the streams of their groups (log_groups.py).

Ids of events increase with ingestion, so a follower reads the events above the last id it saw. Within
a stream, events are ordered by time, then by ingestion.
"""

from __future__ import annotations

import heapq
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from sfn_cli.store.records.logs import AFTER_ALL, ALWAYS, BEFORE_ALL, LogEvent, LogLine
from sfn_cli.store.sqlite.logs.log_groups import make_log_group, make_log_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database


class SqliteLogs:
    """The events in one store (protocols/logs.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, lines: Iterable[LogLine], ingested_at: int) -> None:
        with self._database.transaction() as connection:
            insert_log_lines(connection, lines, ingested_at)

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
        times = max(start, after[0]), min(end - 1, before[0])
        with self._database.reading() as connection:
            # The index has each stream's events in order. They are merged, so that only the
            # requested ones are read.
            events = [
                _log_events_of(connection, id, name, (*times, *after, *before), newest_first=newest_first)
                for id, name in _log_streams(connection, group, stream_prefix, streams, times)
            ]
            merged = heapq.merge(*events, key=_log_time_and_id, reverse=newest_first)
            return list(
                islice(
                    merged if matches is None else (event for event in merged if matches(event.message)),
                    limit,
                )
            )

    def after(self, group: str, last_id: int, limit: int = 10_000) -> list[LogEvent]:
        with self._database.reading() as connection:
            # The unary plus keeps SQLite from scanning the group's streams: the event id alone
            # finds the new events.
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
        """Returns the id of the latest event of all groups, 0 if there is none.

        A follower starts there.
        """
        with self._database.reading() as connection:
            id: int = connection.execute("SELECT coalesce(max(id), 0) FROM log_event").fetchone()[0]
            return id


def _log_streams(
    connection: Connection, group: str, prefix: str, names: Sequence[str] | None, times: tuple[int, int]
) -> list[tuple[int, str]]:
    """Returns the streams of a group that have events within these times."""
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


def _log_events_of(
    connection: Connection, stream: int, name: str, parameters: tuple[object, ...], *, newest_first: bool
) -> Iterator[LogEvent]:
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


def _log_time_and_id(event: LogEvent) -> tuple[int, int]:
    return event.at, event.id


def insert_log_lines(connection: Connection, lines: Iterable[LogLine], ingested_at: int) -> None:
    """Inserts lines as `SqliteLogs.append` does, within the caller's open transaction."""
    ids: dict[tuple[str, str], int] = {}
    sizes: Counter[str] = Counter()
    for line in lines:
        id = ids.get((line.group, line.stream))
        if id is None:
            # Looked up on every call: another process may have deleted the group since the last one.
            make_log_group(connection, line.group, line.at)
            make_log_stream(connection, line.group, line.stream, line.at)
            id = ids[line.group, line.stream] = _log_stream_id(connection, line.group, line.stream)
        connection.execute(
            "INSERT INTO log_event (log_stream, at, ingested_at, message) VALUES (?, ?, ?, ?)",
            (id, line.at, ingested_at, line.message),
        )
        sizes[line.group] += len(line.message.encode())
    connection.executemany(
        "UPDATE log_group SET stored_bytes = stored_bytes + ? WHERE name = ?",
        [(size, name) for name, size in sizes.items()],
    )


def _log_stream_id(connection: Connection, group: str, name: str) -> int:
    id: int = connection.execute(
        "SELECT id FROM log_stream WHERE log_group = (SELECT id FROM log_group WHERE name = ?) AND name = ?",
        (group, name),
    ).fetchone()[0]
    return id

"""Event buses, archives and their events, replays, API destinations, schedule groups (schema/0022)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.rules import ArchivedEvent, EventItem
from sfn_cli.store.sqlite.columns import columns_of, insert_columns
from sfn_cli.store.sqlite.events.rules import note_for_rules

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from typing import Any

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database

_COLUMNS = columns_of(EventItem)
_ARCHIVED = columns_of(ArchivedEvent)


class SqliteEventItems:
    """The items in one store (protocols/event_rules.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, item: EventItem) -> bool:
        with self._database.transaction() as connection:
            row = _item_row(item)
            is_new = connection.execute(
                insert_columns("event_item", row, "ON CONFLICT DO NOTHING"), row
            ).rowcount
            note_for_rules(connection)
        return bool(is_new)

    def find(self, kind: str, key: str) -> EventItem | None:
        with self._database.reading() as connection:
            return _find_item(connection, kind, key)

    def page(self, kind: str, prefix: str, after: str, limit: int) -> list[EventItem]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {_COLUMNS} FROM event_item
                WHERE kind = ? AND substr(key, 1, ?) = ? AND key > ? ORDER BY key LIMIT ?
                """,
                (kind, len(prefix), prefix, after, limit),
            ).fetchall()
        return [_item_from(row) for row in rows]

    def change(self, kind: str, key: str, change: Callable[[EventItem], EventItem]) -> EventItem | None:
        with self._database.transaction() as connection:
            old = _find_item(connection, kind, key)
            if old is None:
                return None
            new = change(old)
            row = _item_row(new)
            assignments = ", ".join(f"{name} = :{name}" for name in row)
            connection.execute(f"UPDATE event_item SET {assignments} WHERE kind = :kind AND key = :key", row)
        return new

    def delete(self, kind: str, key: str) -> bool:
        with self._database.transaction() as connection:
            old = _find_item(connection, kind, key)
            if old is None:
                return False
            connection.execute("DELETE FROM event_item WHERE kind = ? AND key = ?", (kind, key))
            connection.execute("DELETE FROM archived_event WHERE archive = ?", (old.arn,))
            note_for_rules(connection)
        return True


class SqliteArchives:
    """The events in the archives of one store (protocols/event_rules.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, events: Sequence[ArchivedEvent]) -> None:
        if not events:
            return
        with self._database.transaction() as connection:
            connection.executemany(
                f"INSERT OR IGNORE INTO archived_event ({_ARCHIVED}) VALUES (?, ?, ?, ?)", events
            )

    def between(
        self, archive: str, start: int, end: int, after: tuple[int, int], limit: int
    ) -> list[tuple[int, ArchivedEvent]]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT id, {_ARCHIVED} FROM archived_event
                WHERE archive = ? AND at >= ? AND at < ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?
                """,
                (archive, start, end, *after, limit),
            ).fetchall()
        return [(row[0], ArchivedEvent._make(row[1:])) for row in rows]

    def size(self, archive: str) -> tuple[int, int]:
        with self._database.reading() as connection:
            count, size = connection.execute(
                "SELECT count(*), coalesce(sum(length(event)), 0) FROM archived_event WHERE archive = ?",
                (archive,),
            ).fetchone()
        return count, size

    def prune(self, archive: str, before: int) -> int:
        with self._database.transaction() as connection:
            return connection.execute(
                "DELETE FROM archived_event WHERE archive = ? AND at < ?", (archive, before)
            ).rowcount


def _find_item(connection: sqlite3.Connection, kind: str, key: str) -> EventItem | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM event_item WHERE kind = ? AND key = ?", (kind, key)
    ).fetchone()
    return None if row is None else _item_from(row)


def _item_row(item: EventItem) -> dict[str, Any]:
    return {**item._asdict(), "details": dumps(item.details), "tags": dumps(item.tags)}


def _item_from(row: Row) -> EventItem:
    item = EventItem._make(row)
    return item._replace(details=json.loads(str(item.details)), tags=json.loads(str(item.tags)))

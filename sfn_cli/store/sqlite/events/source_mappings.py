"""Event source mappings and pipes (schema/0023_source_mappings.sql).

Rule 1: a worker that takes a shard owns it; when the worker dies, the shard can be taken again.
Rule 2: the position in a shard moves on in the transaction that stores the deliveries for what failed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.source_mappings import ShardPosition, SourceMapping
from sfn_cli.store.sqlite.columns import columns_of, insert_columns
from sfn_cli.store.sqlite.events.deliveries import insert_deliveries, record_deliveries
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sfn_cli.store.records.events.deliveries import NewDelivery
    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake

_COLUMNS = columns_of(SourceMapping)

_ACTIVE = """
    is_enabled AND NOT EXISTS (
        SELECT 1 FROM stack_resource r JOIN stack s ON s.id = r.stack
        WHERE r.physical_id = source_mapping.name AND s.is_stopped
        AND r.type = CASE kind WHEN 'pipe' THEN 'AWS::Pipes::Pipe' ELSE 'AWS::Lambda::EventSourceMapping' END
    )
"""


class SqliteSourceMappings:
    """The mappings in one store (protocols/source_mappings.py)."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def create(self, new: SourceMapping) -> SourceMapping | None:
        row = _mapping_row(new)
        with self._database.transaction() as connection:
            connection.execute(insert_columns("source_mapping", row, "ON CONFLICT DO NOTHING"), row)
            if not connection.execute("SELECT changes()").fetchone()[0]:
                return None
            created = _find_mapping(connection, new.kind, new.name)
        self._wake()
        return created

    def find(self, kind: str, name: str) -> SourceMapping | None:
        with self._database.reading() as connection:
            return _find_mapping(connection, kind, name)

    def page(
        self, kind: str, after: str, limit: int, *, source: str | None = None, function: str | None = None
    ) -> list[SourceMapping]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {_COLUMNS} FROM source_mapping
                WHERE kind = ? AND name > ? AND source_arn = ifnull(?, source_arn)
                AND (? IS NULL OR instr(target || ':', ':function:' || ? || ':'))
                ORDER BY name LIMIT ?
                """,
                (kind, after, source, function, function, limit),
            ).fetchall()
        return [_mapping_from(row) for row in rows]

    def change(
        self, kind: str, name: str, change: Callable[[SourceMapping], SourceMapping]
    ) -> SourceMapping | None:
        with self._database.transaction() as connection:
            old = _find_mapping(connection, kind, name)
            if old is None:
                return None
            new = change(old)
            row = _mapping_row(new)
            assignments = ", ".join(f"{column} = :{column}" for column in row)
            connection.execute(
                f"UPDATE source_mapping SET {assignments} WHERE id = :id", {**row, "id": old.id}
            )
        self._wake()
        return new

    def delete(self, kind: str, name: str) -> SourceMapping | None:
        with self._database.transaction() as connection:
            old = _find_mapping(connection, kind, name)
            if old is not None:
                connection.execute("DELETE FROM source_mapping WHERE id = ?", (old.id,))
        self._wake()
        return old

    def any_enabled(self) -> bool:
        with self._database.reading() as connection:
            return (
                connection.execute(f"SELECT 1 FROM source_mapping WHERE {_ACTIVE} LIMIT 1").fetchone()
                is not None
            )

    # For the worker

    def active(self) -> list[SourceMapping]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM source_mapping WHERE {_ACTIVE} ORDER BY id"
            ).fetchall()
        return [_mapping_from(row) for row in rows]

    def take_shard(
        self, id: int, stream: str, shard: str, owner: int, live: Collection[int]
    ) -> ShardPosition | None:
        others = ", ".join(map(str, {*live} - {owner}))
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM source_mapping WHERE id = ?", (id,)).fetchone() is None:
                return None
            connection.execute(
                """
                INSERT INTO source_shard (mapping, stream, shard) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
                """,
                (id, stream, shard),
            )
            row = connection.execute(
                f"""
                UPDATE source_shard SET owner = ?
                WHERE mapping = ? AND stream = ? AND shard = ? AND (owner IS NULL OR owner NOT IN ({others}))
                RETURNING position, state
                """,
                (owner, id, stream, shard),
            ).fetchone()
        return None if row is None else ShardPosition(*row)

    def advance(
        self,
        id: int,
        stream: str,
        shard: str,
        owner: int,
        new: ShardPosition,
        deliveries: Sequence[NewDelivery],
        at: int,
    ) -> bool:
        with self._database.transaction() as connection:
            moved = connection.execute(
                """
                UPDATE source_shard SET position = ?, state = ?
                WHERE mapping = ? AND stream = ? AND shard = ? AND owner = ?
                """,
                (*new, id, stream, shard, owner),
            ).rowcount
            if moved:
                insert_deliveries(connection, deliveries, at)
        if moved and deliveries:
            self._wake()
        return bool(moved)

    def note_results(
        self, results: Sequence[tuple[NewDelivery, str, str | None]], last: Mapping[int, str], at: int
    ) -> None:
        with self._database.transaction() as connection:
            record_deliveries(connection, results, at)
            for id, result in last.items():
                connection.execute("UPDATE source_mapping SET last_result = ? WHERE id = ?", (result, id))


def _find_mapping(connection: sqlite3.Connection, kind: str, name: str) -> SourceMapping | None:
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM source_mapping WHERE kind = ? AND name = ?", (kind, name)
    ).fetchone()
    return None if row is None else _mapping_from(row)


def _mapping_row(mapping: SourceMapping) -> dict[str, object]:
    row = {**mapping._asdict(), "configuration": dumps(mapping.configuration)}
    del row["id"]
    return row


def _mapping_from(row: Row) -> SourceMapping:
    mapping = SourceMapping._make(row)
    return mapping._replace(
        is_enabled=bool(mapping.is_enabled), configuration=json.loads(str(mapping.configuration))
    )

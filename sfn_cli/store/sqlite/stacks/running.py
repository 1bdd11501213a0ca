"""Stacks while they run (schema/0017_stacks.sql, 0021_stack_operations.sql)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.stacks import LostResource, StoredResource
from sfn_cli.store.sqlite.columns import columns_of
from sfn_cli.store.sqlite.stacks.rows import resource_from_row
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake

_RESOURCE = columns_of(StoredResource, "stack_resource")


class SqliteRunningStacks:
    """The running stacks in one store (protocols/running_stacks.py)."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def lost_resources(self, start: str) -> list[LostResource]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""SELECT name, folder, {_RESOURCE} FROM stack_resource JOIN stack ON stack.id = stack
                    WHERE server <> ? AND server NOT LIKE '%://%'
                    ORDER BY stack.created_at, stack.id, position, stack_resource.rowid""",
                (start,),
            ).fetchall()
        return [LostResource(row[0], row[1], resource_from_row(row[2:])) for row in rows]

    def move_resource(self, stack: str, old: StoredResource, new: StoredResource) -> bool:
        with self._database.transaction() as connection:
            return bool(
                connection.execute(
                    """UPDATE OR REPLACE stack_resource
                       SET server = ?, physical_id = ?, ref = ?, attributes = ?
                       WHERE stack = (SELECT id FROM stack WHERE name = ?)
                         AND logical_id = ? AND physical_id = ? AND status = ? AND server = ?""",
                    (
                        new.server,
                        new.physical_id,
                        dumps(new.ref),
                        dumps(new.attributes),
                        stack,
                        old.logical_id,
                        old.physical_id,
                        old.status,
                        old.server,
                    ),
                ).rowcount
            )

    def note_lost_data(self, stack: str, at: int) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE stack SET data_lost_at = ? WHERE name = ?", (at, stack))

    def stop(self, stack: str, *, is_stopped: bool) -> bool:
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE stack SET is_stopped = ? WHERE name = ?", (is_stopped, stack)
            ).rowcount
        self._wake()
        return bool(changed)

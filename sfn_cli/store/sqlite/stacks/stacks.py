"""Stacks and their resources (schema/0017_stacks.sql)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.stacks import StoredResource, StoredStack
from sfn_cli.store.sqlite.columns import columns_of, insert_columns
from sfn_cli.store.sqlite.stacks.deleted import add_deleted_stack
from sfn_cli.store.sqlite.stacks.events import add_stack_event
from sfn_cli.store.sqlite.stacks.operations import add_stack_step, begin_stack_operation, end_stack_operation
from sfn_cli.store.sqlite.stacks.rows import resource_from_row, resource_row, stack_from_row, stack_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from sfn_cli.store.records.stacks import StackEvent, StackOperation, StackStep
    from sfn_cli.store.sqlite.database import Database

_STACK = columns_of(StoredStack)
_OTHERS = ("name", "is_stopped", "data_lost_at")
"""The columns that a deploy leaves as they are: see `RunningStacks`."""

_RESOURCE = columns_of(StoredResource, "stack_resource")


class SqliteStacks:
    """The stacks in one store (protocols/stacks.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> StoredStack | None:
        return self._first_stack("WHERE name = ?", name)

    def find_by_arn(self, arn: str) -> StoredStack | None:
        return self._first_stack("WHERE arn = ?", arn)

    def in_folder(self, folder: str) -> list[StoredStack]:
        return self._stacks("WHERE folder = ? ORDER BY name", folder)

    def page(self, after: str, limit: int) -> list[StoredStack]:
        return self._stacks("WHERE name > ? ORDER BY name LIMIT ?", after, limit)

    def save(self, stack: StoredStack, event: StackEvent | None = None) -> None:
        with self._database.transaction() as connection:
            _save_stack(connection, stack, event)

    def begin(self, stack: StoredStack, operation: StackOperation, event: StackEvent | None = None) -> None:
        with self._database.transaction() as connection:
            begin_stack_operation(connection, operation)
            _save_stack(connection, stack, event)

    def finish(self, stack: StoredStack, event: StackEvent | None = None) -> None:
        with self._database.transaction() as connection:
            end_stack_operation(connection, stack.arn)
            _save_stack(connection, stack, event)

    def delete(
        self,
        name: str,
        at: int,
        event: StackEvent | None = None,
        resources: Sequence[StoredResource] = (),
    ) -> bool:
        with self._database.transaction() as connection:
            found = connection.execute(f"SELECT id, {_STACK} FROM stack WHERE name = ?", (name,)).fetchone()
            if found is None:
                return False
            stack = stack_from_row(found[1:])._replace(status="DELETE_COMPLETE", reason=None, updated_at=at)
            connection.execute("DELETE FROM stack_resource WHERE stack = ?", (found[0],))
            connection.execute("DELETE FROM stack WHERE id = ?", (found[0],))
            connection.execute("DELETE FROM change_set WHERE stack_arn = ?", (stack.arn,))
            end_stack_operation(connection, stack.arn)
            add_deleted_stack(connection, stack, resources, at)
            add_stack_event(connection, event)
            return True

    def resources(self, name: str) -> list[StoredResource]:
        with self._database.reading() as connection:
            return _stack_resources(connection, name)

    def save_resource(
        self,
        name: str,
        resource: StoredResource,
        events: Sequence[StackEvent] = (),
        step: StackStep | None = None,
    ) -> None:
        row = resource_row(resource)
        with self._database.transaction() as connection:
            row["stack"], arn = _stack_id(connection, name)
            connection.execute(insert_columns("stack_resource", row).replace("INSERT", "REPLACE", 1), row)
            if step is not None:
                add_stack_step(connection, arn, step)
            for event in events:
                add_stack_event(connection, event)

    def delete_resource(
        self, name: str, logical_id: str, physical_id: str, events: Sequence[StackEvent] = ()
    ) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM stack_resource WHERE stack = ? AND logical_id = ? AND physical_id = ?",
                (_stack_id(connection, name)[0], logical_id, physical_id),
            )
            for event in events:
                add_stack_event(connection, event)

    def owners(self, type: str, physical_id: str) -> list[StoredStack]:
        return self._stacks(
            """WHERE id IN (SELECT stack FROM stack_resource WHERE type = ? AND physical_id = ?)
               ORDER BY name""",
            type,
            physical_id,
        )

    def exports(self) -> dict[str, str]:
        return {
            output["ExportName"]: output["OutputValue"]
            for stack in self._stacks("ORDER BY name")
            for output in stack.outputs
            if "ExportName" in output
        }

    def exporter(self, export: str) -> str | None:
        names = (
            stack.name
            for stack in self._stacks("ORDER BY name")
            if any(output.get("ExportName") == export for output in stack.outputs)
        )
        return next(names, None)

    def importers(self, export: str) -> list[str]:
        return [stack.name for stack in self._stacks("ORDER BY name") if export in stack.imports]

    def _first_stack(self, which: str, *values: object) -> StoredStack | None:
        return next(iter(self._stacks(f"{which} LIMIT 1", *values)), None)

    def _stacks(self, which: str, *values: object) -> list[StoredStack]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_STACK} FROM stack {which}", values).fetchall()
        return [stack_from_row(row) for row in rows]


def _save_stack(connection: sqlite3.Connection, stack: StoredStack, event: StackEvent | None) -> None:
    row = stack_row(stack)
    changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in _OTHERS)
    connection.execute(insert_columns("stack", row, f"ON CONFLICT (name) DO UPDATE SET {changes}"), row)
    add_stack_event(connection, event)


def _stack_id(connection: sqlite3.Connection, name: str) -> tuple[int | None, str]:
    """Returns the key and the ARN of a stack; None as the key if it does not exist."""
    row = connection.execute("SELECT id, arn FROM stack WHERE name = ?", (name,)).fetchone()
    return (None, "") if row is None else (int(row[0]), str(row[1]))


def _stack_resources(connection: sqlite3.Connection, name: str) -> list[StoredResource]:
    rows = connection.execute(
        f"""SELECT {_RESOURCE} FROM stack_resource JOIN stack ON stack.id = stack
            WHERE name = ? ORDER BY position, stack_resource.rowid""",
        (name,),
    ).fetchall()
    return [resource_from_row(row) for row in rows]

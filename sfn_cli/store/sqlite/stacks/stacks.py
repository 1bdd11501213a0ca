"""Stacks and their resources (schema/0017_stacks.sql)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.stacks import StoredResource, StoredStack
from sfn_cli.store.sqlite.columns import columns_of, insert_columns

if TYPE_CHECKING:
    import sqlite3

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database

_STACK = columns_of(StoredStack)
_RESOURCE = columns_of(StoredResource, "stack_resource")
_STACK_JSON = ("parameters", "outputs", "left_out", "details")
_RESOURCE_JSON = ("properties", "ref", "attributes")


class SqliteStacks:
    """The stacks in one store (protocols/stacks.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str) -> StoredStack | None:
        return self._first_stack("WHERE name = ?", name)

    def in_folder(self, folder: str) -> list[StoredStack]:
        return self._stacks("WHERE folder = ? ORDER BY name", folder)

    def page(self, after: str, limit: int) -> list[StoredStack]:
        return self._stacks("WHERE name > ? ORDER BY name LIMIT ?", after, limit)

    def save(self, stack: StoredStack) -> None:
        row = _with_json(stack._asdict(), _STACK_JSON)
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "name")
        with self._database.transaction() as connection:
            connection.execute(
                insert_columns("stack", row, f"ON CONFLICT (name) DO UPDATE SET {changes}"), row
            )

    def delete(self, name: str) -> bool:
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM stack_resource WHERE stack = (SELECT id FROM stack WHERE name = ?)", (name,)
            )
            return bool(connection.execute("DELETE FROM stack WHERE name = ?", (name,)).rowcount)

    def resources(self, name: str) -> list[StoredResource]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""SELECT {_RESOURCE} FROM stack_resource JOIN stack ON stack.id = stack
                    WHERE name = ? ORDER BY position, stack_resource.rowid""",
                (name,),
            ).fetchall()
        return [_stack_resource_from(row) for row in rows]

    def resources_of_type(self, type: str) -> list[StoredResource]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_RESOURCE} FROM stack_resource WHERE type = ? ORDER BY physical_id", (type,)
            ).fetchall()
        return [_stack_resource_from(row) for row in rows]

    def save_resource(self, name: str, resource: StoredResource) -> None:
        row = _with_json(resource._asdict(), _RESOURCE_JSON)
        with self._database.transaction() as connection:
            row["stack"] = _stack_id(connection, name)
            connection.execute(insert_columns("stack_resource", row).replace("INSERT", "REPLACE", 1), row)

    def delete_resource(self, name: str, logical_id: str, physical_id: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM stack_resource WHERE stack = ? AND logical_id = ? AND physical_id = ?",
                (_stack_id(connection, name), logical_id, physical_id),
            )

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

    def _first_stack(self, which: str, *values: object) -> StoredStack | None:
        return next(iter(self._stacks(f"{which} LIMIT 1", *values)), None)

    def _stacks(self, which: str, *values: object) -> list[StoredStack]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_STACK} FROM stack {which}", values).fetchall()
        return [_stored_stack_from(row) for row in rows]


def _stack_id(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute("SELECT id FROM stack WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def _stored_stack_from(row: Row) -> StoredStack:
    stack = StoredStack._make(_from_json(row, StoredStack._fields, _STACK_JSON))
    return stack._replace(is_stopped=bool(stack.is_stopped))


def _stack_resource_from(row: Row) -> StoredResource:
    resource = StoredResource._make(_from_json(row, StoredResource._fields, _RESOURCE_JSON))
    return resource._replace(is_retained=bool(resource.is_retained))


def _with_json(row: dict[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    return {name: dumps(value) if name in members else value for name, value in row.items()}


def _from_json(row: Row, fields: tuple[str, ...], members: tuple[str, ...]) -> list[Any]:
    return [json.loads(value) if name in members else value for name, value in zip(fields, row, strict=True)]

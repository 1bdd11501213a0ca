"""Deleted stacks (schema/0021_stack_operations.sql)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.stacks import DeletedStack, StoredResource, StoredStack
from sfn_cli.store.sqlite.stacks.events import KEPT_MILLISECONDS
from sfn_cli.store.sqlite.stacks.rows import resource_from_text, resource_text, stack_from_text, stack_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database


class SqliteDeletedStacks:
    """The deleted stacks in one store (protocols/stacks.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, arn: str) -> DeletedStack | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT facts, deleted_at FROM deleted_stack WHERE arn = ?", (arn,)
            ).fetchone()
        return None if row is None else _deleted_stack_from(row)

    def page(self, after: tuple[int, str] | None, limit: int) -> list[DeletedStack]:
        at, arn = after or (1 << 62, "")
        with self._database.reading() as connection:
            rows = connection.execute(
                """SELECT facts, deleted_at FROM deleted_stack WHERE (deleted_at, arn) < (?, ?)
                   ORDER BY deleted_at DESC, arn DESC LIMIT ?""",
                (at, arn, limit),
            ).fetchall()
        return [_deleted_stack_from(row) for row in rows]


def add_deleted_stack(
    connection: sqlite3.Connection, stack: StoredStack, resources: Sequence[StoredResource], at: int
) -> None:
    """Adds a stack to the deleted ones, in the open transaction, and prunes those that are too old."""
    facts = dumps({"stack": stack_text(stack), "resources": [resource_text(one) for one in resources]})
    connection.execute(
        "INSERT OR REPLACE INTO deleted_stack (arn, name, facts, deleted_at) VALUES (?, ?, ?, ?)",
        (stack.arn, stack.name, facts, at),
    )
    oldest = at - KEPT_MILLISECONDS
    connection.execute(
        """DELETE FROM stack_event
           WHERE stack_arn IN (SELECT arn FROM deleted_stack WHERE deleted_at < ?)""",
        (oldest,),
    )
    connection.execute("DELETE FROM deleted_stack WHERE deleted_at < ?", (oldest,))


def _deleted_stack_from(row: Row) -> DeletedStack:
    facts = json.loads(row[0])
    stack = stack_from_text(facts["stack"])
    resources = [resource_from_text(text) for text in facts["resources"]]
    assert stack is not None
    return DeletedStack(stack, [one for one in resources if one is not None], row[1])

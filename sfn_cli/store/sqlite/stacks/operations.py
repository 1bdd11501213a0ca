"""Operations that change stacks, and their steps (schema/0027_stack_steps.sql)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.stacks import StackOperation, StackStep
from sfn_cli.store.sqlite.columns import columns_of, insert_columns
from sfn_cli.store.sqlite.stacks.events import KEPT_MILLISECONDS
from sfn_cli.store.sqlite.stacks.rows import resource_from_text, resource_text, stack_from_text, stack_text

if TYPE_CHECKING:
    import sqlite3

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database

_COLUMNS = columns_of(StackOperation)
_NOT_ROLLED_BACK = ("CLEANUP", "DELETE")
"""The verbs of operations that are only ever continued."""

_STEP = columns_of(StackStep)


class SqliteStackOperations:
    """The operations on stacks in one store (protocols/stacks.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, stack_arn: str) -> StackOperation | None:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {_COLUMNS} FROM stack_operation WHERE stack_arn = ?", (stack_arn,)
            ).fetchone()
        return None if row is None else _stack_operation_from(row)

    def unfinished(self) -> list[StackOperation]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM stack_operation ORDER BY started_at, stack_arn"
            ).fetchall()
        return [_stack_operation_from(row) for row in rows]

    def steps(self, stack_arn: str) -> list[StackStep]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_STEP} FROM stack_step WHERE stack_arn = ? ORDER BY id", (stack_arn,)
            ).fetchall()
        return [_stack_step_from(row) for row in rows]

    def forget_step(self, id: int) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM stack_step WHERE id = ?", (id,))

    def cancel(self, stack_arn: str) -> bool:
        with self._database.transaction() as connection:
            return bool(
                connection.execute(
                    "UPDATE stack_operation SET is_cancelled = 1 WHERE stack_arn = ?", (stack_arn,)
                ).rowcount
            )


def begin_stack_operation(connection: sqlite3.Connection, operation: StackOperation) -> None:
    """Adds an operation, in the open transaction, and prunes events that are too old."""
    if operation.verb in _NOT_ROLLED_BACK:
        end_stack_operation(connection, operation.stack_arn)
    connection.execute(
        """INSERT INTO stack_operation (stack_arn, verb, before, options, started_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (stack_arn) DO UPDATE SET verb = excluded.verb, options = excluded.options,
               is_cancelled = 0, started_at = excluded.started_at""",
        (
            operation.stack_arn,
            operation.verb,
            stack_text(operation.before),
            dumps(operation.options),
            operation.started_at,
        ),
    )
    connection.execute(
        "DELETE FROM stack_event WHERE stack_arn = ? AND at < ?",
        (operation.stack_arn, operation.started_at - KEPT_MILLISECONDS),
    )


def add_stack_step(connection: sqlite3.Connection, stack_arn: str, step: StackStep) -> None:
    """Adds a step, in the open transaction."""
    row = {
        "stack_arn": stack_arn,
        "logical_id": step.logical_id,
        "action": step.action,
        "before": resource_text(step.before),
        "physical_id": step.physical_id,
        "properties": None if step.properties is None else dumps(step.properties),
    }
    connection.execute(insert_columns("stack_step", row), row)


def end_stack_operation(connection: sqlite3.Connection, stack_arn: str) -> None:
    """Deletes an operation and its steps, in the open transaction."""
    connection.execute("DELETE FROM stack_step WHERE stack_arn = ?", (stack_arn,))
    connection.execute("DELETE FROM stack_operation WHERE stack_arn = ?", (stack_arn,))


def _stack_operation_from(row: Row) -> StackOperation:
    operation = StackOperation._make(row)
    return operation._replace(
        before=stack_from_text(row[StackOperation._fields.index("before")]),
        options=json.loads(row[StackOperation._fields.index("options")]),
        is_cancelled=bool(operation.is_cancelled),
    )


def _stack_step_from(row: Row) -> StackStep:
    before, properties = (row[StackStep._fields.index(name)] for name in ("before", "properties"))
    return StackStep._make(row)._replace(
        before=resource_from_text(before), properties=None if properties is None else json.loads(properties)
    )

"""Events of stacks (schema/0021_stack_operations.sql)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.stacks import StackEvent
from sfn_cli.store.sqlite.columns import columns_of, insert_columns

if TYPE_CHECKING:
    import sqlite3

    from sfn_cli.store.sqlite.database import Database

KEPT_MILLISECONDS = 90 * 24 * 60 * 60 * 1000
"""How long events and deleted stacks are kept, as in CloudFormation."""

_COLUMNS = columns_of(StackEvent)


class SqliteStackEvents:
    """The events of stacks in one store (protocols/stacks.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, event: StackEvent) -> None:
        with self._database.transaction() as connection:
            add_stack_event(connection, event)

    def page(self, stack_arn: str, before: int | None, limit: int) -> list[StackEvent]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""SELECT {_COLUMNS} FROM stack_event WHERE stack_arn = ? AND id < ifnull(?, 1 << 62)
                    ORDER BY id DESC LIMIT ?""",
                (stack_arn, before, limit),
            ).fetchall()
        return [StackEvent._make(row) for row in rows]


def add_stack_event(connection: sqlite3.Connection, event: StackEvent | None) -> None:
    """Adds an event, if there is one, to the open transaction."""
    if event is None:
        return
    last = connection.execute(
        "SELECT at FROM stack_event WHERE stack_arn = ? ORDER BY id DESC LIMIT 1", (event.stack_arn,)
    ).fetchone()
    row = event._replace(at=event.at if last is None else max(event.at, last[0] + 1))._asdict()
    del row["id"]
    connection.execute(insert_columns("stack_event", row), row)

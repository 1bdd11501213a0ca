"""Change sets (schema/0021_stack_operations.sql)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.change_sets import ChangeSet
from sfn_cli.store.sqlite.columns import columns_of, insert_columns

if TYPE_CHECKING:
    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database

_COLUMNS = columns_of(ChangeSet)


class SqliteChangeSets:
    """The change sets in one store (protocols/change_sets.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, arn: str) -> ChangeSet | None:
        return next(iter(self._change_sets("WHERE arn = ?", arn)), None)

    def of_stack(self, stack_arn: str) -> list[ChangeSet]:
        return self._change_sets("WHERE stack_arn = ? ORDER BY created_at, rowid", stack_arn)

    def save(self, change_set: ChangeSet) -> None:
        row = {**change_set._asdict(), "facts": dumps(change_set.facts)}
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "arn")
        with self._database.transaction() as connection:
            connection.execute(
                insert_columns("change_set", row, f"ON CONFLICT (arn) DO UPDATE SET {changes}"), row
            )

    def delete(self, arn: str) -> bool:
        with self._database.transaction() as connection:
            return bool(connection.execute("DELETE FROM change_set WHERE arn = ?", (arn,)).rowcount)

    def _change_sets(self, which: str, *values: object) -> list[ChangeSet]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM change_set {which}", values).fetchall()
        return [_change_set_from(row) for row in rows]


def _change_set_from(row: Row) -> ChangeSet:
    change_set = ChangeSet._make(row)
    return change_set._replace(facts=json.loads(row[ChangeSet._fields.index("facts")]))

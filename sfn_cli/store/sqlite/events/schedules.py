"""Schedules of EventBridge Scheduler (schema/0022_event_rules.sql). Rule 2 of `rules.py` holds here too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.rules import Schedule
from sfn_cli.store.sqlite.columns import columns_of, insert_columns
from sfn_cli.store.sqlite.events.deliveries import insert_deliveries
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from typing import Any

    from sfn_cli.store.records.events.deliveries import NewDelivery
    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake

_COLUMNS = columns_of(Schedule)

_IS_ACTIVE = """
    state = 'ENABLED' AND NOT EXISTS (
        SELECT 1 FROM stack s JOIN stack_resource r ON r.stack = s.id
        WHERE s.is_stopped AND r.type = 'AWS::Scheduler::Schedule'
          AND json_extract(r.attributes, '$.Arn') = schedule.arn
    )
"""


class SqliteSchedules:
    """The schedules in one store (protocols/event_rules.py). `wake` wakes a worker."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def create(self, schedule: Schedule) -> bool:
        with self._database.transaction() as connection:
            row = _schedule_row(schedule)
            is_new = connection.execute(
                insert_columns("schedule", row, "ON CONFLICT DO NOTHING"), row
            ).rowcount
        if schedule.next_at is not None:
            self._wake()
        return bool(is_new)

    def find(self, arn: str) -> Schedule | None:
        with self._database.reading() as connection:
            return _find_schedule(connection, arn)

    def page(self, group: str | None, prefix: str, after: str, limit: int) -> list[Schedule]:
        after_group, _, after_name = after.partition("/")
        return self._read_schedules(
            """
            group_name = ifnull(?, group_name) AND substr(name, 1, ?) = ? AND (group_name, name) > (?, ?)
            ORDER BY group_name, name LIMIT ?
            """,
            group, len(prefix), prefix, after_group, after_name, limit,
        )  # fmt: skip

    def change(self, arn: str, change: Callable[[Schedule], Schedule]) -> Schedule | None:
        with self._database.transaction() as connection:
            old = _find_schedule(connection, arn)
            if old is None:
                return None
            new = change(old)
            row = _schedule_row(new)
            assignments = ", ".join(f"{name} = :{name}" for name in row)
            connection.execute(f"UPDATE schedule SET {assignments} WHERE arn = :arn", row)
        if new.next_at is not None:
            self._wake()
        return new

    def delete(self, arn: str) -> bool:
        with self._database.transaction() as connection:
            return bool(connection.execute("DELETE FROM schedule WHERE arn = ?", (arn,)).rowcount)

    def delete_group(self, group: str) -> int:
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM schedule WHERE group_name = ?", (group,)).rowcount

    def any_enabled(self) -> bool:
        return bool(self._read_schedules(f"next_at IS NOT NULL AND {_IS_ACTIVE} LIMIT 1"))

    def due(self, at: int) -> list[Schedule]:
        return self._read_schedules(f"next_at <= ? AND {_IS_ACTIVE} ORDER BY next_at", at)

    def fire(
        self,
        schedule: Schedule,
        next_at: int | None,
        deliveries: Sequence[NewDelivery],
        at: int,
        *,
        is_deleted: bool,
    ) -> bool:
        with self._database.transaction() as connection:
            is_first = connection.execute(
                "UPDATE schedule SET next_at = ? WHERE arn = ? AND next_at = ? AND modified_at = ?",
                (next_at, schedule.arn, schedule.next_at, schedule.modified_at),
            ).rowcount
            if is_first:
                insert_deliveries(connection, deliveries, at)
                if is_deleted:
                    connection.execute("DELETE FROM schedule WHERE arn = ?", (schedule.arn,))
        return bool(is_first)

    def _read_schedules(self, which: str, *values: object) -> list[Schedule]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM schedule WHERE {which}", values).fetchall()
        return [_schedule_from(row) for row in rows]


def _find_schedule(connection: sqlite3.Connection, arn: str) -> Schedule | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM schedule WHERE arn = ?", (arn,)).fetchone()
    return None if row is None else _schedule_from(row)


def _schedule_row(schedule: Schedule) -> dict[str, Any]:
    return {**schedule._asdict(), "details": dumps(schedule.details)}


def _schedule_from(row: Row) -> Schedule:
    schedule = Schedule._make(row)
    return schedule._replace(details=json.loads(str(schedule.details)))

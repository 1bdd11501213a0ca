"""The rules of event buses (schema/0022_event_rules.sql).

Rule 1: status changes of executions are noted from the transaction that enables a rule for them.
Rule 2: a due schedule's deliveries and its next time are one transaction, by whichever worker is first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.rules import EventRule
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

_COLUMNS = columns_of(EventRule)
_JSON = ("details", "targets", "tags")

_IS_ACTIVE = """
    state <> 'DISABLED' AND NOT EXISTS (
        SELECT 1 FROM stack s JOIN stack_resource r ON r.stack = s.id
        WHERE s.is_stopped AND r.type = 'AWS::Events::Rule'
          AND r.physical_id IN (
              event_rule.name, substr(bus_arn, instr(bus_arn, 'event-bus/') + 10) || '|' || event_rule.name
          )
    )
"""


class SqliteEventRules:
    """The rules in one store (protocols/event_rules.py). `wake` wakes a worker."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def put(self, rule: EventRule) -> None:
        row = _rule_row(rule)
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "arn")
        with self._database.transaction() as connection:
            connection.execute(
                insert_columns("event_rule", row, f"ON CONFLICT (arn) DO UPDATE SET {changes}"), row
            )
            note_for_rules(connection)
        if rule.next_at is not None:
            self._wake()

    def find(self, arn: str) -> EventRule | None:
        with self._database.reading() as connection:
            return _find_rule(connection, arn)

    def page(self, bus_arn: str, prefix: str, after: str, limit: int) -> list[EventRule]:
        return self._read_rules(
            "bus_arn = ? AND substr(name, 1, ?) = ? AND name > ? ORDER BY name LIMIT ?",
            bus_arn, len(prefix), prefix, after, limit,
        )  # fmt: skip

    def change(self, arn: str, change: Callable[[EventRule], EventRule]) -> EventRule | None:
        with self._database.transaction() as connection:
            old = _find_rule(connection, arn)
            if old is None:
                return None
            new = change(old)
            row = _rule_row(new)
            assignments = ", ".join(f"{name} = :{name}" for name in row)
            connection.execute(f"UPDATE event_rule SET {assignments} WHERE arn = :arn", row)
            note_for_rules(connection)
        if new.next_at is not None:
            self._wake()
        return new

    def delete(self, arn: str) -> bool:
        with self._database.transaction() as connection:
            is_deleted = bool(connection.execute("DELETE FROM event_rule WHERE arn = ?", (arn,)).rowcount)
            note_for_rules(connection)
        return is_deleted

    def matching_candidates(self, bus_arn: str) -> list[EventRule]:
        return self._read_rules(
            f"bus_arn = ? AND pattern IS NOT NULL AND {_IS_ACTIVE} ORDER BY name", bus_arn
        )

    def any_enabled(self) -> bool:
        return bool(self._read_rules(f"next_at IS NOT NULL AND targets <> '[]' AND {_IS_ACTIVE} LIMIT 1"))

    def due(self, at: int) -> list[EventRule]:
        return self._read_rules(f"next_at <= ? AND {_IS_ACTIVE} ORDER BY next_at", at)

    def fire(self, rule: EventRule, next_at: int | None, deliveries: Sequence[NewDelivery], at: int) -> bool:
        with self._database.transaction() as connection:
            is_first = connection.execute(
                "UPDATE event_rule SET next_at = ? WHERE arn = ? AND next_at = ? AND schedule = ?",
                (next_at, rule.arn, rule.next_at, rule.schedule),
            ).rowcount
            if is_first:
                insert_deliveries(connection, deliveries, at)
        return bool(is_first)

    def _read_rules(self, which: str, *values: object) -> list[EventRule]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM event_rule WHERE {which}", values).fetchall()
        return [_rule_from(row) for row in rows]


def note_for_rules(connection: sqlite3.Connection) -> None:
    """Notes status changes from now on if a rule or an archive of a default bus may take them."""
    is_needed = connection.execute(
        """
        SELECT EXISTS (
            SELECT 1 FROM event_rule
            WHERE pattern IS NOT NULL AND state <> 'DISABLED' AND substr(bus_arn, -18) = ':event-bus/default'
        ) OR EXISTS (
            SELECT 1 FROM event_item
            WHERE kind = 'archive'
              AND substr(json_extract(details, '$.EventSourceArn'), -18) = ':event-bus/default'
        )
        """
    ).fetchone()[0]
    if is_needed:
        connection.execute("INSERT OR IGNORE INTO status_receiver (name) VALUES ('rules')")
    else:
        connection.execute("DELETE FROM status_receiver WHERE name = 'rules'")


def _find_rule(connection: sqlite3.Connection, arn: str) -> EventRule | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM event_rule WHERE arn = ?", (arn,)).fetchone()
    return None if row is None else _rule_from(row)


def _rule_row(rule: EventRule) -> dict[str, Any]:
    row = rule._asdict()
    return {**row, **{name: dumps(row[name]) for name in _JSON}}


def _rule_from(row: Row) -> EventRule:
    rule = EventRule._make(row)
    return rule._replace(**{name: json.loads(getattr(rule, name)) for name in _JSON})

"""Deliveries (schema/0020_deliveries.sql): events on their way from a source to a target.

Rule 1: a source acknowledges an event only after its deliveries are stored.
Rule 2: a worker that takes a delivery owns it; when the worker dies, its deliveries can be taken again.
Rule 3: a delivery to a function ends in the transaction that stores the function's event.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.deliveries import DELIVERED, FAILED, PENDING, Delivery, NewDelivery
from sfn_cli.store.sqlite.columns import columns_of
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping, Sequence

    from sfn_cli.store.sqlite.columns import Row
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake

_COLUMNS = columns_of(Delivery)


class SqliteDeliveries:
    """The deliveries in one store (protocols/deliveries.py)."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    # For sources and people

    def add(self, deliveries: Sequence[NewDelivery], at: int) -> None:
        if not deliveries:
            return
        with self._database.transaction() as connection:
            insert_deliveries(connection, deliveries, at)
        self._wake()

    def record(self, delivery: NewDelivery, status: str, result: str | None, at: int) -> None:
        with self._database.transaction() as connection:
            record_deliveries(connection, [(delivery, status, result)], at)

    def find(self, event_id: str) -> list[Delivery]:
        return self._read("WHERE event_id = ? ORDER BY id", event_id)

    def changed_since(self, at: int) -> list[Delivery]:
        return self._read("WHERE changed_at >= ? ORDER BY changed_at, id", at)

    def latest_failed(self, limit: int) -> list[Delivery]:
        return self._read(f"WHERE status = '{FAILED}' ORDER BY changed_at DESC, id DESC LIMIT ?", limit)

    # For the worker

    def any(self) -> bool:
        with self._database.reading() as connection:
            row = connection.execute("SELECT 1 FROM delivery WHERE status = 'PENDING' LIMIT 1").fetchone()
        return row is not None

    def waiting(self, owner: int, live: Collection[int]) -> bool:
        others = ", ".join(map(str, {*live} - {owner})) or "-1"
        with self._database.reading() as connection:
            row = connection.execute(
                f"""
                SELECT 1 FROM delivery
                WHERE status = 'PENDING' AND (owner IS NULL OR owner NOT IN ({others})) LIMIT 1
                """
            ).fetchone()
        return row is not None

    def take(self, owner: int, live: Collection[int], at: int, limit: int) -> list[Delivery]:
        others = ", ".join(map(str, {*live, owner}))
        with self._database.transaction() as connection:
            taken = connection.execute(
                f"""
                UPDATE delivery SET owner = ? WHERE id IN (
                    SELECT id FROM delivery
                    WHERE status = 'PENDING' AND due_at <= ? AND (owner IS NULL OR owner NOT IN ({others}))
                    ORDER BY due_at, id
                    LIMIT ?
                )
                RETURNING id
                """,
                (owner, at, limit),
            ).fetchall()
            ids = ", ".join(str(id) for (id,) in taken)
            return self._read(f"WHERE id IN ({ids}) ORDER BY due_at, id") if ids else []

    def retry(self, owner: int, id: int, due_at: int, result: str, at: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                """
                UPDATE delivery SET tries = tries + 1, due_at = ?, changed_at = ?, owner = NULL, result = ?
                WHERE id = ? AND owner = ? AND status = 'PENDING'
                """,
                (due_at, at, result, id, owner),
            )

    def end(self, owner: int, id: int, status: str, result: str | None, at: int) -> None:
        with self._database.transaction() as connection:
            _end_delivery(connection, owner, id, status, result, at)

    def end_delivered(self, owner: int, results: Mapping[int, str], at: int) -> None:
        with self._database.transaction() as connection:
            for id, result in results.items():
                _end_delivery(connection, owner, id, DELIVERED, result, at)

    def invoke(self, owner: int, id: int, request_id: str, function_ref: str, payload: str, at: int) -> None:
        with self._database.transaction() as connection:
            if _end_delivery(connection, owner, id, DELIVERED, request_id, at):
                connection.execute(
                    """
                    INSERT INTO function_event
                        (request_id, function_ref, payload, client_context, sent_at, due_at)
                    VALUES (?, ?, ?, NULL, ?, ?)
                    """,
                    (request_id, function_ref, payload, at, at),
                )
        self._wake()

    def prune(self, before: int) -> int:
        with self._database.transaction() as connection:
            return connection.execute(
                "DELETE FROM delivery WHERE status <> 'PENDING' AND changed_at < ?", (before,)
            ).rowcount

    def _read(self, which: str, *values: object) -> list[Delivery]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM delivery {which}", values).fetchall()
        return [_delivery_from(row) for row in rows]


def insert_deliveries(connection: sqlite3.Connection, deliveries: Sequence[NewDelivery], at: int) -> None:
    """Stores deliveries in the caller's transaction. One that is stored already is left as it is."""
    connection.executemany(
        """
        INSERT OR IGNORE INTO delivery
            (event_id, source, target, target_key, options, payload, created_at, due_at, changed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [(*_new_row(delivery), at, at, at) for delivery in deliveries],
    )


def record_deliveries(
    connection: sqlite3.Connection, ended: Sequence[tuple[NewDelivery, str, str | None]], at: int
) -> None:
    """Stores deliveries that have ended, each with its status and result, in the caller's transaction."""
    connection.executemany(
        """
        INSERT OR IGNORE INTO delivery
            (event_id, source, target, target_key, options, payload,
             status, created_at, due_at, changed_at, tries, result)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)
        """,
        [(*_new_row(delivery), status, at, at, at, result) for delivery, status, result in ended],
    )


def _end_delivery(
    connection: sqlite3.Connection, owner: int, id: int, status: str, result: str | None, at: int
) -> bool:
    assert status in (DELIVERED, FAILED)
    return bool(
        connection.execute(
            """
            UPDATE delivery SET status = ?, changed_at = ?, tries = tries + 1, owner = NULL, result = ?
            WHERE id = ? AND owner = ? AND status = ?
            """,
            (status, at, result, id, owner, PENDING),
        ).rowcount
    )


def _new_row(delivery: NewDelivery) -> tuple[str, ...]:
    return (
        delivery.event_id,
        delivery.source,
        delivery.target,
        delivery.target_key,
        dumps(delivery.options),
        delivery.payload,
    )


def _delivery_from(row: Row) -> Delivery:
    delivery = Delivery._make(row)
    return delivery._replace(options=json.loads(str(delivery.options)))

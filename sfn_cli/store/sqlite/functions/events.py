"""Invocations of the type Event: stored until a function has handled them or failed too often.

Rule 1: a worker that takes an event owns it; when the worker dies, its events can be taken again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import RowError
from sfn_cli.store.records.function_events import FunctionEvent
from sfn_cli.store.sqlite.events.deliveries import insert_deliveries
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sfn_cli.store.records.events.deliveries import NewDelivery
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake


_COLUMNS = "id, request_id, function_ref, payload, client_context, sent_at, tries"


class SqliteFunctionEvents:
    """The events in one store. Times are milliseconds since 1970 (protocols/functions.py)."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def add(
        self, request_id: str, function_ref: str, payload: str, client_context: str | None, at: int
    ) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                """
                INSERT INTO function_event
                    (request_id, function_ref, payload, client_context, sent_at, due_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                (request_id, function_ref, payload, client_context, at, at),
            )
        self._wake()

    def any(self) -> bool:
        """Whether there is an event, whatever its owner."""
        with self._database.reading() as connection:
            return connection.execute("SELECT 1 FROM function_event LIMIT 1").fetchone() is not None

    def waiting(self, owner: int, live: Collection[int]) -> bool:
        with self._database.reading() as connection:
            return (
                connection.execute(
                    f"SELECT 1 FROM function_event WHERE {_free_event_condition(live, owner)} LIMIT 1"
                ).fetchone()
                is not None
            )

    def take(self, owner: int, live: Collection[int], at: int, limit: int) -> list[FunctionEvent]:
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"""
                UPDATE function_event SET owner = ? WHERE id IN (
                    SELECT id FROM function_event
                    WHERE due_at <= ? AND {_free_event_condition(live, owner)}
                    ORDER BY due_at, id
                    LIMIT ?
                )
                RETURNING id
                """,
                (owner, at, limit),
            ).fetchall()
            return [self._read(id) for (id,) in sorted(rows)]

    def _read(self, id: int) -> FunctionEvent:
        """Returns the event in this row, in the caller's transaction.

        Each event is read separately, so that a damaged one does not delay the others.
        """
        try:
            with self._database.reading() as connection:
                return FunctionEvent(
                    *connection.execute(
                        f"SELECT {_COLUMNS} FROM function_event WHERE id = ?", (id,)
                    ).fetchone()
                )
        except RowError as error:
            return FunctionEvent(id, "?", "?", "", None, 0, 0, error)

    def retry(self, owner: int, id: int, due_at: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE function_event SET tries = tries + 1, due_at = ?, owner = NULL "
                "WHERE id = ? AND owner = ?",
                (due_at, id, owner),
            )

    def postpone(self, owner: int, id: int, due_at: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE function_event SET due_at = ?, owner = NULL WHERE id = ? AND owner = ?",
                (due_at, id, owner),
            )

    def end(self, owner: int, id: int, deliveries: Sequence[NewDelivery], at: int) -> None:
        with self._database.transaction() as connection:
            ended = connection.execute(
                "DELETE FROM function_event WHERE id = ? AND owner = ?", (id, owner)
            ).rowcount
            if ended:
                insert_deliveries(connection, deliveries, at)
        if deliveries:
            self._wake()

    def remove(self, owner: int, id: int) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM function_event WHERE id = ? AND owner = ?", (id, owner))


def _free_event_condition(live: Collection[int], owner: int) -> str:
    """Returns the condition that no live worker owns an event, not even `owner`."""
    return f"(owner IS NULL OR owner NOT IN ({', '.join(map(str, {*live, owner}))}))"

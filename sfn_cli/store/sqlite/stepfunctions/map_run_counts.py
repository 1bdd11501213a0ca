"""The numbers of a Map Run's children, and of their items, by status: stored, not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection


def count_map_run_ends(connection: Connection, ended: Iterable[int]) -> None:
    """Updates the counts of Map Runs for child executions that have ended.

    They are no longer counted as running, but under their current status.
    """
    rows = connection.execute(
        """
        SELECT map_run, status, count(*), sum(item_count) FROM execution
        WHERE id IN (SELECT value FROM json_each(?)) AND map_run IS NOT NULL
        GROUP BY map_run, status
        """,
        (jsonvalue.dumps(list(ended)),),
    ).fetchall()
    for map_run, status, executions, items in rows:
        add_map_run_counts(connection, map_run, status, executions, items)
        add_map_run_counts(connection, map_run, "RUNNING", -executions, -items)


def move_map_run_counts(connection: Connection, map_run: int, statuses: Iterable[str], status: str) -> None:
    """Moves the counts of children with one of these statuses to another status."""
    for moved in statuses:
        row = connection.execute(
            "SELECT executions, items FROM map_run_count WHERE map_run = ? AND status = ?", (map_run, moved)
        ).fetchone()
        if row is not None:
            add_map_run_counts(connection, map_run, moved, -row[0], -row[1])
            add_map_run_counts(connection, map_run, status, *row)


def add_map_run_counts(
    connection: Connection, map_run: int, status: str, executions: int, items: int
) -> None:
    """Adds to the count of a Map Run's children with this status."""
    connection.execute(
        """
        INSERT INTO map_run_count VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE
        SET executions = executions + excluded.executions, items = items + excluded.items
        """,
        (map_run, status, executions, items),
    )

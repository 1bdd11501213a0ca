"""The removal of deleted state machines: their executions first, in short transactions, then their rows.

Rule 1: what is removed has ended. Executions of the machine that still run, and tasks of other
executions that wait for one of its executions, postpone the removal.
Rule 2: a removal can stop after any transaction, for example because the process is killed. The next
worker continues it, or the next CreateStateMachine with that name.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sfn_cli.store.sqlite.keys import event_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database

REMOVAL_DELAY_MS = 60_000
"""How long the executions of a deleted machine can still be read, after it and they have ended."""

EXECUTIONS_AT_A_TIME = 200
"""How many executions one transaction removes, so that other writers need not wait long."""


def remove_due_machines(database: Database, now: int) -> bool:
    """Removes a part of each machine whose time has come. Returns whether there may be more."""
    with database.reading() as connection:
        due = _due_machines(connection, now)
    parts = [_remove_machine_part(database, arn) for arn in due]
    return any(parts)


def remove_machine(database: Database, arn: str) -> None:
    """Removes a deleted machine with this ARN and its executions, unless something needs them."""
    while _remove_machine_part(database, arn):
        pass


def _remove_machine_part(database: Database, arn: str) -> bool:
    """Removes some of the executions. Returns whether there may be more."""
    with database.transaction() as connection:
        if not _is_removable_machine(connection, arn):
            return False
        rows = connection.execute(
            "SELECT id FROM execution WHERE state_machine_arn = ? LIMIT ?", (arn, EXECUTIONS_AT_A_TIME)
        ).fetchall()
        found = (each for (id,) in rows for each in _removed_with(connection, id, EXECUTIONS_AT_A_TIME))
        removed = 0
        for each in islice(found, EXECUTIONS_AT_A_TIME):
            _remove_execution_rows(connection, each)
            removed += 1
        connection.execute("UPDATE removal SET executions = executions + ?", (removed,))
        delete_removed_machine(connection, arn)
        return removed > 0


def delete_removed_machine(connection: Connection, arn: str) -> None:
    """Deletes the row of a deleted machine, if it has no executions."""
    connection.execute(
        """
        DELETE FROM state_machine
        WHERE arn = ? AND status = 'DELETING'
          AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.state_machine_arn = state_machine.arn)
        """,
        (arn,),
    )


def _is_removable_machine(connection: Connection, arn: str) -> bool:
    """Whether the machine is deleted or gone, and nothing needs its executions (rule 1)."""
    (is_needed,) = connection.execute(
        """
        SELECT EXISTS (SELECT 1 FROM state_machine WHERE arn = :arn AND status <> 'DELETING')
            OR EXISTS (SELECT 1 FROM execution WHERE state_machine_arn = :arn AND status = 'RUNNING')
            OR EXISTS (
                SELECT 1 FROM execution e JOIN child c ON c.execution = e.id JOIN task t ON t.key = c.task
                WHERE e.state_machine_arn = :arn AND c.awaited AND t.open
            )
        """,
        {"arn": arn},
    ).fetchone()
    return not is_needed


def _due_machines(connection: Connection, now: int) -> list[str]:
    """Returns the machines that were deleted, and whose executions have ended, a while ago.

    The ends of executions with clocks of their own do not count.
    """
    rows = connection.execute(
        """
        SELECT m.arn FROM state_machine m
        WHERE m.status = 'DELETING' AND m.deleted_at <= :before
          AND NOT EXISTS (
              SELECT 1 FROM execution e
              WHERE e.state_machine_arn = m.arn
                AND (e.status = 'RUNNING' OR (e.clock IS NULL AND e.stopped_at > :before))
          )
        """,
        {"before": now - REMOVAL_DELAY_MS},
    )
    return [arn for (arn,) in rows.fetchall()]


def remove_execution(connection: Connection, id: int) -> None:
    """Removes an ended execution, in the caller's transaction."""
    for each in _removed_with(connection, id, -1):
        _remove_execution_rows(connection, each)
    connection.execute("UPDATE removal SET executions = executions + 1")


def _removed_with(connection: Connection, id: int, limit: int) -> Iterator[int]:
    """Yields the children of an execution's Map Runs, and then the execution: the order of removal.

    `limit` (-1: none) is how many the caller removes at most.
    """
    children = connection.execute(
        "SELECT e.id FROM map_run r JOIN execution e ON e.map_run = r.id "
        "WHERE r.task BETWEEN ? AND ? LIMIT ?",
        (*_event_keys_of_removed(id), limit),
    )
    for (child,) in children.fetchall():
        yield from _removed_with(connection, child, limit)
    yield id


def _remove_execution_rows(connection: Connection, id: int) -> None:
    """Removes an execution whose Map Runs have no children."""
    keys = _event_keys_of_removed(id)
    connection.execute(
        "DELETE FROM map_run_count WHERE map_run IN (SELECT id FROM map_run WHERE task BETWEEN ? AND ?)", keys
    )
    for table, column in (("map_run", "task"), ("child", "task"), ("task", "key"), ("event", "key")):
        connection.execute(f"DELETE FROM {table} WHERE {column} BETWEEN ? AND ?", keys)
    for table in ("child", "inbox", "clock_jump", "redrive_token", "status_change", "suspension"):
        connection.execute(f"DELETE FROM {table} WHERE execution = ?", (id,))
    connection.execute("DELETE FROM execution WHERE id = ?", (id,))


def _event_keys_of_removed(id: int) -> tuple[int, int]:
    """Returns the first and the last key that an event of the execution can have."""
    return event_key(id, 0), event_key(id + 1, 0) - 1

"""Suspensions: executions that sfn itself failed on.

An error inside sfn while it drives an execution is a bug, or damage to the execution's rows. It
must not affect other executions, and retrying endlessly would not help:

Rule 1: a failed attempt is stored with its traceback, and the execution is released for another
attempt.
Rule 2: after ATTEMPTS failed attempts without a new event, the execution is suspended: no worker
claims it. For the API, which has no such status, it stays RUNNING.
Rule 3: a worker of another version of sfn tries it again. Stopping it ends it, and a redrive starts
over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.store.records.stepfunctions.suspensions import ATTEMPTS, Fault, Suspension
from sfn_cli.store.sqlite.columns import columns_of
from sfn_cli.store.sqlite.keys import OWNER_OF_SUSPENDED
from sfn_cli.store.sqlite.stepfunctions.events import last_event

if TYPE_CHECKING:
    from collections.abc import Collection
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database


class SqliteSuspensions:
    """The suspended executions of one store (protocols/stepfunctions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Suspension]:
        with self._database.reading() as connection:
            return _suspensions(connection, "1")

    def of(self, execution_arn: str) -> Suspension | None:
        with self._database.reading() as connection:
            return next(iter(_suspensions(connection, "e.arn = ?", execution_arn)), None)

    def blocking(self, arns: Collection[str]) -> dict[str, Suspension]:
        with self._database.reading() as connection:
            # This runs at every poll of a waiting client, and nearly always nothing is suspended.
            any_suspended = connection.execute(
                f"""
                SELECT 1 FROM execution INDEXED BY execution_running
                WHERE status = 'RUNNING' AND owner = {OWNER_OF_SUSPENDED} LIMIT 1
                """
            )
            if any_suspended.fetchone() is None:
                return {}
            # From the suspended executions, which are few, up to those that wait for them; by row id.
            blocked = connection.execute(
                f"""
                WITH RECURSIVE blocked (id, suspended) AS (
                    SELECT id, id FROM execution INDEXED BY execution_running
                    WHERE status = 'RUNNING' AND owner = {OWNER_OF_SUSPENDED}
                    UNION
                    SELECT execution_of(c.task), suspended
                    FROM blocked JOIN child c ON c.execution = blocked.id WHERE c.awaited
                    UNION
                    SELECT execution_of(m.task), suspended
                    FROM blocked JOIN execution e ON e.id = blocked.id JOIN map_run m ON m.id = e.map_run
                )
                SELECT e.arn, min(suspended) FROM blocked JOIN execution e ON e.id = blocked.id
                WHERE e.arn IN (SELECT value FROM json_each(?)) GROUP BY e.id
                """,
                (jsonvalue.dumps(list(arns)),),
            ).fetchall()
            found = {arn: _suspensions(connection, "e.id = ?", suspended) for arn, suspended in blocked}
        return {arn: suspensions[0] for arn, suspensions in found.items() if suspensions}


def _suspensions(connection: Connection, condition: str, *parameters: object) -> list[Suspension]:
    """Returns the suspensions for whose execution `e` a condition is true, oldest first."""
    # Read as bytes: text that is not UTF-8 may be what sfn failed on.
    rows = connection.execute(
        f"""
        SELECT CAST(e.arn AS BLOB), {columns_of(Suspension, "s", execution_arn="NULL")}
        FROM suspension s JOIN execution e ON e.id = s.execution
        WHERE e.owner = {OWNER_OF_SUSPENDED} AND e.status = 'RUNNING' AND {condition}
        ORDER BY s.execution
        """,
        parameters,
    ).fetchall()
    return [
        Suspension._make(suspension)._replace(execution_arn=arn.decode("utf-8", "replace"))
        for arn, *suspension in rows
    ]


def suspend_execution(
    connection: Connection, execution: int, worker: int, fault: Fault, version: str, at: int
) -> int:
    """Stores a failed attempt of the worker and releases the execution.

    This happens in the caller's transaction. Returns how many attempts have failed; after ATTEMPTS
    failures, the execution is suspended. Returns 0, and changes nothing, if the worker no longer
    drives the execution.
    """
    held = connection.execute(
        "SELECT 1 FROM execution WHERE id = ? AND owner = ? AND status = 'RUNNING'", (execution, worker)
    )
    if held.fetchone() is None:
        return 0
    last, _ = last_event(connection, execution)
    (attempts,) = connection.execute(
        """
        INSERT INTO suspension (execution, attempts, last_event, version, failed_at, error, traceback)
        VALUES (?, 1, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET
            attempts = CASE WHEN last_event = excluded.last_event THEN attempts + 1 ELSE 1 END,
            last_event = excluded.last_event, version = excluded.version, failed_at = excluded.failed_at,
            error = excluded.error, traceback = excluded.traceback
        RETURNING attempts
        """,
        (
            execution,
            last,
            version,
            at,
            jsonvalue.well_formed_text(fault.error),
            jsonvalue.well_formed_text(fault.traceback),
        ),
    ).fetchone()
    connection.execute(
        "UPDATE execution SET owner = ? WHERE id = ?",
        (OWNER_OF_SUSPENDED if attempts >= ATTEMPTS else None, execution),
    )
    return int(attempts)


def retry_suspensions_of_other_versions(connection: Connection, version: str) -> None:
    """Releases, in the caller's transaction, the executions that another version failed on.

    Rows of executions that have since ended are deleted.
    """
    connection.execute(
        f"""
        UPDATE execution SET owner = NULL
        WHERE owner = {OWNER_OF_SUSPENDED} AND id IN (SELECT execution FROM suspension WHERE version <> ?)
        """,
        (version,),
    )
    connection.execute(
        """
        DELETE FROM suspension
        WHERE version <> ?
        OR execution IN (SELECT e.id FROM execution e WHERE e.id = execution AND e.status <> 'RUNNING')
        """,
        (version,),
    )

"""Suspensions: executions that sfn itself failed on.

An error inside sfn while it drives an execution is a bug, or damage to the execution's rows. It must not harm
other executions, and endless retries would not help:

Rule 1: a failed attempt is stored with its traceback, and the execution is released. Another attempt follows.
Rule 2: after ATTEMPTS without a new event in between, the execution is suspended. It stays RUNNING for the
API, which has no such status, and no worker claims it.
Rule 3: a worker of another version of sfn tries it again. A stop ends it, and a redrive starts over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.store.records.suspensions import ATTEMPTS, Fault, Suspension
from sfn_cli.store.sqlite.stepfunctions.events import last_event

if TYPE_CHECKING:
    from collections.abc import Collection

    from sfn_cli.store.sqlite.database import Database


SUSPENDED = -1
"""The owner of an execution that no worker may claim."""


class Suspensions:
    """The suspended executions of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Suspension]:
        """Every suspended execution, oldest first."""
        return self._where("1")

    def of(self, execution_arn: str) -> Suspension | None:
        """The suspension of the execution with this ARN, if it is suspended."""
        return next(iter(self._where("e.arn = ?", execution_arn)), None)

    def blocking(self, executions: Collection[int]) -> dict[int, int]:
        """Those of the executions in these rows that cannot end, each with the row of the suspended
        one that is the reason.

        That is the suspension of the execution itself, or of one that it awaits by a .sync task or
        a Map Run.
        """
        with self._database.reading() as connection:
            # Upwards from what is suspended, which is little, and by rows alone: it is read at
            # every look of whoever waits.
            rows = connection.execute(
                f"""
                WITH RECURSIVE blocked (id, suspended) AS (
                    SELECT id, id FROM execution INDEXED BY execution_running
                    WHERE status = 'RUNNING' AND owner = {SUSPENDED}
                    UNION
                    SELECT c.task >> 16, suspended FROM blocked JOIN child c ON c.execution = blocked.id WHERE c.awaited
                    UNION
                    SELECT m.task >> 16, suspended
                    FROM blocked JOIN execution e ON e.id = blocked.id JOIN map_run m ON m.id = e.map_run
                )
                SELECT id, min(suspended) FROM blocked WHERE id IN (SELECT value FROM json_each(?)) GROUP BY id
                """,
                (jsonvalue.dumps(list(executions)),),
            )
            return dict(rows.fetchall())

    def get(self, execution: int) -> Suspension | None:
        """The suspension of the execution in this row, if it is suspended."""
        return next(iter(self._where("e.id = ?", execution)), None)

    def _where(self, condition: str, *parameters: object) -> list[Suspension]:
        with self._database.reading() as connection:
            # As bytes: a text that is not UTF-8 may be what sfn failed on.
            rows = connection.execute(
                f"""
                SELECT s.execution, CAST(e.arn AS BLOB), s.attempts, s.version, s.failed_at, s.error, s.traceback
                FROM suspension s JOIN execution e ON e.id = s.execution
                WHERE e.owner = {SUSPENDED} AND e.status = 'RUNNING' AND {condition}
                ORDER BY s.execution
                """,
                parameters,
            ).fetchall()
        return [Suspension(id, arn.decode("utf-8", "replace"), *rest) for id, arn, *rest in rows]


def set_aside(connection: Any, execution: int, worker: int, fault: Fault, version: str, at: int) -> int:
    """Stores a failed attempt of the worker and releases the execution, in the caller's transaction.

    Returns how many attempts have failed: with ATTEMPTS of them the execution is suspended. Returns 0, and
    changes nothing, when the worker no longer drives the execution.
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
            jsonvalue.well_formed(fault.error),
            jsonvalue.well_formed(fault.traceback),
        ),
    ).fetchone()
    connection.execute(
        "UPDATE execution SET owner = ? WHERE id = ?",
        (SUSPENDED if attempts >= ATTEMPTS else None, execution),
    )
    return int(attempts)


def retry_those_of_other_versions(connection: Any, version: str) -> None:
    """Releases, in the caller's transaction, the executions that another version of sfn failed on.

    Rows of executions that have ended meanwhile are deleted.
    """
    connection.execute(
        f"""
        UPDATE execution SET owner = NULL
        WHERE owner = {SUSPENDED} AND id IN (SELECT execution FROM suspension WHERE version <> ?)
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

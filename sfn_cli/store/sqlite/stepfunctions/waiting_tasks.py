"""Tasks that wait for an answer from outside: `.waitForTaskToken` tasks and activities.

The query starts from the running executions, so tasks that were answered long ago are not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.store.records.stepfunctions.waiting_tasks import StoredWaitingTask, WaitingExecution
from sfn_cli.store.sqlite.columns import columns_of
from sfn_cli.store.sqlite.keys import event_key, event_of_key, execution_of_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database


def waiting_tasks(
    database: Database, execution_arn: str | None = None, limit: int = -1
) -> Iterator[StoredWaitingTask]:
    """Yields those of one execution or all, ordered by execution, oldest first, and then by event."""
    running = "execution e INDEXED BY execution_running" if execution_arn is None else "execution e"
    chosen = "" if execution_arn is None else "AND e.arn = ?"
    with database.reading() as connection:
        rows = connection.execute(
            f"""
            SELECT t.key, t.handle, t.beat_at, t.activity, t.taken, s.at, s.payload, s.details,
                   {columns_of(WaitingExecution, "e")}
            FROM {running}
            JOIN task t ON t.key > event_key(e.id, 0) AND t.key < event_key(e.id + 1, 0)
            JOIN event s ON s.key = t.key
            WHERE e.status = 'RUNNING' AND t.open {chosen}
              AND (t.activity IS NOT NULL OR json_extract(s.details, '$.resource') LIKE '%.waitForTaskToken')
            ORDER BY t.key
            LIMIT ?
            """,
            (limit,) if execution_arn is None else (execution_arn, limit),
        ).fetchall()
        for key, handle, beat_at, activity, taken, at, payload, details, *execution in rows:
            yield StoredWaitingTask(
                handle=handle,
                execution=WaitingExecution._make(execution),
                state=_state_of_waiting_task(connection, key),
                scheduled_at=at,
                beat_at=beat_at,
                input=payload,
                details=jsonvalue.loads(details),
                activity=activity,
                taken=bool(taken),
                worker=_worker_of_waiting_task(connection, key) if taken else None,
            )


def _state_of_waiting_task(connection: Connection, key: int) -> str:
    """Returns the name of the state that a task belongs to.

    The state was entered before the task's first attempt.
    """
    execution = execution_of_key(key)
    while True:
        previous, type, details = connection.execute(
            "SELECT previous, type, details FROM event WHERE key = ?", (key,)
        ).fetchone()
        if type.endswith("StateEntered"):
            return str(jsonvalue.loads(details)["name"])
        key = event_key(execution, previous)


def _worker_of_waiting_task(connection: Connection, key: int) -> str | None:
    """Returns the name of the worker that has taken a task, once the execution has recorded it."""
    row = connection.execute(
        "SELECT details FROM event WHERE key > ? AND key < ? AND previous = ? AND type = 'ActivityStarted'",
        (key, event_key(execution_of_key(key) + 1, 0), event_of_key(key)),
    ).fetchone()
    return None if row is None or row[0] is None else jsonvalue.loads(row[0]).get("workerName")

"""Tasks that can be answered from outside by their token (SendTaskSuccess and the like).

Rule 1: a task is answered once. An answer reported as accepted is final: the answer and its message
to the execution are one transaction, and no worker times out a task that was answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.interpreter import task_token
from sfn_cli.store.records.tasks import AnswerOutcome, Opened, TakenTask
from sfn_cli.store.sqlite.keys import event_key, event_of_key, execution_of_key
from sfn_cli.store.sqlite.stepfunctions.inbox import send_to_inbox
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from sqlite3 import Connection

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.stepfunctions.waiting_tasks import StoredWaitingTask
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake


class SqliteTasks:
    """The answerable tasks in one store (protocols/stepfunctions.py). `wake` wakes a worker."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def answer(self, token: str, kind: str, body: dict[str, Json], at: int) -> AnswerOutcome:
        with self._database.transaction() as connection:
            key = _key_of_open_task(connection, token)
            if not isinstance(key, int):
                return key
            connection.execute("UPDATE task SET open = 0 WHERE key = ?", (key,))
            send_to_inbox(connection, execution_of_key(key), kind, {"task": event_of_key(key), **body}, at)
            return AnswerOutcome.ACCEPTED

    def knows(self, token: str) -> bool:
        with self._database.reading() as connection:
            return _key_of_open_task(connection, token) is not AnswerOutcome.UNKNOWN

    def take(self, activity: str, worker_name: str | None, at: int) -> TakenTask | None:
        taken = self._take_next(activity, worker_name, at)
        if taken is not None:
            self._wake()
        return taken

    def _take_next(self, activity: str, worker_name: str | None, at: int) -> TakenTask | None:
        waiting = (
            "SELECT key, handle FROM task WHERE activity = ? AND open AND NOT taken ORDER BY key LIMIT 1"
        )
        with self._database.reading() as connection:
            # Most polls find nothing; they take no write lock.
            if connection.execute(waiting, (activity,)).fetchone() is None:
                return None
        with self._database.transaction() as connection:
            row = connection.execute(waiting, (activity,)).fetchone()
            return None if row is None else _take_task(connection, row, worker_name, at)

    def take_one(self, handle: str, worker_name: str | None, at: int) -> TakenTask | None:
        with self._database.transaction() as connection:
            row = connection.execute(
                """
                SELECT t.key, t.handle FROM task t JOIN execution e ON e.id = execution_of(t.key)
                WHERE t.handle = ? AND t.activity IS NOT NULL AND t.open AND NOT t.taken
                  AND e.status = 'RUNNING'
                """,
                (handle,),
            ).fetchone()
            return None if row is None else _take_task(connection, row, worker_name, at)

    def waiting(self, execution_arn: str | None = None, limit: int = -1) -> Iterator[StoredWaitingTask]:
        from sfn_cli.store.sqlite.stepfunctions.waiting_tasks import waiting_tasks

        return waiting_tasks(self._database, execution_arn, limit)

    def queue_lengths(self, activities: Sequence[str]) -> dict[str, int]:
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT activity, count(*) FROM task
                WHERE activity IN (SELECT value FROM json_each(?)) AND open AND NOT taken
                GROUP BY activity
                """,
                (jsonvalue.dumps(activities),),
            ).fetchall()
            return dict(rows)

    def beat(self, token: str, at: int) -> AnswerOutcome:
        with self._database.transaction() as connection:
            key = _key_of_open_task(connection, token)
            if not isinstance(key, int):
                return key
            connection.execute("UPDATE task SET beat_at = ? WHERE key = ?", (at, key))
            send_to_inbox(
                connection, execution_of_key(key), "taskHeartbeat", {"task": event_of_key(key), "at": at}, at
            )
            return AnswerOutcome.ACCEPTED

    def activity_of(self, token: str) -> str | None:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT activity FROM task WHERE handle = ?", (task_token.handle_of_task_token(token),)
            ).fetchone()
            return None if row is None else row[0]

    def has_activity(self, arn: str) -> bool:
        with self._database.reading() as connection:
            return _has_activity(connection, arn)

    def beats(self, execution: int) -> list[tuple[int, int]]:
        """Returns the last heartbeats of an execution's open tasks: (task, at)."""
        with self._database.reading() as connection:
            return heartbeats(connection, execution)


def _take_task(connection: Connection, row: tuple[int, str], worker_name: str | None, at: int) -> TakenTask:
    key, handle = row
    connection.execute("UPDATE task SET taken = 1 WHERE key = ?", (key,))
    send_to_inbox(
        connection,
        execution_of_key(key),
        "taskStarted",
        {"task": event_of_key(key), "worker": worker_name},
        at,
    )
    (seed,) = connection.execute(
        "SELECT seed FROM execution WHERE id = ?", (execution_of_key(key),)
    ).fetchone()
    (input,) = connection.execute("SELECT payload FROM event WHERE key = ?", (key,)).fetchone()
    return TakenTask(task_token.task_token_of_handle(seed, handle), input)


def _key_of_open_task(connection: Connection, token: str) -> int | AnswerOutcome:
    row = connection.execute(
        """
        SELECT t.key, t.open, e.seed, e.status
        FROM task t JOIN execution e ON e.id = execution_of(t.key)
        WHERE t.handle = ?
        """,
        (task_token.handle_of_task_token(token),),
    ).fetchone()
    if row is None:
        return AnswerOutcome.UNKNOWN
    key, is_open, seed, status = row
    if not task_token.is_genuine_task_token(token, seed):
        return AnswerOutcome.UNKNOWN
    found: int = key
    return found if is_open and status == "RUNNING" else AnswerOutcome.TOO_LATE


def heartbeats(connection: Connection, execution: int) -> list[tuple[int, int]]:
    """Returns the last heartbeats of an execution's (row id) open tasks: (task, at)."""
    rows = connection.execute(
        "SELECT key, beat_at FROM task WHERE key BETWEEN ? AND ? AND open AND beat_at IS NOT NULL",
        (event_key(execution, 0), event_key(execution + 1, 0)),
    )
    return [(event_of_key(key), at) for key, at in rows]


def open_tasks(connection: Connection, execution: int, opened: Sequence[Opened], at: int) -> None:
    """Records tasks that their execution has scheduled, in the caller's transaction.

    A task for an activity that does not exist is refused.
    """
    rows = [
        (event_key(execution, task), task_token.handle_of_task_token(token), activity)
        for task, token, activity in opened
    ]
    connection.executemany("INSERT INTO task (key, handle, activity) VALUES (?, ?, ?)", rows)
    for task, _, activity in opened:
        if activity is not None and not _has_activity(connection, activity):
            # It was deleted after the interpreter decided to schedule the task.
            refusal = {"error": "States.Runtime", "cause": f"The activity {activity} does not exist."}
            send_to_inbox(connection, execution, "taskRefused", {"task": task, **refusal}, at)


def _has_activity(connection: Connection, arn: str) -> bool:
    return connection.execute("SELECT 1 FROM activity WHERE arn = ?", (arn,)).fetchone() is not None


def close_tasks(connection: Connection, keys: Iterable[int]) -> None:
    """Records, in the caller's transaction, that tasks no longer need an answer."""
    connection.executemany("UPDATE task SET open = 0 WHERE key = ?", [(key,) for key in keys])

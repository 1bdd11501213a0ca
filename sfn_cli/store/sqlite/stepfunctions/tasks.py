"""Tasks that the outside world may answer by their token (SendTaskSuccess and its like).

Rule 1: a task is answered once. Who was told so is right: the answer and its message to the
execution are one transaction, and a worker does not let a task time out that was answered.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.interpreter import task_token
from sfn_cli.store.sqlite.keys import event_of, execution_of, key_of
from sfn_cli.store.sqlite.stepfunctions.inbox import send

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.sqlite.database import Database


class Told(Enum):
    """What became of an answer to a task."""

    TAKEN = auto()
    UNKNOWN = auto()  # no task ever had this token
    LATE = auto()  # the task was answered already, timed out, or its execution has ended


class Opened(NamedTuple):
    """A task that was scheduled: its event, its token, and the ARN of the activity that it is for,
    if it is for one.
    """

    task: int
    token: str
    activity: str | None = None


class TakenTask(NamedTuple):
    """A task that an activity's worker has taken; `input` is a JSON text."""

    token: str
    input: str


class Tasks:
    """The answerable tasks in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def answer(self, token: str, kind: str, body: dict[str, Json], at: int) -> Told:
        """Sends the task's execution a message of this kind ("taskSucceeded", "taskFailed"), and
        closes the task.
        """
        with self._database.transaction() as connection:
            key = _find(connection, token)
            if not isinstance(key, int):
                return key
            connection.execute("UPDATE task SET open = 0 WHERE key = ?", (key,))
            send(connection, execution_of(key), kind, {"task": event_of(key), **body}, at)
            return Told.TAKEN

    def take(self, activity: str, worker_name: str | None, at: int) -> TakenTask | None:
        """The activity's task that has waited longest, for whoever asks, or None."""
        waiting = (
            "SELECT key, handle FROM task WHERE activity = ? AND open AND NOT taken ORDER BY key LIMIT 1"
        )
        with self._database.reading() as connection:
            # Most looks find nothing: those take no write lock.
            if connection.execute(waiting, (activity,)).fetchone() is None:
                return None
        with self._database.transaction() as connection:
            row = connection.execute(waiting, (activity,)).fetchone()
            return None if row is None else _take(connection, row, worker_name, at)

    def take_one(self, handle: str, worker_name: str | None, at: int) -> TakenTask | None:
        """The task with this handle, if it waits for a worker of its activity: out of turn."""
        with self._database.transaction() as connection:
            row = connection.execute(
                """
                SELECT t.key, t.handle FROM task t JOIN execution e ON e.id = t.key >> 16
                WHERE t.handle = ? AND t.activity IS NOT NULL AND t.open AND NOT t.taken
                  AND e.status = 'RUNNING'
                """,
                (handle,),
            ).fetchone()
            return None if row is None else _take(connection, row, worker_name, at)

    def waiting(self, activities: Sequence[str]) -> dict[str, int]:
        """How many tasks wait to be taken, of those of these activities that have any."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT activity, count(*) FROM task
                WHERE activity IN (SELECT value FROM json_each(?)) AND open AND NOT taken
                GROUP BY activity
                """,
                (jsonvalue.dumps(activities),),
            )
            return dict(rows.fetchall())

    def beat(self, token: str, at: int) -> Told:
        """Notes that whoever has the task is alive."""
        with self._database.transaction() as connection:
            key = _find(connection, token)
            if not isinstance(key, int):
                return key
            connection.execute("UPDATE task SET beat_at = ? WHERE key = ?", (at, key))
            send(connection, execution_of(key), "taskHeartbeat", {"task": event_of(key), "at": at}, at)
            return Told.TAKEN

    def beats(self, execution: int) -> list[tuple[int, int]]:
        """The last heartbeats of an execution's open tasks: (task, at)."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT key, beat_at FROM task WHERE key BETWEEN ? AND ? AND open AND beat_at IS NOT NULL",
                (key_of(execution, 0), key_of(execution + 1, 0)),
            ).fetchall()
        return [(event_of(key), at) for key, at in rows]


def _take(connection: Any, row: tuple[int, str], worker_name: str | None, at: int) -> TakenTask:
    key, handle = row
    connection.execute("UPDATE task SET taken = 1 WHERE key = ?", (key,))
    send(connection, execution_of(key), "taskStarted", {"task": event_of(key), "worker": worker_name}, at)
    (seed,) = connection.execute("SELECT seed FROM execution WHERE id = ?", (execution_of(key),)).fetchone()
    (input,) = connection.execute("SELECT payload FROM event WHERE key = ?", (key,)).fetchone()
    return TakenTask(task_token.of_handle(seed, handle), input)


def _find(connection: Any, token: str) -> int | Told:
    row = connection.execute(
        """
        SELECT t.key, t.open, e.seed, e.status
        FROM task t JOIN execution e ON e.id = t.key >> 16
        WHERE t.handle = ?
        """,
        (task_token.handle_of(token),),
    ).fetchone()
    if row is None:
        return Told.UNKNOWN
    key, is_open, seed, status = row
    if not task_token.is_genuine(token, seed):
        return Told.UNKNOWN
    found: int = key
    return found if is_open and status == "RUNNING" else Told.LATE


def open_tasks(connection: Any, execution: int, opened: Sequence[Opened], at: int) -> None:
    """Notes tasks that their execution has scheduled, in the caller's transaction. One for no
    activity that there is, is refused.
    """
    rows = [
        (key_of(execution, task), task_token.handle_of(token), activity) for task, token, activity in opened
    ]
    connection.executemany("INSERT INTO task (key, handle, activity) VALUES (?, ?, ?)", rows)
    for task, _, activity in opened:
        if (
            activity is not None
            and connection.execute("SELECT 1 FROM activity WHERE arn = ?", (activity,)).fetchone() is None
        ):
            # Reported of AWS: such an execution fails, with States.Runtime and an "Internal Error"
            # for its cause.
            refusal = {"error": "States.Runtime", "cause": f"Activity Does Not Exist: '{activity}'"}
            send(connection, execution, "taskRefused", {"task": task, **refusal}, at)


def close_tasks(connection: Any, keys: Iterable[int]) -> None:
    """Notes that tasks are owed no more, in the caller's transaction."""
    connection.executemany("UPDATE task SET open = 0 WHERE key = ?", [(key,) for key in keys])

"""Propagates an execution's end to the task that waits for it, and to what its own tasks wait for.

All of this happens in the caller's transaction, so an end is never reported in part. If a .sync task
no longer needs an answer, the execution that it waits for is aborted. AWS does so "on a best-effort
basis"; here it always happens.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
The same applies to a Map Run and its children.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.interpreter.events import TERMINAL, execution_aborted_event, execution_failed_event
from sfn_cli.store.sqlite.keys import OWNER_OF_SUSPENDED, event_key, event_of_key, execution_of_key
from sfn_cli.store.sqlite.stepfunctions import map_run_counts
from sfn_cli.store.sqlite.stepfunctions.events import event_rows, insert_events, last_event
from sfn_cli.store.sqlite.stepfunctions.execution_logs import log_events
from sfn_cli.store.sqlite.stepfunctions.inbox import send_to_inbox

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

    from sfn_cli.interpreter.events import HistoryEvent


def abort_execution(connection: Connection, id: int, error: str | None, cause: str | None, at: int) -> int:
    """Ends a running execution as ABORTED, and the executions that its tasks wait for.

    Returns the time of its end. The worker that drives it, if any, is notified.
    """
    last, at = _end_event_and_time(connection, id, at)
    return _end_execution(connection, id, execution_aborted_event(last, error, cause, at))


def fail_execution(connection: Connection, id: int, error: str, cause: str, at: int) -> int:
    """Ends a running execution as FAILED from outside its states.

    The executions that its tasks wait for are aborted. Returns the time of its end.
    """
    last, at = _end_event_and_time(connection, id, at)
    return _end_execution(connection, id, execution_failed_event(last, error, cause, at))


def _end_event_and_time(connection: Connection, id: int, at: int) -> tuple[int, int]:
    """Returns the id of the last event, and the time of the next one.

    The execution's own clock may be ahead of `at`.
    """
    last, last_at = last_event(connection, id)
    return last, max(at, last_at)


def _end_execution(connection: Connection, id: int, ended: HistoryEvent) -> int:
    owner, map_run = connection.execute("SELECT owner, map_run FROM execution WHERE id = ?", (id,)).fetchone()
    at = ended.at
    insert_events(connection, event_rows(id, [ended]))
    log_events(connection, id, [ended])
    details = ended.details or {}
    connection.execute(
        "UPDATE execution SET status = ?, stopped_at = ?, error = ?, cause = ?, owner = NULL WHERE id = ?",
        (TERMINAL[ended.type], at, details.get("error"), details.get("cause"), id),
    )
    if ended.type == "ExecutionAborted" and owner is not None and owner != OWNER_OF_SUSPENDED:
        send_to_inbox(connection, id, "aborted", {"worker": owner}, at)
    connection.execute(
        "UPDATE task SET open = 0 WHERE key BETWEEN ? AND ?", (event_key(id, 0), event_key(id + 1, 0))
    )
    _abort_child_executions(connection, event_key(id, 0), event_key(id + 1, 0), at)
    notify_of_execution_ends(connection, [id], at)
    if map_run is not None:
        map_run_counts.count_map_run_ends(connection, [id])
    return at


def notify_of_execution_ends(connection: Connection, ended: Iterable[int], at: int) -> None:
    """Notifies the tasks that wait for these executions of their end."""
    waiting = connection.execute(
        """
        SELECT c.task, e.arn, e.stopped_at, e.status, e.error, e.cause
        FROM child c JOIN task t ON t.key = c.task JOIN execution e ON e.id = c.execution
        WHERE c.execution IN (SELECT value FROM json_each(?)) AND c.awaited AND t.open
        """,
        (jsonvalue.dumps(list(ended)),),
    ).fetchall()
    for task, arn, stopped_at, status, error, cause in waiting:
        # All details are sent: the execution may be redriven before the message is read.
        ending = {"status": status, "error": error, "cause": cause}
        send_to_inbox(
            connection,
            execution_of_key(task),
            "childEnded",
            {"task": event_of_key(task), "execution": arn, "at": stopped_at, **ending},
            at,
        )


def abort_awaited_executions(connection: Connection, tasks: Iterable[int], at: int) -> None:
    """Aborts the executions that the tasks with these keys waited for."""
    for task in tasks:
        _abort_child_executions(connection, task, task, at)


def _abort_child_executions(connection: Connection, first_task: int, last_task: int, at: int) -> None:
    running = connection.execute(
        """
        SELECT e.id FROM child c JOIN execution e ON e.id = c.execution
        WHERE c.task BETWEEN ? AND ? AND c.awaited AND e.status = 'RUNNING'
        ORDER BY e.id
        """,
        (first_task, last_task),
    ).fetchall()
    for (id,) in running:
        abort_execution(connection, id, None, None, at)
    runs = connection.execute(
        "SELECT task FROM map_run WHERE task BETWEEN ? AND ? AND status = 'RUNNING'", (first_task, last_task)
    )
    for (task,) in runs.fetchall():
        end_map_run_of_execution(connection, task, "ABORTED", at)


def end_map_run_of_execution(connection: Connection, task: int, status: str, at: int) -> None:
    """Ends the Map Run of the task with this key, if it is running.

    Children that are still running are aborted.
    """
    ended = connection.execute(
        "UPDATE map_run SET status = ?, stopped_at = ? WHERE task = ? AND status = 'RUNNING' RETURNING id",
        (status, at, task),
    ).fetchone()
    if ended is not None:
        connection.execute(
            "UPDATE execution SET status = 'ABORTED' WHERE map_run = ? AND status = 'PENDING_REDRIVE'", ended
        )
        map_run_counts.move_map_run_counts(connection, ended[0], ("PENDING_REDRIVE",), "ABORTED")
        running = connection.execute(
            "SELECT id FROM execution WHERE map_run = ? AND status = 'RUNNING' ORDER BY id", ended
        )
        for (child,) in running.fetchall():
            abort_execution(connection, child, None, None, at)

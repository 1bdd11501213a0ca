"""How an execution's end reaches others: the task that waits for it, and the executions that its own tasks wait for.

All of it happens in the caller's transaction: an end is never half told. An execution that a .sync
task waits for is aborted when the task is owed no more; AWS does so "on a best-effort basis", here
it is sure. https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.interpreter.events import HistoryEvent, error_details
from sfn_cli.store.sqlite.events import event_rows, insert_events
from sfn_cli.store.sqlite.execution_logs import log_events
from sfn_cli.store.sqlite.inbox import send
from sfn_cli.store.sqlite.keys import event_of, execution_of, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def abort(connection: Any, id: int, error: str | None, cause: str | None, at: int) -> int:
    """Ends a running execution as ABORTED, with those that its tasks wait for. Gives when."""
    (owner,) = connection.execute("SELECT owner FROM execution WHERE id = ?", (id,)).fetchone()
    last, last_at = connection.execute("SELECT key, at FROM event WHERE key < ? ORDER BY key DESC LIMIT 1", (key_of(id + 1, 0),)).fetchone()
    at = max(at, last_at)  # the execution's own clock may be ahead
    # Observed: AWS records 0 as the previous event of ExecutionAborted.
    aborted = HistoryEvent(event_of(last) + 1, 0, at, "ExecutionAborted", details=error_details(error, cause))
    insert_events(connection, event_rows(id, [aborted]))
    log_events(connection, id, [aborted])
    connection.execute(
        "UPDATE execution SET status = 'ABORTED', stopped_at = ?, error = ?, cause = ?, owner = NULL WHERE id = ?", (at, error, cause, id)
    )
    if owner is not None:
        send(connection, id, "aborted", {}, at)
    connection.execute("UPDATE task SET open = 0 WHERE key BETWEEN ? AND ?", (key_of(id, 0), key_of(id + 1, 0)))
    _abort_children(connection, key_of(id, 0), key_of(id + 1, 0), at)
    tell_waiting(connection, [id], at)
    return at


def tell_waiting(connection: Any, ended: Iterable[int], at: int) -> None:
    """Tells the tasks that wait for these executions that they have ended."""
    waiting = connection.execute(
        """
        SELECT c.task, e.arn, e.stopped_at
        FROM child c JOIN task t ON t.key = c.task JOIN execution e ON e.id = c.execution
        WHERE c.execution IN (SELECT value FROM json_each(?)) AND c.awaited AND t.open
        """,
        (jsonvalue.dumps(list(ended)),),
    ).fetchall()
    for task, arn, stopped_at in waiting:
        send(connection, execution_of(task), "childEnded", {"task": event_of(task), "execution": arn, "at": stopped_at}, at)


def abort_awaited(connection: Any, tasks: Iterable[int], at: int) -> None:
    """Aborts what the tasks with these keys waited for."""
    for task in tasks:
        _abort_children(connection, task, task, at)


def _abort_children(connection: Any, first_task: int, last_task: int, at: int) -> None:
    running = connection.execute(
        """
        SELECT e.id FROM child c JOIN execution e ON e.id = c.execution
        WHERE c.task BETWEEN ? AND ? AND c.awaited AND e.status = 'RUNNING'
        ORDER BY e.id
        """,
        (first_task, last_task),
    ).fetchall()
    for (id,) in running:
        abort(connection, id, None, None, at)

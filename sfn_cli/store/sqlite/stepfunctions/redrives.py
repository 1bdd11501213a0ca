"""Redrives: a failed execution runs again.

Rule 1: a redrive is one transaction: its event, the row, and the pending messages. Of two concurrent
redrives, one finds the execution running.
Rule 2: what was closed stays closed. Pending messages are about tasks that no longer need an answer;
a task that waited for the execution was notified of its end and no longer waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.interpreter.events import execution_redriven_event
from sfn_cli.store.records.stepfunctions.redrives import RedriveState
from sfn_cli.store.sqlite.keys import event_key
from sfn_cli.store.sqlite.stepfunctions.events import (
    COLUMNS,
    event_from,
    event_rows,
    insert_events,
    last_event,
)
from sfn_cli.store.sqlite.stepfunctions.execution_logs import log_events
from sfn_cli.store.sqlite.stepfunctions.executions import execution_row
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake

STORED_TOKENS = 10
TOKEN_MS = 15 * 60 * 1000
"""How many client tokens of an execution are stored, and for how long (AWS's quotas)."""


class SqliteRedrives:
    """The redrives of the executions in one store (protocols/stepfunctions.py).

    `wake` wakes a worker.
    """

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def state(self, arn: str) -> RedriveState | None:
        with self._database.reading() as connection:
            return _redrive_state(connection, arn)

    def redrive(
        self, arn: str, token: str | None, now: int, decide: Callable[[RedriveState], int]
    ) -> int | None:
        with self._database.transaction() as connection:
            redriven_at = _redrive_once(connection, arn, token, now, decide)
        if redriven_at is not None:
            self._wake()
        return redriven_at


def _redrive_once(
    connection: Connection, arn: str, token: str | None, now: int, decide: Callable[[RedriveState], int]
) -> int | None:
    state = _redrive_state(connection, arn)
    if state is None:
        return None
    execution = execution_row(connection, arn)
    assert execution is not None
    earlier = _redrive_of_token(connection, execution, token, now)
    if earlier is not None:
        return earlier
    at = decide(state)
    _redrive_execution(connection, execution, state.events, state.redrive_count + 1, at)
    if token is not None:
        _store_redrive_token(connection, execution, token, at, now)
    return at


def _redrive_state(connection: Connection, arn: str) -> RedriveState | None:
    row = connection.execute(
        """
        SELECT e.id, e.status, e.started_at, e.stopped_at, e.redrive_count, e.clock,
               m.status, e.map_run IS NOT NULL
        FROM execution e LEFT JOIN state_machine m ON m.arn = e.state_machine_arn
        WHERE e.arn = ?
        """,
        (arn,),
    ).fetchone()
    if row is None:
        return None
    id, status, started_at, stopped_at, redrive_count, clock, machine_status, in_map_run = row
    events, last_at = last_event(connection, id)
    return RedriveState(
        status=status,
        started_at=started_at,
        stopped_at=stopped_at,
        redrive_count=redrive_count,
        clock=clock,
        machine_status=machine_status,
        in_map_run=in_map_run,
        events=events,
        last_at=last_at,
    )


def _redrive_of_token(connection: Connection, execution: int, token: str | None, now: int) -> int | None:
    row = connection.execute(
        "SELECT at FROM redrive_token WHERE execution = ? AND token = ? AND used_at > ? ORDER BY id DESC "
        "LIMIT 1",
        (execution, token, now - TOKEN_MS),
    ).fetchone()
    return None if row is None else int(row[0])


def redrive_child(connection: Connection, execution: int, count: int, at: int) -> None:
    """Lets a child of a Map Run continue, in the caller's transaction.

    `count` is the number of this redrive.
    """
    last, last_at = last_event(connection, execution)
    _redrive_execution(connection, execution, last, count, max(at, last_at))


def rerun_child(connection: Connection, execution: int, count: int, at: int) -> None:
    """Starts an EXPRESS child of a Map Run again from its beginning.

    In AWS, such executions have no history to continue from.
    """
    connection.execute(
        "DELETE FROM event WHERE key > ? AND key < ?", (event_key(execution, 1), event_key(execution + 1, 0))
    )
    connection.execute("DELETE FROM clock_jump WHERE execution = ?", (execution,))
    connection.execute("UPDATE event SET at = ? WHERE key = ?", (at, event_key(execution, 1)))
    connection.execute("UPDATE execution SET started_at = ? WHERE id = ?", (at, execution))
    _reset_for_redrive(connection, execution, count, at)
    first = connection.execute(
        f"SELECT {COLUMNS} FROM event WHERE key = ?", (event_key(execution, 1),)
    ).fetchone()
    log_events(connection, execution, [event_from(first)])


def _redrive_execution(connection: Connection, execution: int, last: int, count: int, at: int) -> None:
    redriven = execution_redriven_event(last, count, at)
    insert_events(connection, event_rows(execution, [redriven]))
    _reset_for_redrive(connection, execution, count, at)
    log_events(connection, execution, [redriven])


def _reset_for_redrive(connection: Connection, execution: int, count: int, at: int) -> None:
    connection.execute(
        """
        UPDATE execution
        SET status = 'RUNNING', stopped_at = NULL, error = NULL, cause = NULL, owner = NULL,
            redrive_count = ?, redriven_at = ?
        WHERE id = ?
        """,
        (count, at, execution),
    )
    # An abort message is for the worker that drove it at that time and may not have read it yet.
    connection.execute("DELETE FROM inbox WHERE execution = ? AND kind <> 'aborted'", (execution,))
    connection.execute("UPDATE child SET awaited = 0 WHERE execution = ?", (execution,))


def _store_redrive_token(connection: Connection, execution: int, token: str, at: int, now: int) -> None:
    connection.execute(
        "INSERT INTO redrive_token (execution, token, at, used_at) VALUES (?, ?, ?, ?)",
        (execution, token, at, now),
    )
    connection.execute(
        """
        DELETE FROM redrive_token
        WHERE execution = :execution AND id <= (
            SELECT id FROM redrive_token WHERE execution = :execution ORDER BY id DESC LIMIT 1 OFFSET :stored
        )
        """,
        {"execution": execution, "stored": STORED_TOKENS},
    )

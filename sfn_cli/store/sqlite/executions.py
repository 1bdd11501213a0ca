"""Executions and their histories: how they begin, how they are read, how they are aborted.

What a worker writes while it drives an execution is in `turns.py`. An event's key is
execution.id * 65536 + the event's id, so that a history lies together and in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.interpreter.events import HistoryEvent, error_details
from sfn_cli.jsonvalue import Payload

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.store.sqlite.database import Database

EVENTS_PER_EXECUTION = 65536


class Execution(NamedTuple):
    """One execution; `input` and `output` are JSON texts. `revision` is the row of what it runs."""

    id: int
    arn: str
    state_machine_arn: str
    name: str
    revision: int
    status: str
    input: str
    output: str | None
    error: str | None
    cause: str | None
    trace_header: str | None
    started_at: int
    stopped_at: int | None


class Summary(NamedTuple):
    """What a list tells of an execution."""

    id: int
    arn: str
    state_machine_arn: str
    name: str
    status: str
    started_at: int
    stopped_at: int | None


class NewExecution(NamedTuple):
    """What StartExecution knows of an execution; `state_machine` and `revision` are rows."""

    arn: str
    state_machine: int
    state_machine_arn: str
    revision: int
    name: str
    trace_header: str | None
    seed: str


class Executions:
    """The executions in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, new: NewExecution, started: HistoryEvent) -> Execution | None:
        """The execution that has this ARN from now on: the new one, or the one that already had it.

        Its row and its first event are kept together, or neither is. None when the state machine
        was deleted meanwhile.
        """
        assert started.payload is not None
        with self._database.transaction() as connection:
            existing = _found(connection, new.arn)
            if existing is not None:
                return existing
            inserted = connection.execute(
                """
                INSERT INTO execution (arn, state_machine_arn, name, revision, status, input, trace_header, started_at, seed)
                SELECT ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?
                FROM state_machine WHERE id = ? AND status = 'ACTIVE'
                """,
                (
                    new.arn,
                    new.state_machine_arn,
                    new.name,
                    new.revision,
                    started.payload.text,
                    new.trace_header,
                    started.at,
                    new.seed,
                    new.state_machine,
                ),
            )
            if not inserted.rowcount:
                return None
            insert_events(connection, [event_row(inserted.lastrowid or 0, started)])
            return _found(connection, new.arn)

    def find(self, arn: str) -> Execution | None:
        with self._database.reading() as connection:
            return _found(connection, arn)

    def any_running(self) -> bool:
        """Whether an execution has not ended."""
        with self._database.reading() as connection:
            return connection.execute("SELECT 1 FROM execution WHERE status = 'RUNNING' LIMIT 1").fetchone() is not None

    def page(self, state_machine_arn: str, status: str | None, before: tuple[int, int] | None, limit: int) -> list[Summary]:
        """Up to `limit` executions of a machine, newest first, from the one that follows `before` (its start and row)."""
        started_before, id_before = before or (1 << 62, 1 << 62)
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT id, arn, state_machine_arn, name, status, started_at, stopped_at
                FROM execution
                WHERE state_machine_arn = ? AND (started_at, id) < (?, ?) AND (? IS NULL OR status = ?)
                ORDER BY started_at DESC, id DESC
                LIMIT ?
                """,
                (state_machine_arn, started_before, id_before, status, status, limit),
            ).fetchall()
            return [Summary(*row) for row in rows]

    def history(self, id: int, after: int = 0, limit: int = -1) -> list[HistoryEvent]:
        """The events of the execution with this row, in order, from the one that follows the event `after`."""
        return self._events("key > ? AND key < ? ORDER BY key", (_key(id, after), _key(id + 1, 0), limit))

    def history_reversed(self, id: int, before: int | None = None, limit: int = -1) -> list[HistoryEvent]:
        """The events, newest first, from the one that precedes the event `before`."""
        end = _key(id + 1, 0) if before is None else _key(id, before)
        return self._events("key > ? AND key < ? ORDER BY key DESC", (_key(id, 0), end, limit))

    def abort(self, arn: str, error: str | None, cause: str | None, at: int) -> int | None:
        """Aborts a running execution; what has ended stays as it is. The time it stopped, or None if there is none.

        The inbox row tells the worker that drives it, if one does, to let go.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT id, status, stopped_at, owner FROM execution WHERE arn = ?", (arn,)).fetchone()
            if row is None:
                return None
            id, status, stopped_at, owner = row
            if status != "RUNNING":
                ended_at: int = stopped_at
                return ended_at
            last = connection.execute("SELECT max(key) FROM event WHERE key < ?", (_key(id + 1, 0),)).fetchone()[0]
            # Observed: AWS records 0 as the previous event of ExecutionAborted.
            aborted = HistoryEvent(last % EVENTS_PER_EXECUTION + 1, 0, at, "ExecutionAborted", details=error_details(error, cause))
            insert_events(connection, [event_row(id, aborted)])
            connection.execute(
                "UPDATE execution SET status = 'ABORTED', stopped_at = ?, error = ?, cause = ?, owner = NULL WHERE id = ?",
                (at, error, cause, id),
            )
            if owner is not None:
                connection.execute("INSERT INTO inbox (execution, kind, body, sent_at) VALUES (?, 'aborted', '{}', ?)", (id, at))
            return at

    def _events(self, condition: str, parameters: Sequence[int]) -> list[HistoryEvent]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT key, previous, at, type, frame, next, payload, details FROM event WHERE {condition} LIMIT ?", parameters
            ).fetchall()
            return [_event(row) for row in rows]


def _key(execution: int, event: int) -> int:
    return execution * EVENTS_PER_EXECUTION + event


def _found(connection: Any, arn: str) -> Execution | None:
    row = connection.execute(
        """
        SELECT id, arn, state_machine_arn, name, revision, status, input, output, error, cause, trace_header,
               started_at, stopped_at
        FROM execution WHERE arn = ?
        """,
        (arn,),
    ).fetchone()
    return None if row is None else Execution(*row)


def _event(row: tuple[Any, ...]) -> HistoryEvent:
    key, previous, at, type_, frame, next_, payload, details = row
    return HistoryEvent(
        key % EVENTS_PER_EXECUTION,
        previous,
        at,
        type_,
        frame,
        next_,
        None if payload is None else Payload(text=payload),
        None if details is None else jsonvalue.loads(details),
    )


def insert_events(connection: Any, rows: Iterable[tuple[object, ...]]) -> None:
    """Writes events, as `event_row` gives them, in the caller's transaction."""
    connection.executemany(
        "INSERT INTO event (key, previous, at, type, frame, next, payload, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
    )


def event_row(execution: int, event: HistoryEvent) -> tuple[object, ...]:
    """The row of an event of the execution in this row."""
    id, previous, at, type, frame, next, payload, details = event
    return (
        _key(execution, id),
        previous,
        at,
        type,
        frame,
        next,
        None if payload is None else payload.text,
        None if details is None else jsonvalue.dumps(details),
    )

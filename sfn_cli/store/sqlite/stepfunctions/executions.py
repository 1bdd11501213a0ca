"""Executions and their histories: how they begin, how they are read, how they are aborted.

What a worker writes while it drives an execution is in `turns.py`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.store.records.executions import Execution, ExecutionFilter, ExecutionSummary, NewExecution
from sfn_cli.store.sqlite.keys import key_of
from sfn_cli.store.sqlite.stepfunctions.events import COLUMNS, event_from, event_rows, insert_events
from sfn_cli.store.sqlite.stepfunctions.suspensions import SUSPENDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.sqlite.database import Database


class Executions:
    """The executions in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, new: NewExecution, started: HistoryEvent) -> Execution | None:
        """The execution that has this ARN from now on: the new one, or the one that already had it.

        Its row and its first event are kept together, or neither is. None when meanwhile the state
        machine was deleted, or the execution whose task starts it has ended.
        """
        return self.start_many([(new, started)])[0]

    def start_many(self, all_new: Iterable[tuple[NewExecution, HistoryEvent]]) -> list[Execution | None]:
        """As `start`, for each of many in one transaction."""
        with self._database.transaction() as connection:
            return [_start(connection, new, started) for new, started in all_new]

    def find(self, arn: str) -> Execution | None:
        with self._database.reading() as connection:
            return _found(connection, arn)

    def child_of(self, task: int) -> Execution | None:
        """The execution that the task with this key has started, if it has."""
        with self._database.reading() as connection:
            return _child_of(connection, task)

    def arns_beginning(self, beginning: str, limit: int) -> list[str]:
        """The last of the ARNs that begin so, in their order backwards: AWS's names begin with their time."""
        with self._database.reading() as connection:
            after = beginning + chr(sys.maxunicode)
            found = connection.execute(
                "SELECT arn FROM execution WHERE arn >= ? AND arn < ? ORDER BY arn DESC LIMIT ?",
                (beginning, after, limit),
            )
            return [arn for (arn,) in found]

    def arns(self, id: int) -> tuple[str, str] | None:
        """The ARNs of the execution with this row, and of its state machine."""
        with self._database.reading() as connection:
            row: tuple[str, str] | None = connection.execute(
                "SELECT arn, state_machine_arn FROM execution WHERE id = ?", (id,)
            ).fetchone()
            return row

    def ended(self, ids: Sequence[int]) -> dict[int, str]:
        """Those of the executions with these rows that have ended, with their statuses."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, status FROM execution WHERE id IN (SELECT value FROM json_each(?)) AND status "
                "<> 'RUNNING'",
                (jsonvalue.dumps(ids),),
            )
            return dict(rows.fetchall())

    def data_bytes(self, id: int) -> int:
        """How long the definition and all the data in the history of the execution with this row
        are, in characters.
        """
        with self._database.reading() as connection:
            size: int = connection.execute(
                """
                SELECT (SELECT length(r.definition) FROM execution e JOIN revision r ON r.id = e.revision WHERE e.id = ?)
                     + (SELECT coalesce(sum(length(payload)), 0) FROM event WHERE key > ? AND key < ?)
                """,
                (id, key_of(id, 0), key_of(id + 1, 0)),
            ).fetchone()[0]
            return size

    def any_running(self) -> bool:
        """Whether an execution has not ended, and a worker may drive it."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"""
                SELECT 1 FROM execution INDEXED BY execution_running
                WHERE status = 'RUNNING' AND (owner IS NULL OR owner > {SUSPENDED}) LIMIT 1
                """
            ).fetchone()
            return row is not None

    def page(
        self, whose: ExecutionFilter, before: tuple[int, int] | None, limit: int
    ) -> list[ExecutionSummary]:
        """Up to `limit` executions, newest first, from the one that follows `before` (its start and row)."""
        given = {
            column: value
            for column, value in whose._asdict().items()
            if value is not None and column != "redriven"
        }
        conditions = [f"e.{column} = ?" for column in given]
        if whose.redriven is not None:
            conditions.append("e.redrive_count > 0" if whose.redriven else "e.redrive_count = 0")
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT e.id, e.arn, e.state_machine_arn, e.name, e.status, e.started_at, e.stopped_at, e.version, e.alias,
                       e.redrive_count, e.redriven_at, m.arn, e.item_count
                FROM execution e LEFT JOIN map_run m ON m.id = e.map_run
                WHERE {" AND ".join(conditions)} AND (e.started_at, e.id) < (?, ?)
                ORDER BY e.started_at DESC, e.id DESC
                LIMIT ?
                """,
                (*given.values(), *(before or (1 << 62, 1 << 62)), limit),
            ).fetchall()
            return [ExecutionSummary(*row) for row in rows]

    def history(self, id: int, after: int = 0, limit: int = -1) -> list[HistoryEvent]:
        """The events of the execution with this row, in order, from the one that follows the event `after`."""
        return self._events("key > ? AND key < ? ORDER BY key", (key_of(id, after), key_of(id + 1, 0), limit))

    def history_reversed(self, id: int, before: int | None = None, limit: int = -1) -> list[HistoryEvent]:
        """The events, newest first, from the one that precedes the event `before`."""
        end = key_of(id + 1, 0) if before is None else key_of(id, before)
        return self._events("key > ? AND key < ? ORDER BY key DESC", (key_of(id, 0), end, limit))

    def abort(self, arn: str, error: str | None, cause: str | None, at: int) -> int | None:
        """Aborts a running execution; what has ended stays as it is. The time it stopped, or None
        if there is none.

        The worker that drives it, if one does, is told to let go.
        """
        from sfn_cli.store.sqlite.stepfunctions import execution_end

        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT id, status, stopped_at FROM execution WHERE arn = ?", (arn,)
            ).fetchone()
            if row is None:
                return None
            id, status, stopped_at = row
            if status != "RUNNING":
                ended_at: int = stopped_at
                return ended_at
            return execution_end.abort(connection, id, error, cause, at)

    def _events(self, condition: str, parameters: Sequence[int]) -> list[HistoryEvent]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM event WHERE {condition} LIMIT ?", parameters
            ).fetchall()
            return [event_from(row) for row in rows]


def _start(connection: Any, new: NewExecution, started: HistoryEvent) -> Execution | None:
    assert started.payload is not None
    input = started.payload.text
    existing = _child_of(connection, new.task) or _found(connection, new.arn)
    if existing is None:
        if new.mocks is not None:
            connection.execute("INSERT OR IGNORE INTO mocks (body) VALUES (?)", (new.mocks,))
        inserted = connection.execute(
            """
            INSERT INTO execution (arn, state_machine_arn, name, revision, version, alias, status, input, trace_header, started_at, seed,
                                   clock, mocks)
            SELECT ?, ?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, coalesce(?, (SELECT p.clock FROM execution p WHERE p.id = ? >> 16)),
                   (SELECT m.id FROM mocks m WHERE m.body = ?)
            FROM state_machine
            WHERE id = ? AND status = 'ACTIVE'
              AND (? IS NULL OR EXISTS (SELECT 1 FROM execution e WHERE e.id = ? >> 16 AND e.status = 'RUNNING'))
            """,
            (
                new.arn,
                new.state_machine_arn,
                new.name,
                new.revision,
                new.version,
                new.alias,
                input,
                new.trace_header,
                started.at,
                new.seed,
                new.clock,
                new.task,
                new.mocks,
                new.state_machine,
                new.task,
                new.task,
            ),
        )
        if not inserted.rowcount:
            return None
        insert_events(connection, event_rows(inserted.lastrowid, [started]))
        if new.logged:
            from sfn_cli.store.sqlite.stepfunctions.execution_logs import (
                log_events,  # most starts need none of it
            )

            log_events(connection, inserted.lastrowid, [started])
        existing = _found(connection, new.arn)
        assert existing is not None
    if new.task is not None and existing.status == "RUNNING" and existing.input == input:
        connection.execute(
            "INSERT OR IGNORE INTO child (task, execution, awaited) VALUES (?, ?, ?)",
            (new.task, existing.id, new.awaited),
        )
    return existing


def _child_of(connection: Any, task: int | None) -> Execution | None:
    """The execution that this task has started already, if it has."""
    row = connection.execute(
        "SELECT e.arn FROM child c JOIN execution e ON e.id = c.execution WHERE c.task = ?", (task,)
    ).fetchone()
    return None if row is None else _found(connection, row[0])


def _found(connection: Any, arn: str) -> Execution | None:
    return next(executions_where(connection, "e.arn = ?", arn), None)


def executions_where(connection: Any, condition: str, *parameters: object) -> Iterator[Execution]:
    """The executions (called `e`) for which a condition holds."""
    rows = connection.execute(
        f"""
        SELECT e.id, e.arn, e.state_machine_arn, e.name, e.revision, e.status, e.input, e.output, e.error, e.cause, e.trace_header,
               e.started_at, e.stopped_at, e.version, e.alias, e.redrive_count, e.redriven_at, m.arn, e.item_count,
               (SELECT body FROM mocks WHERE id = e.mocks)
        FROM execution e LEFT JOIN map_run m ON m.id = e.map_run WHERE {condition}
        """,
        parameters,
    ).fetchall()
    return (Execution(*row) for row in rows)

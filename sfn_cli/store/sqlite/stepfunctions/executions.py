"""Executions and their histories: starting, reading and aborting them.

The writes of a worker that drives an execution are in `worker_commits.py`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sfn_cli import jsonvalue, quotas
from sfn_cli.store.records.executions import Execution, NewExecution
from sfn_cli.store.sqlite.columns import columns_of
from sfn_cli.store.sqlite.keys import OWNER_OF_SUSPENDED, event_key
from sfn_cli.store.sqlite.stepfunctions.events import (
    event_rows,
    insert_events,
    insert_taken_over_events,
    read_events,
)
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from sqlite3 import Connection

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.records.executions import (
        ExecutionFilter,
        ExecutionSummary,
        ReplayFacts,
        TakenOverStart,
    )
    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake


_COLUMNS = columns_of(
    Execution, "e", map_run_arn="m.arn", mocks="(SELECT body FROM mocks WHERE id = e.mocks)"
)
"""The columns of an Execution, from the tables `execution e` and `map_run m`."""


class SqliteExecutions:
    """The executions in one store (protocols/stepfunctions.py). `wake` wakes a worker."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake
        self._rows: dict[str, int] = {}  # by ARN, of executions whose end is awaited
        self._removed: tuple[int, ...] = (0,)  # how many had been removed when `_rows` was filled

    def start(
        self, new: NewExecution, started: HistoryEvent, taken_over: TakenOverStart | None = None
    ) -> Execution | None:
        with self._database.transaction() as connection:
            execution = _start_execution(connection, new, started, taken_over)
        if new.parent_arn is not None and execution is not None:
            self._wake()
        return execution

    def start_many(self, all_new: Iterable[tuple[NewExecution, HistoryEvent]]) -> list[Execution | None]:
        with self._database.transaction() as connection:
            executions = [_start_execution(connection, new, started) for new, started in all_new]
        self._wake()
        return executions

    def find(self, arn: str) -> Execution | None:
        with self._database.reading() as connection:
            return _find_execution(connection, arn)

    def child_of(self, execution_arn: str, task: int) -> Execution | None:
        with self._database.reading() as connection:
            parent = execution_row(connection, execution_arn)
            return None if parent is None else _child_execution_of(connection, event_key(parent, task))

    def replay_facts(self, arn: str) -> ReplayFacts | None:
        from sfn_cli.store.records.executions import ReplayFacts
        from sfn_cli.store.sqlite.stepfunctions.tasks import heartbeats

        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT id, seed, clock, status FROM execution WHERE arn = ?", (arn,)
            ).fetchone()
            if row is None:
                return None
            id, seed, clock, status = row
            jumps = connection.execute(
                "SELECT jumped_at, jumped_to FROM clock_jump WHERE execution = ? ORDER BY jumped_at", (id,)
            ).fetchall()
            beats = heartbeats(connection, id) if status == "RUNNING" else []
            return ReplayFacts(seed, clock, jumps, dict(beats))

    def arns_beginning(self, beginning: str, limit: int) -> list[str]:
        with self._database.reading() as connection:
            after = beginning + chr(sys.maxunicode)
            found = connection.execute(
                "SELECT arn FROM execution WHERE arn >= ? AND arn < ? ORDER BY arn DESC LIMIT ?",
                (beginning, after, limit),
            )
            return [arn for (arn,) in found]

    def ended_among(self, arns: Collection[str]) -> dict[str, str | None]:
        with self._database.reading() as connection:
            removed = connection.execute("SELECT executions FROM removal").fetchone()
            self._rows, self._removed = (self._rows if removed == self._removed else {}), removed
            arn_of = {self._row_of(connection, arn): arn for arn in arns}
            rows = connection.execute(
                """
                SELECT id, status FROM execution
                WHERE id IN (SELECT value FROM json_each(?)) AND status <> 'RUNNING'
                """,
                (jsonvalue.dumps([id for id in arn_of if id is not None]),),
            ).fetchall()
            ended: dict[str, str | None] = {arn_of[id]: status for id, status in rows}
            if None in arn_of:
                ended |= dict.fromkeys(arn for arn in arns if self._row_of(connection, arn) is None)
            return ended

    def _row_of(self, connection: Connection, arn: str) -> int | None:
        """Returns what `execution_row` does, cached for ARNs that are looked up repeatedly."""
        id = self._rows.get(arn)
        if id is None and (id := execution_row(connection, arn)) is not None:
            if len(self._rows) >= _CACHED_ROWS:
                self._rows.clear()
            self._rows[arn] = id
        return id

    def data_size(self, arn: str) -> int:
        with self._database.reading() as connection:
            id, definition_size = connection.execute(
                """
                SELECT e.id, length(r.definition)
                FROM execution e JOIN revision r ON r.id = e.revision
                WHERE e.arn = ?
                """,
                (arn,),
            ).fetchone()
            (data_size,) = connection.execute(
                "SELECT coalesce(sum(length(payload)), 0) FROM event WHERE key > ? AND key < ?",
                (event_key(id, 0), event_key(id + 1, 0)),
            ).fetchone()
            return int(definition_size + data_size)

    def count_running(self, state_machine_arn: str) -> int:
        with self._database.reading() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM execution WHERE state_machine_arn = ? AND status = 'RUNNING'",
                (state_machine_arn,),
            ).fetchone()
            return int(count)

    def any_running(self) -> bool:
        with self._database.reading() as connection:
            row = connection.execute(
                f"""
                SELECT 1 FROM execution INDEXED BY execution_running
                WHERE status = 'RUNNING' AND (owner IS NULL OR owner > {OWNER_OF_SUSPENDED}) LIMIT 1
                """
            ).fetchone()
            return row is not None

    def page(
        self, filter: ExecutionFilter, before: tuple[int, str] | None, limit: int
    ) -> list[ExecutionSummary]:
        from sfn_cli.store.records.executions import ExecutionSummary

        with self._database.reading() as connection:
            last = _NEWEST if before is None else (before[0], _execution_row_in_token(connection, before[1]))
            given = {
                column: value
                for column, value in filter._asdict().items()
                if value is not None and column not in ("map_run_arn", "redriven")
            }
            conditions = [f"e.{column} = :{column}" for column in given]
            if filter.map_run_arn is not None:
                conditions.append("e.map_run = (SELECT id FROM map_run WHERE arn = :map_run_arn)")
                given["map_run_arn"] = filter.map_run_arn
            if filter.redriven is not None:
                conditions.append("e.redrive_count > 0" if filter.redriven else "e.redrive_count = 0")
            rows = connection.execute(
                f"""
                SELECT {columns_of(ExecutionSummary, "e", map_run_arn="m.arn")}
                FROM execution e LEFT JOIN map_run m ON m.id = e.map_run
                WHERE {" AND ".join(conditions)} AND (e.started_at, e.id) < (:last_start, :last_id)
                ORDER BY e.started_at DESC, e.id DESC
                LIMIT :limit
                """,
                {**given, "last_start": last[0], "last_id": last[1], "limit": limit},
            ).fetchall()
            return list(map(ExecutionSummary._make, rows))

    def history(self, arn: str, after: int = 0, limit: int = -1) -> list[HistoryEvent]:
        with self._database.reading() as connection:
            id = execution_row(connection, arn)
            return (
                []
                if id is None
                else read_events(connection, event_key(id, after), event_key(id + 1, 0), "ASC", limit)
            )

    def history_reversed(self, arn: str, before: int | None = None, limit: int = -1) -> list[HistoryEvent]:
        with self._database.reading() as connection:
            id = execution_row(connection, arn)
            if id is None:
                return []
            end = event_key(id + 1, 0) if before is None else event_key(id, before)
            return read_events(connection, event_key(id, 0), end, "DESC", limit)

    def abort(self, arn: str, error: str | None, cause: str | None, at: int) -> int | None:
        # The wake is for the worker that drives it, if any, which then stops driving it.
        stopped_at = self._abort(arn, error, cause, at)
        if stopped_at is not None:
            self._wake()
        return stopped_at

    def _abort(self, arn: str, error: str | None, cause: str | None, at: int) -> int | None:
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
            return execution_end.abort_execution(connection, id, error, cause, at)


_NEWEST = (1 << 62, 1 << 62)

_CACHED_ROWS = 10_000
"""How many row ids of awaited executions are cached."""


def execution_row(connection: Connection, arn: str) -> int | None:
    """Returns the row id of the execution with this ARN."""
    row = connection.execute("SELECT id FROM execution WHERE arn = ?", (arn,)).fetchone()
    return None if row is None else int(row[0])


def _execution_row_in_token(connection: Connection, key: str) -> int | None:
    """Returns the row id of the last execution of a page.

    The key is its ARN; earlier versions of sfn used the row id.
    """
    return int(key) if key.isdecimal() else execution_row(connection, key)


def _start_execution(
    connection: Connection,
    new: NewExecution,
    started: HistoryEvent,
    taken_over: TakenOverStart | None = None,
) -> Execution | None:
    assert started.payload is not None
    input = started.payload.text
    parent = task = existing = None
    if new.parent_arn is not None:
        assert new.task is not None
        parent = execution_row(connection, new.parent_arn)
        if parent is None:
            return None
        task = event_key(parent, new.task)
        existing = _child_execution_of(connection, task)
    existing = existing or _execution_of_this_name(connection, new.arn, started.at)
    if existing is None:
        if new.mocks is not None:
            connection.execute("INSERT OR IGNORE INTO mocks (body) VALUES (?)", (new.mocks,))
        if taken_over is not None and taken_over.revision is not None:
            from sfn_cli.store.sqlite.stepfunctions.revisions import insert_revision

            new = new._replace(revision=insert_revision(connection, taken_over.revision))
        inserted = connection.execute(
            """
            INSERT INTO execution (arn, state_machine_arn, name, revision, version, alias, status, input,
                                   trace_header, started_at, seed, clock, mocks)
            SELECT :arn, :state_machine_arn, :name, :revision, :version, :alias, 'RUNNING', :input,
                   :trace_header, :started_at, :seed,
                   coalesce(:clock, (SELECT p.clock FROM execution p WHERE p.id = :parent)),
                   (SELECT m.id FROM mocks m WHERE m.body = :mocks)
            FROM state_machine
            WHERE id = :state_machine AND status = 'ACTIVE'
              AND (:parent IS NULL
                   OR EXISTS (SELECT 1 FROM execution e WHERE e.id = :parent AND e.status = 'RUNNING'))
            """,
            {**new._asdict(), "input": input, "started_at": started.at, "parent": parent},
        )
        id = inserted.lastrowid
        if not inserted.rowcount or id is None:
            return None
        insert_events(connection, event_rows(id, [started]))
        if taken_over is not None:
            insert_taken_over_events(connection, id, new, started, taken_over.events)
        if new.logged:
            # Imported here: most starts do not need it.
            from sfn_cli.store.sqlite.stepfunctions.execution_logs import log_events

            log_events(connection, id, [started])
        existing = _find_execution(connection, new.arn)
        assert existing is not None
    if task is not None and existing.status == "RUNNING" and existing.input == input:
        connection.execute(
            "INSERT OR IGNORE INTO child (task, execution, awaited) VALUES (?, ?, ?)",
            (task, existing.id, new.awaited),
        )
    return existing


def _execution_of_this_name(connection: Connection, arn: str, at: int) -> Execution | None:
    """Returns the execution that has the name at the time `at`. One that gives it up is removed."""
    found = _find_execution(connection, arn)
    if found is None or found.stopped_at is None:
        return found
    if at - found.stopped_at < quotas.NAME_REUSE_SECONDS * 1000:
        return found
    from sfn_cli.store.sqlite.removals.removed_machines import remove_execution

    remove_execution(connection, found.id)
    return None


def _child_execution_of(connection: Connection, task: int) -> Execution | None:
    """Returns the execution that the task with this key has already started, if any."""
    return next(
        executions_where(connection, "e.id = (SELECT c.execution FROM child c WHERE c.task = ?)", task), None
    )


def _find_execution(connection: Connection, arn: str) -> Execution | None:
    return next(executions_where(connection, "e.arn = ?", arn), None)


def executions_where(connection: Connection, condition: str, *parameters: object) -> Iterator[Execution]:
    """Yields the executions (`e` in the query) for which a condition is true."""
    rows = connection.execute(
        f"""
        SELECT {_COLUMNS} FROM execution e LEFT JOIN map_run m ON m.id = e.map_run
        WHERE {condition}
        """,
        parameters,
    ).fetchall()
    return map(Execution._make, rows)

"""A worker's writes to the store: it claims executions, and commits turns.

Rule 1: an execution's events, its row, the messages that they consume and the lease check are one
transaction. For an execution that it has lost, a worker writes nothing.
Rule 2: a terminal status never changes.
Rule 3: a task that was answered does not time out, even if the answer arrives during the turn.
Rule 4: an execution that cannot be stored does not affect the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import __version__, jsonvalue
from sfn_cli.errors import RowError, is_store_error
from sfn_cli.interpreter.events import TERMINAL, HistoryEvent
from sfn_cli.store.records.stepfunctions.worker_commits import Claimed, Committed, ExecutionChanges
from sfn_cli.store.sqlite.keys import MACHINE_OF_EXECUTION, event_key
from sfn_cli.store.sqlite.logs.logs import insert_log_lines
from sfn_cli.store.sqlite.stepfunctions import execution_end, inbox, map_run_counts, suspensions, tasks
from sfn_cli.store.sqlite.stepfunctions.events import event_rows, insert_events, read_events
from sfn_cli.store.sqlite.stepfunctions.execution_end import (
    abort_awaited_executions,
    end_map_run_of_execution,
    notify_of_execution_ends,
)
from sfn_cli.store.sqlite.stepfunctions.execution_logs import insert_execution_log

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from sqlite3 import Connection

    from sfn_cli.store.records.logs import LogLine
    from sfn_cli.store.records.stepfunctions.suspensions import Fault
    from sfn_cli.store.sqlite.database import Database


class SqliteWorkerCommits:
    """The store as one worker writes it; `worker` is its id (protocols/driver.py)."""

    def __init__(self, database: Database, worker: int) -> None:
        self._database = database
        self._worker = worker

    @property
    def worker(self) -> int:
        return self._worker

    def claim_new(self, limit: int) -> list[Claimed]:
        return self._claim(None, limit)

    def claim_abandoned(self, live: Collection[int], limit: int) -> list[Claimed]:
        claimed = self._claim(None, limit)
        for owner in self._owners():
            if owner not in live and len(claimed) < limit:
                claimed += self._claim(owner, limit - len(claimed))
        return claimed

    def _claim(self, owner: int | None, limit: int) -> list[Claimed]:
        with self._database.reading() as connection:
            # Most polls find nothing; they take no write lock.
            found = connection.execute(
                "SELECT 1 FROM execution WHERE status = 'RUNNING' AND owner IS ? LIMIT 1", (owner,)
            ).fetchone()
            if found is None:
                return []
        with self._database.transaction() as connection:
            rows = connection.execute(
                """
                UPDATE execution SET owner = ?
                WHERE id IN (
                    SELECT id FROM execution WHERE status = 'RUNNING' AND owner IS ? ORDER BY id LIMIT ?
                )
                RETURNING id
                """,
                (self._worker, owner, limit),
            ).fetchall()
            executions = sorted(id for (id,) in rows)
            try:
                return self._read(executions)
            except Exception as error:
                if is_store_error(error):
                    raise
            return [self._read_alone(execution) for execution in executions]

    def _read_alone(self, execution: int) -> Claimed:
        """Reads one execution as `_read` does; the error, if any, becomes its `damage`."""
        try:
            (claimed,) = self._read([execution])
        except Exception as error:
            if is_store_error(error):
                raise
            return Claimed(execution, "", "", "", "", damage=error)
        return claimed

    def _read(self, executions: Sequence[int]) -> list[Claimed]:
        """Reads the executions with these row ids, in the caller's transaction."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT id, arn, state_machine_arn, revision, seed, clock, map_run, mocks,
                       EXISTS (SELECT 1 FROM state_machine m
                               WHERE m.status = 'DELETING' AND m.arn = {MACHINE_OF_EXECUTION})
                FROM execution
                WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id
                """,
                (jsonvalue.dumps(executions),),
            ).fetchall()
            # Thousands of executions usually share one definition, which is read once.
            read = {
                revision: _committed_definition_and_logging(connection, revision)
                for revision in {revision for _, _, _, revision, *_ in rows}
            }
            mocks = {row: _mocks_of_commit(connection, row) for row in {row for *_, row, _ in rows}}
        return [
            Claimed(
                id=id,
                arn=arn,
                state_machine_arn=machine_arn,
                definition=read[revision][0],
                seed=seed,
                clock=clock,
                map_run=map_run,
                mocks=mocks[mocks_row],
                logging=read[revision][1],
                is_deleted=bool(is_deleted),
            )
            for id, arn, machine_arn, revision, seed, clock, map_run, mocks_row, is_deleted in rows
        ]

    def _owners(self) -> list[int]:
        """Returns the workers that drive executions, including workers that have died."""
        with self._database.reading() as connection:
            # The index leads from one owner to the next: DISTINCT would read every running execution.
            rows = connection.execute(
                """
                WITH RECURSIVE owners (owner) AS (
                    SELECT min(owner) FROM execution WHERE status = 'RUNNING' AND owner >= 0
                    UNION ALL
                    SELECT (
                        SELECT min(owner) FROM execution WHERE status = 'RUNNING' AND owner > owners.owner
                    )
                    FROM owners WHERE owner IS NOT NULL
                )
                SELECT owner FROM owners WHERE owner IS NOT NULL
                """
            ).fetchall()
            return [owner for (owner,) in rows]

    def history(self, execution: int) -> list[HistoryEvent]:
        with self._database.reading() as connection:
            return read_events(connection, event_key(execution, 0), event_key(execution + 1, 0))

    def release(self, executions: Collection[int]) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE execution SET owner = NULL WHERE id = ? AND owner = ?",
                [(id, self._worker) for id in executions],
            )

    def fail(self, execution: int, error: str, cause: str, at: int) -> None:
        with self._database.transaction() as connection:
            if self._owned_executions(connection, [execution]):
                execution_end.fail_execution(connection, execution, error, cause, at)

    def set_aside(self, faults: Mapping[int, Fault], at: int) -> dict[int, int]:
        with self._database.transaction() as connection:
            attempts = {
                execution: suspensions.suspend_execution(
                    connection, execution, self._worker, fault, __version__, at
                )
                for execution, fault in faults.items()
            }
        return {execution: number for execution, number in attempts.items() if number}

    def commit(
        self,
        changes: Sequence[ExecutionChanges],
        forgotten: Sequence[int] = (),
        lines: Sequence[LogLine] = (),
        *,
        read_up_to: int = 0,
        now: int = 0,
    ) -> Committed:
        """Writes a turn durably, with the log lines that arrived during it (ingested at `now`).

        `forgotten` are messages to executions that are no longer driven. `read_up_to` is the last
        message that this worker has read: an execution that would time out although a later message
        is pending counts as lost and is claimed again. Raises StoreError if the store itself fails;
        then nothing was written.
        """
        try:
            with self._database.transaction() as connection:
                return Committed(self._write(connection, changes, forgotten, lines, read_up_to, now), {})
        except Exception as error:
            if is_store_error(error):
                raise
        return self._commit_one_by_one(changes, forgotten, lines, read_up_to, now)

    def _commit_one_by_one(
        self,
        changes: Sequence[ExecutionChanges],
        forgotten: Sequence[int],
        lines: Sequence[LogLine],
        read_up_to: int,
        now: int,
    ) -> Committed:
        """Commits with a savepoint for each execution: those that cannot be written are left out."""
        lost: set[int] = set()
        refused: dict[int, Exception] = {}
        with self._database.transaction() as connection:
            for turn in changes:
                try:
                    with self._database.savepoint():
                        lost |= self._write(connection, [turn], (), (), read_up_to, now)
                except Exception as error:
                    if is_store_error(error):
                        raise
                    refused[turn.execution] = error
            self._write(connection, (), forgotten, lines, read_up_to, now)
        return Committed(lost, refused)

    def _write(
        self,
        connection: Connection,
        changes: Sequence[ExecutionChanges],
        forgotten: Sequence[int],
        lines: Sequence[LogLine],
        read_up_to: int,
        now: int,
    ) -> set[int]:
        """Writes a turn in the caller's transaction. Returns the executions that the worker has lost."""
        lost: set[int] = set()
        rows: list[tuple[object, ...]] = []
        ended: dict[int, HistoryEvent] = {}
        owned = self._owned_executions(connection, [turn.execution for turn in changes])
        for turn in changes:
            execution = turn.execution
            if execution not in owned:
                lost.add(execution)
                continue
            if turn.times_out and inbox.is_in_inbox(connection, execution, after=read_up_to):
                connection.execute("UPDATE execution SET owner = NULL WHERE id = ?", (execution,))
                lost.add(execution)
                continue
            rows += event_rows(execution, turn.events)
            if turn.events and turn.events[-1].type in TERMINAL:
                ended[execution] = turn.events[-1]
        insert_events(connection, rows)
        connection.executemany(
            """
            UPDATE execution
            SET status = :status, stopped_at = :stopped_at, output = :output, error = :error, cause = :cause,
                owner = NULL
            WHERE id = :id
            """,
            [_committed_ending(execution, event) for execution, event in ended.items()],
        )
        committed = [turn for turn in changes if turn.execution not in lost]
        consumed = [*forgotten, *(id for turn in committed for id in turn.consumed)]
        connection.executemany("DELETE FROM inbox WHERE id = ?", [(id,) for id in consumed])
        self._record_tasks(connection, committed, now)
        _commit_clock_jumps(connection, committed)
        _commit_map_run_ends(connection, committed)
        notify_of_execution_ends(connection, ended, now)
        in_map_runs = [turn.execution for turn in committed if turn.in_map_run and turn.execution in ended]
        if in_map_runs:
            map_run_counts.count_map_run_ends(connection, in_map_runs)
        insert_execution_log(connection, [line for turn in committed for line in turn.log], now)
        if lines:
            insert_log_lines(connection, lines, now)
        return lost

    def _owned_executions(self, connection: Connection, executions: Sequence[int]) -> set[int]:
        rows = connection.execute(
            "SELECT id FROM execution WHERE id IN (SELECT value FROM json_each(?)) AND owner = ? "
            "AND status = 'RUNNING'",
            (jsonvalue.dumps(executions), self._worker),
        )
        return {id for (id,) in rows}

    def _record_tasks(self, connection: Connection, changes: Sequence[ExecutionChanges], now: int) -> None:
        for turn in changes:
            if turn.opened:
                tasks.open_tasks(connection, turn.execution, turn.opened, now)
            if turn.closed:
                tasks.close_tasks(connection, [event_key(turn.execution, task) for task in turn.closed])
            if turn.given_up:
                abort_awaited_executions(
                    connection, [event_key(turn.execution, task) for task in turn.given_up], now
                )


def _commit_clock_jumps(connection: Connection, changes: Sequence[ExecutionChanges]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO clock_jump (execution, jumped_at, jumped_to) VALUES (?, ?, ?)",
        [(turn.execution, *jump) for turn in changes for jump in turn.jumps],
    )


def _commit_map_run_ends(connection: Connection, changes: Sequence[ExecutionChanges]) -> None:
    """Ends Map Runs for which there is an end event, which follows the event that started them."""
    for turn in changes:
        for event in turn.events if turn.map_runs else ():
            if event.previous_event_id in turn.map_runs and event.type in _MAP_RUN_ENDS:
                end_map_run_of_execution(
                    connection,
                    event_key(turn.execution, event.previous_event_id),
                    _MAP_RUN_ENDS[event.type],
                    event.at,
                )


_MAP_RUN_ENDS = {"MapRunSucceeded": "SUCCEEDED", "MapRunFailed": "FAILED"}


def _committed_definition_and_logging(connection: Connection, revision: int) -> tuple[str, str]:
    row: tuple[str, str] | None = connection.execute(
        "SELECT definition, logging_configuration FROM revision WHERE id = ?", (revision,)
    ).fetchone()
    if row is None:
        raise RowError(
            f"The store is damaged: the definition of an execution is missing (revision {revision})."
        )
    return row


def _mocks_of_commit(connection: Connection, row: int | None) -> str | None:
    """Returns the mocks with this row id, as JSON."""
    if row is None:
        return None
    found = connection.execute("SELECT body FROM mocks WHERE id = ?", (row,)).fetchone()
    if found is None:
        raise RowError(f"The store is damaged: the mocks of an execution are missing (mocks {row}).")
    body: str = found[0]
    return body


def _committed_ending(execution: int, event: HistoryEvent) -> dict[str, object]:
    """Returns the changes to an execution's row when it ends."""
    details = event.details or {}
    return {
        "id": execution,
        "status": TERMINAL[event.type],
        "stopped_at": event.at,
        "output": None if event.payload is None else event.payload.text,
        "error": details.get("error"),
        "cause": details.get("cause"),
    }

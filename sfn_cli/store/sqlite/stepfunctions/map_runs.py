"""Map Runs: their start, their children's results, and their end.

Rule 1: starting the children of a chunk, moving the place in the dataset and counting are one
transaction: after a crash, no item starts twice and none is skipped.
Rule 2: a child's end and the counts are one transaction (execution_end.py, `count_map_run_ends`),
and so are a Map Run's end and its event (worker_commits.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.interpreter.events import execution_started_event
from sfn_cli.interpreter.execution_log import execution_log
from sfn_cli.interpreter.map_run import map_run_machine_arn
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.records.map_runs import (
    ChildState,
    Count,
    MapRun,
    NewChild,
    NewMapRun,
    Result,
    UnsuccessfulChild,
)
from sfn_cli.store.sqlite.columns import columns_of, insert_columns
from sfn_cli.store.sqlite.keys import event_key
from sfn_cli.store.sqlite.stepfunctions import map_run_counts, revisions
from sfn_cli.store.sqlite.stepfunctions.events import event_rows, insert_events
from sfn_cli.store.sqlite.stepfunctions.execution_logs import insert_execution_log, log_lines
from sfn_cli.store.sqlite.stepfunctions.executions import execution_row
from sfn_cli.store.sqlite.stepfunctions.redrives import redrive_child, rerun_child
from sfn_cli.store.sqlite.wake import no_wake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from sqlite3 import Connection

    from sfn_cli.store.sqlite.database import Database
    from sfn_cli.store.sqlite.wake import Wake


_COLUMNS = columns_of(MapRun, "m", execution_arn="e.arn", counts="NULL")
_SOURCE = "map_run m JOIN execution e ON e.id = execution_of(m.task)"


class SqliteMapRuns:
    """The Map Runs in one store (protocols/stepfunctions.py). `wake` wakes a worker."""

    def __init__(self, database: Database, wake: Wake = no_wake) -> None:
        self._database = database
        self._wake = wake

    def begin(self, new: NewMapRun) -> MapRun | None:
        with self._database.transaction() as connection:
            parent = execution_row(connection, new.execution_arn)
            if parent is None:
                return None
            task = event_key(parent, new.task)
            existing = connection.execute("SELECT id, task FROM map_run WHERE arn = ?", (new.arn,)).fetchone()
            if existing is None:
                if not _insert_map_run(connection, new, parent, task):
                    return None
            elif existing[1] != task:
                # It belonged to another task and has ended; its execution was redriven.
                _resume_map_run(connection, existing[0], task, new.started_at)
            return _find_map_run(connection, "m.task = ?", task)

    def find(self, arn: str) -> MapRun | None:
        with self._database.reading() as connection:
            return _find_map_run(connection, "m.arn = ?", arn)

    def page(self, execution_arn: str, before: str | None, limit: int) -> list[MapRun]:
        with self._database.reading() as connection:
            execution = execution_row(connection, execution_arn)
            if execution is None:
                return []
            rows = connection.execute(
                f"""
                SELECT {_COLUMNS} FROM {_SOURCE} WHERE m.task BETWEEN ? AND ? AND m.id < ?
                ORDER BY m.id DESC LIMIT ?
                """,
                (
                    event_key(execution, 0),
                    event_key(execution + 1, 0),
                    1 << 62 if before is None else _map_run_row_in_token(connection, before),
                    limit,
                ),
            ).fetchall()
            return [MapRun._make(row)._replace(counts={}) for row in rows]

    def set_total(self, arn: str, total_items: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE map_run SET total_items = ?, place = 0, started_items = 0 WHERE arn = ?",
                (total_items, arn),
            )

    def update(self, arn: str, changes: Mapping[str, int | float]) -> bool:
        assignments = ", ".join(f"{name} = :{name}" for name in changes)
        with self._database.transaction() as connection:
            updated = connection.execute(
                f"UPDATE map_run SET {assignments} WHERE arn = :arn AND status = 'RUNNING'",
                {**changes, "arn": arn},
            )
        if updated.rowcount:
            self._wake()
        return bool(updated.rowcount)

    def start_children(self, run: MapRun, children: Sequence[NewChild], place: int, at: int) -> bool:
        with self._database.transaction() as connection:
            started = _start_map_run_children(connection, run, children, place, at)
        if started:
            self._wake()
        return started

    def redrive_children(self, run: MapRun, limit: int, at: int) -> bool:
        with self._database.transaction() as connection:
            redriven = _redrive_map_run_children(connection, run, limit, at)
        if redriven:
            self._wake()
        return redriven

    def results(self, arn: str) -> Iterator[Result]:
        with self._database.reading() as connection:
            yield from map(
                Result._make,
                connection.execute(
                    f"""
                    SELECT {columns_of(Result)} FROM execution
                    WHERE map_run = (SELECT id FROM map_run WHERE arn = ?) ORDER BY id
                    """,
                    (arn,),
                ),
            )

    def child_states(self, arn: str, limit: int) -> list[ChildState]:
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT status, coalesce(item_count, 1), stopped_at FROM execution
                WHERE map_run = (SELECT id FROM map_run WHERE arn = ?) ORDER BY started_at, id LIMIT ?
                """,
                (arn, limit),
            ).fetchall()
        return [ChildState._make(row) for row in rows]

    def unsuccessful_children(self, arn: str, limit: int) -> list[UnsuccessfulChild]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {columns_of(UnsuccessfulChild)} FROM execution
                WHERE map_run = (SELECT id FROM map_run WHERE arn = ?)
                  AND status IN ('FAILED', 'TIMED_OUT', 'ABORTED')
                ORDER BY started_at, id LIMIT ?
                """,
                (arn, limit),
            ).fetchall()
        return [UnsuccessfulChild._make(row) for row in rows]


def _find_map_run(connection: Connection, condition: str, value: int | str) -> MapRun | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE {condition}", (value,)).fetchone()
    if row is None:
        return None
    run = MapRun._make(row)
    counts = connection.execute(
        "SELECT status, executions, items FROM map_run_count WHERE map_run = ?", (run.id,)
    ).fetchall()
    return run._replace(counts={status: Count(executions, items) for status, executions, items in counts})


def _map_run_row_in_token(connection: Connection, key: str) -> int | None:
    """Returns the row id of the last Map Run of a page.

    The key is its ARN; earlier versions of sfn used the row id.
    """
    if key.isdecimal():
        return int(key)
    row = connection.execute("SELECT id FROM map_run WHERE arn = ?", (key,)).fetchone()
    return None if row is None else int(row[0])


def _insert_map_run(connection: Connection, new: NewMapRun, parent: int, task: int) -> bool:
    """Stores a new Map Run of the execution with the row id `parent`, if that is running."""
    row = connection.execute(
        "SELECT revision FROM execution WHERE id = ? AND status = 'RUNNING'", (parent,)
    ).fetchone()
    if row is None:
        return False
    machine_arn = map_run_machine_arn(new.arn)
    map_run = {
        "arn": new.arn,
        "task": task,
        "state_machine_arn": machine_arn,
        "revision": _map_run_revision(connection, row[0], machine_arn, new.processor),
        "express": new.express,
        "status": "RUNNING",
        "started_at": new.started_at,
        "max_concurrency": new.max_concurrency,
        "tolerated_failure_count": new.tolerated_failure_count,
        "tolerated_failure_percentage": new.tolerated_failure_percentage,
        "total_items": new.total_items,
    }
    connection.execute(insert_columns("map_run", map_run), map_run)
    return True


def _start_map_run_children(
    connection: Connection, run: MapRun, children: Sequence[NewChild], place: int, at: int
) -> bool:
    row = connection.execute(
        """
        SELECT m.revision, r.role_arn, r.logging_configuration, e.clock, e.mocks
        FROM map_run m JOIN execution e ON e.id = execution_of(m.task) JOIN revision r ON r.id = m.revision
        WHERE m.id = ? AND m.status = 'RUNNING' AND m.started_items = ?
        """,
        (run.id, run.started_items),
    ).fetchone()
    if row is None:
        return False
    revision, role_arn, logging, clock, mocks = row
    first = (connection.execute("SELECT max(id) FROM execution").fetchone()[0] or 0) + 1
    common = {
        "state_machine_arn": run.state_machine_arn,
        "revision": revision,
        "started_at": at,
        "clock": clock,
        "mocks": mocks,
        "map_run": run.id,
    }
    connection.executemany(
        """
        INSERT INTO execution (id, arn, state_machine_arn, name, revision, status, input, started_at, seed,
                               clock, mocks, map_run, item_count)
        VALUES (:id, :arn, :state_machine_arn, :name, :revision, 'RUNNING', :input, :started_at, :seed,
                :clock, :mocks, :map_run, :items)
        """,
        [{**common, **child._asdict(), "id": first + n} for n, child in enumerate(children)],
    )
    started = [execution_started_event(Payload(text=child.input), role_arn, at) for child in children]
    insert_events(connection, [event_rows(first + n, [event])[0] for n, event in enumerate(started)])
    if (log := execution_log(logging)) is not None:
        events_of_children = zip(children, started, strict=True)
        lines = [
            line
            for child, event in events_of_children
            for line in log_lines(log, child.arn, run.state_machine_arn, [event])
        ]
        insert_execution_log(connection, lines, at)
    items = sum(child.items for child in children)
    map_run_counts.add_map_run_counts(connection, run.id, "RUNNING", len(children), items)
    connection.execute(
        "UPDATE map_run SET started_items = started_items + ?, place = ? WHERE id = ?", (items, place, run.id)
    )
    return True


def _redrive_map_run_children(connection: Connection, run: MapRun, limit: int, at: int) -> bool:
    running = connection.execute("SELECT 1 FROM map_run WHERE id = ? AND status = 'RUNNING'", (run.id,))
    if running.fetchone() is None:
        return False
    waiting = connection.execute(
        """
        SELECT id, redrive_count, item_count FROM execution
        WHERE map_run = ? AND status = 'PENDING_REDRIVE' ORDER BY id LIMIT ?
        """,
        (run.id, limit),
    ).fetchall()
    again = rerun_child if run.express else redrive_child
    for id, count, _ in waiting:
        again(connection, id, count + 1, at)
    items = sum(items for _, _, items in waiting)
    map_run_counts.add_map_run_counts(connection, run.id, "PENDING_REDRIVE", -len(waiting), -items)
    map_run_counts.add_map_run_counts(connection, run.id, "RUNNING", len(waiting), items)
    return True


_UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")


def _resume_map_run(connection: Connection, id: int, task: int, at: int) -> None:
    """Resumes a Map Run that has ended, for another task.

    Its unsuccessful children wait for their redrive.
    """
    connection.execute(
        """
        UPDATE map_run
        SET task = ?, status = 'RUNNING', stopped_at = NULL,
            redrive_count = redrive_count + 1, redriven_at = ?
        WHERE id = ?
        """,
        (task, at, id),
    )
    connection.execute(
        """
        UPDATE execution SET status = 'PENDING_REDRIVE'
        WHERE map_run = ? AND status IN ('FAILED', 'TIMED_OUT', 'ABORTED')
        """,
        (id,),
    )
    map_run_counts.move_map_run_counts(connection, id, _UNSUCCESSFUL, "PENDING_REDRIVE")


def _map_run_revision(connection: Connection, parent: int, state_machine_arn: str, processor: str) -> int:
    """Returns a revision that equals the parent's except for its definition.

    If the previous run has the same revision, that one is reused.
    """
    before = connection.execute(
        """
        SELECT m.revision, e.revision, r.definition
        FROM map_run m JOIN execution e ON e.id = execution_of(m.task) JOIN revision r ON r.id = m.revision
        WHERE m.state_machine_arn = ? ORDER BY m.id DESC LIMIT 1
        """,
        (state_machine_arn,),
    ).fetchone()
    if before is not None and before[1:] == (parent, processor):
        return int(before[0])
    return revisions.insert_revision(
        connection, revisions.find_revision(connection, parent)._replace(definition=processor)
    )

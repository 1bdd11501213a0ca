"""Map Runs: how they begin, what their children have come to, how they end.

Rule 1: the children of a chunk, the place in the dataset that follows it, and the counts are one transaction:
whoever goes on after a crash starts no item twice and leaves none out.
Rule 2: a child's end and the counts that show it are one transaction (endings.py, `count_ends`), and so are a
Map Run's end and the event of it (turns.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.interpreter.events import execution_started
from sfn_cli.interpreter.execution_log import execution_log
from sfn_cli.interpreter.map_run import labelled_machine_arn
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.records.map_runs import Count, MapRun, NewChild, NewMapRun, Result
from sfn_cli.store.sqlite.keys import key_of
from sfn_cli.store.sqlite.stepfunctions import execution_end, revisions
from sfn_cli.store.sqlite.stepfunctions.events import event_rows, insert_events
from sfn_cli.store.sqlite.stepfunctions.execution_logs import insert_execution_log, log_lines
from sfn_cli.store.sqlite.stepfunctions.redrives import redrive_child, rerun_child

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.store.sqlite.database import Database


_COLUMNS = """
    m.id, m.arn, e.arn, m.state_machine_arn, m.express, m.status, m.started_at, m.stopped_at, m.max_concurrency, m.tolerated_failure_count,
    m.tolerated_failure_percentage, m.total_items, m.started_items, m.place, m.redrive_count, m.redriven_at
"""
_SOURCE = "map_run m JOIN execution e ON e.id = m.task >> 16"


class MapRuns:
    """The Map Runs in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, new: NewMapRun) -> MapRun | None:
        """The Map Run of this name from now on: the new one, or the one that there is. None when
        its execution has ended.

        One that belonged to another task has ended, and its execution was redriven: it goes on for
        this task.
        """
        with self._database.transaction() as connection:
            existing = connection.execute("SELECT id, task FROM map_run WHERE arn = ?", (new.arn,)).fetchone()
            if existing is not None and existing[1] != new.task:
                _go_on(connection, existing[0], new)
            elif existing is None:
                row = connection.execute(
                    "SELECT revision FROM execution WHERE id = ? >> 16 AND status = 'RUNNING'", (new.task,)
                ).fetchone()
                if row is None:
                    return None
                connection.execute(
                    """
                    INSERT INTO map_run (arn, task, state_machine_arn, revision, express, status, started_at, max_concurrency,
                                         tolerated_failure_count, tolerated_failure_percentage, total_items)
                    VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?)
                    """,
                    (
                        new.arn,
                        new.task,
                        labelled_machine_arn(new.arn),
                        _revision_of(connection, row[0], labelled_machine_arn(new.arn), new.processor),
                        new.express,
                        new.started_at,
                        new.max_concurrency,
                        new.tolerated_failure_count,
                        new.tolerated_failure_percentage,
                        new.total_items,
                    ),
                )
            return _found(connection, "m.task = ?", new.task)

    def find(self, arn: str) -> MapRun | None:
        with self._database.reading() as connection:
            return _found(connection, "m.arn = ?", arn)

    def get(self, id: int) -> MapRun:
        """The Map Run with this row."""
        with self._database.reading() as connection:
            run = _found(connection, "m.id = ?", id)
            assert run is not None
            return run

    def page(self, execution: int, before: int | None, limit: int) -> list[MapRun]:
        """Up to `limit` Map Runs of the execution with this row, newest first, from the one that
        precedes the row `before`.
        """
        last = 1 << 62 if before is None else before
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE m.task BETWEEN ? AND ? AND m.id < ? ORDER BY m.id "
                "DESC LIMIT ?",
                (key_of(execution, 0), key_of(execution + 1, 0), last, limit),
            ).fetchall()
            return [MapRun(*(*row, {})) for row in rows]

    def set_total(self, id: int, total_items: int) -> None:
        """Notes how many items there are; the first of them comes next."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE map_run SET total_items = ?, place = 0, started_items = 0 WHERE id = ?",
                (total_items, id),
            )

    def update(self, arn: str, changes: Mapping[str, int | float]) -> bool:
        """Changes columns of a Map Run that runs; whether there is one."""
        columns = ", ".join(f"{name} = ?" for name in changes)
        with self._database.transaction() as connection:
            done = connection.execute(
                f"UPDATE map_run SET {columns} WHERE arn = ? AND status = 'RUNNING'", (*changes.values(), arn)
            )
            return bool(done.rowcount)

    def start_children(self, run: MapRun, children: Sequence[NewChild], place: int, at: int) -> bool:
        """Starts the children that follow those that were started; `place` is where the next items stand.

        False, and nothing is started, when the Map Run runs no more.
        """
        with self._database.transaction() as connection:
            row = connection.execute(
                """
                SELECT m.revision, r.role_arn, r.logging_configuration, e.clock, e.mocks
                FROM map_run m JOIN execution e ON e.id = m.task >> 16 JOIN revision r ON r.id = m.revision
                WHERE m.id = ? AND m.status = 'RUNNING' AND m.started_items = ?
                """,
                (run.id, run.started_items),
            ).fetchone()
            if row is None:
                return False
            revision, role_arn, logging, clock, mocks = row
            first = (connection.execute("SELECT max(id) FROM execution").fetchone()[0] or 0) + 1
            connection.executemany(
                """
                INSERT INTO execution (id, arn, state_machine_arn, name, revision, status, input, started_at, seed, clock,
                                       mocks, map_run, item_count)
                VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    (
                        first + n,
                        child.arn,
                        run.state_machine_arn,
                        child.name,
                        revision,
                        child.input,
                        at,
                        child.seed,
                        clock,
                        mocks,
                        run.id,
                        child.items,
                    )
                    for n, child in enumerate(children)
                ],
            )
            started = [execution_started(Payload(text=child.input), role_arn, at) for child in children]
            insert_events(connection, [event_rows(first + n, [event])[0] for n, event in enumerate(started)])
            if (log := execution_log(logging)) is not None:
                children_of = zip(children, started, strict=True)
                lines = [
                    line
                    for child, event in children_of
                    for line in log_lines(log, child.arn, run.state_machine_arn, [event])
                ]
                insert_execution_log(connection, lines, at)
            items = sum(child.items for child in children)
            execution_end.add_to_count(connection, run.id, "RUNNING", len(children), items)
            connection.execute(
                "UPDATE map_run SET started_items = started_items + ?, place = ? WHERE id = ?",
                (items, place, run.id),
            )
            return True

    def redrive_children(self, run: MapRun, limit: int, at: int) -> bool:
        """Lets up to so many of the children go on that wait for it. False when the Map Run runs no more."""
        again = rerun_child if run.express else redrive_child
        with self._database.transaction() as connection:
            if (
                connection.execute(
                    "SELECT 1 FROM map_run WHERE id = ? AND status = 'RUNNING'", (run.id,)
                ).fetchone()
                is None
            ):
                return False
            waiting = connection.execute(
                """
                SELECT id, redrive_count, item_count FROM execution
                WHERE map_run = ? AND status = 'PENDING_REDRIVE' ORDER BY id LIMIT ?
                """,
                (run.id, limit),
            ).fetchall()
            for id, count, _ in waiting:
                again(connection, id, count + 1, at)
            items = sum(items for _, _, items in waiting)
            execution_end.add_to_count(connection, run.id, "PENDING_REDRIVE", -len(waiting), -items)
            execution_end.add_to_count(connection, run.id, "RUNNING", len(waiting), items)
            return True

    def results(self, id: int) -> Iterator[Result]:
        """What became of each child, in their order. The query is open while they are read."""
        with self._database.reading() as connection:
            yield from (
                Result(*row)
                for row in connection.execute(
                    """
                    SELECT arn, name, status, input, output, error, cause, started_at, stopped_at
                    FROM execution WHERE map_run = ? ORDER BY id
                    """,
                    (id,),
                )
            )


_UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")


def _go_on(connection: Any, id: int, new: NewMapRun) -> None:
    """A Map Run that has ended runs again, for another task: its children that did not succeed wait
    to go on.
    """
    connection.execute(
        """
        UPDATE map_run SET task = ?, status = 'RUNNING', stopped_at = NULL, redrive_count = redrive_count + 1, redriven_at = ?
        WHERE id = ?
        """,
        (new.task, new.started_at, id),
    )
    connection.execute(
        "UPDATE execution SET status = 'PENDING_REDRIVE' WHERE map_run = ? AND status IN ('FAILED', "
        "'TIMED_OUT', 'ABORTED')",
        (id,),
    )
    execution_end.move_count(connection, id, _UNSUCCESSFUL, "PENDING_REDRIVE")


def _revision_of(connection: Any, parent: int, state_machine_arn: str, processor: str) -> int:
    """The revision that is the parent's in all but its definition: that of the run before, if it is
    the same.
    """
    before = connection.execute(
        """
        SELECT m.revision, e.revision, r.definition
        FROM map_run m JOIN execution e ON e.id = m.task >> 16 JOIN revision r ON r.id = m.revision
        WHERE m.state_machine_arn = ? ORDER BY m.id DESC LIMIT 1
        """,
        (state_machine_arn,),
    ).fetchone()
    if before is not None and before[1:] == (parent, processor):
        return int(before[0])
    return revisions.insert(connection, revisions.find(connection, parent)._replace(definition=processor))


def _found(connection: Any, condition: str, value: int | str) -> MapRun | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE {condition}", (value,)).fetchone()
    if row is None:
        return None
    counts = connection.execute(
        "SELECT status, executions, items FROM map_run_count WHERE map_run = ?", (row[0],)
    ).fetchall()
    return MapRun(*(*row, {status: Count(executions, items) for status, executions, items in counts}))

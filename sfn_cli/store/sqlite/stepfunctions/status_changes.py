"""Status changes of executions, derived from the stored history.

No process has to record them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.store.records.stepfunctions.outbox import StatusChange
from sfn_cli.store.sqlite.keys import event_key
from sfn_cli.store.sqlite.stepfunctions.executions import executions_where

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from sqlite3 import Connection

    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.sqlite.database import Database

_BATCH = 500
"""How many executions' changes one statement reads."""

_TYPES = ("ExecutionStarted", "ExecutionRedriven", *TERMINAL)


class SqliteStatusChanges:
    """The status changes of the executions in one store (protocols/stepfunctions.py)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def watch(self, since: int, *, follow: bool = True) -> SqliteStatusWatch:
        """See protocols/stepfunctions.py.

        Without `follow`, executions that started earlier and still run are not read.
        """
        return SqliteStatusWatch(self, since, follow=follow)

    def any_noted(self) -> bool:
        with self._database.reading() as connection:
            row = connection.execute(
                """
                SELECT 1 FROM status_change
                WHERE EXISTS (SELECT 1 FROM status_receiver WHERE name = 'rules') LIMIT 1
                """
            ).fetchone()
        return row is not None

    def last_execution(self) -> int:
        """Returns the row id of the latest execution."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT coalesce(max(id), 0) FROM execution").fetchone()[0])

    def started_since(self, at: int) -> list[int]:
        """Returns the executions that were started at this time or later."""
        with self._database.reading() as connection:
            # This steps from machine to machine with the index that lists use: an index by time alone
            # would slow down every start.
            rows = connection.execute(
                """
                WITH RECURSIVE machine (arn) AS (
                    SELECT min(state_machine_arn) FROM execution
                    UNION ALL
                    SELECT (
                        SELECT min(state_machine_arn) FROM execution WHERE state_machine_arn > machine.arn
                    )
                    FROM machine WHERE arn IS NOT NULL
                )
                SELECT e.id
                FROM machine m CROSS JOIN execution e INDEXED BY execution_by_machine
                ON e.state_machine_arn = m.arn AND e.started_at >= ?
                """,
                (at,),
            )
            return [id for (id,) in rows]

    def ended_since(self, at: int) -> list[int]:
        """Returns the executions that ended at this time or later and have not been redriven."""
        with self._database.reading() as connection:
            return [
                id for (id,) in connection.execute("SELECT id FROM execution WHERE stopped_at >= ?", (at,))
            ]

    def redriven_since(self, at: int) -> list[tuple[int, int]]:
        """Returns (execution, number of redrives) of those last redriven at `at` or later."""
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT id, redrive_count FROM execution WHERE redriven_at >= ?", (at,)
            ).fetchall()

    def running(self) -> dict[int, int]:
        """Returns the running executions, with the number of changes that each has had."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT id, 2 * redrive_count + 1 FROM execution INDEXED BY execution_running
                WHERE status = 'RUNNING'
                """
            ).fetchall()
            return dict(rows)

    def of(self, executions: Collection[int]) -> Iterator[StatusChange]:
        """Yields the changes of these executions, for each of them in order."""
        rows = sorted(executions)
        for start in range(0, len(rows), _BATCH):
            with self._database.reading() as connection:
                found = connection.execute(
                    """
                    SELECT id, status, started_at, stopped_at, redrive_count = 0 AND map_run IS NULL
                    FROM execution
                    WHERE id IN (SELECT value FROM json_each(?)) AND instr(arn, ':express:') = 0
                    """,
                    (jsonvalue.dumps(rows[start : start + _BATCH]),),
                ).fetchall()
                for id, status, started_at, stopped_at, is_plain in found:
                    if not is_plain:
                        yield from (
                            StatusChange(at, id, number, status)
                            for number, (at, status, *_) in enumerate(
                                _status_changes_in_history(connection, id)
                            )
                        )
                        continue
                    yield StatusChange(started_at, id, 0, "RUNNING")
                    if status != "RUNNING":
                        yield StatusChange(stopped_at, id, 1, status)

    def execution_after(self, execution: int, number: int) -> Execution | None:
        """Returns the execution as it was after the change with this number, if there was one."""
        with self._database.reading() as connection:
            now = next(executions_where(connection, "e.id = ?", execution), None)
            if now is None:
                return None
            if now.redrive_count == 0 and now.map_run_arn is None:
                if number == 0:
                    return now._replace(
                        status="RUNNING", stopped_at=None, output=None, error=None, cause=None
                    )
                return now if number == 1 and now.status != "RUNNING" else None
            changes = _status_changes_in_history(connection, execution)
        if number >= len(changes):
            return None
        at, status, output, details = changes[number]
        redriven_at = next(
            (at for at, status, *_ in reversed(changes[1 : number + 1]) if status == "RUNNING"), None
        )
        return now._replace(
            status=status,
            stopped_at=None if status == "RUNNING" else at,
            output=output if status == "SUCCEEDED" else None,
            error=details.get("error"),
            cause=details.get("cause"),
            redrive_count=number // 2,
            redriven_at=redriven_at,
        )

    def ended_among(self, executions: Collection[int]) -> list[int]:
        """Returns those of these executions that have ended."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT id FROM execution
                WHERE id IN (SELECT value FROM json_each(?)) AND status <> 'RUNNING'
                """,
                (jsonvalue.dumps(list(executions)),),
            )
            return [id for (id,) in rows]


class SqliteStatusWatch:
    """The changes from a given time on, for repeated polling: each is returned once.

    See protocols/stepfunctions.py.
    """

    def __init__(self, changes: SqliteStatusChanges, since: int, *, follow: bool) -> None:
        self._follow = follow
        self._changes = changes
        self._since = since
        self._last: int | None = None
        self._running: dict[int, int] = {}
        """The executions that were running at the last poll, with their number of changes until then."""
        self._redrives: set[tuple[int, int]] = set()
        """The redrives that have been seen: (execution, number of redrives)."""

    def next(self) -> Iterator[Execution]:
        last = self._changes.last_execution()
        redriven = set(self._changes.redriven_since(self._since)) - self._redrives
        if self._last is None:
            # Running executions are read first: one that ends in the meantime is found among those
            # that have ended.
            running = self._changes.running() if self._follow else {}
            seen = self._running = {id: count for id, count in running.items() if id <= last}
            looked_at = {id for id in self._changes.started_since(self._since) if id <= last}
            looked_at |= {id for id in self._changes.ended_since(self._since) if id <= last}
            looked_at |= {id for id, _ in redriven}
            shown = dict.fromkeys(looked_at, 0)
        else:
            seen = self._running
            shown = dict.fromkeys(range(self._last + 1, last + 1), 0)
            shown |= {id: 2 * count for id, count in redriven}
            ended = self._changes.ended_among(seen)
            shown |= {id: seen[id] for id in (*ended, *shown) if id in seen}
        self._last = last
        self._redrives |= redriven
        return self._executions_after(self._new_changes(shown))

    def _new_changes(self, shown: dict[int, int]) -> list[StatusChange]:
        """Returns the changes of executions, except the first `shown` of each.

        Updates `_running`.
        """
        changes = []
        for change in self._changes.of(shown):
            if change.status == "RUNNING":
                self._running[change.execution] = change.number + 1
            else:
                self._running.pop(change.execution, None)
            if change.number >= shown[change.execution] and change.at >= self._since:
                changes.append(change)
        return sorted(changes)

    def _executions_after(self, changes: list[StatusChange]) -> Iterator[Execution]:
        for change in changes:
            execution = self._changes.execution_after(change.execution, change.number)
            if execution is not None:
                yield execution


def _status_changes_in_history(
    connection: Connection, execution: int
) -> list[tuple[int, str, str | None, Mapping[str, Any]]]:
    """Returns the changes in the history: the time, status, payload and details of each."""
    rows = connection.execute(
        f"""
        SELECT at, type, payload, details FROM event
        WHERE key > ? AND key < ? AND type IN ({", ".join("?" * len(_TYPES))}) ORDER BY key
        """,
        (event_key(execution, 0), event_key(execution + 1, 0), *_TYPES),
    ).fetchall()
    return [
        (at, TERMINAL.get(type, "RUNNING"), payload, jsonvalue.loads(details) if details else {})
        for at, type, payload, details in rows
    ]

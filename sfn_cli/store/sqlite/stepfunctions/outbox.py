"""Status changes of executions: derived from what is stored, and noted one by one while an event
bus is owed them.

An execution's changes are numbered: 0 is its start, 1 its end, 2 its first redrive, 3 the end after
that, and so on. EXPRESS executions have none here. Rule 1: while there is an event bus, a change
and its note are one transaction (the schema's triggers), and a note stays until it is delivered, or
too old.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.store.records.outbox import Note, StatusChange
from sfn_cli.store.sqlite.keys import key_of
from sfn_cli.store.sqlite.stepfunctions.executions import executions_where

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.sqlite.database import Database

_AT_ONCE = 500
"""Of how many executions one statement reads the changes."""

_TYPES = ("ExecutionStarted", "ExecutionRedriven", *TERMINAL)


class StatusChanges:
    """The status changes of the executions in one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_execution(self) -> int:
        """The row of the youngest execution."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT coalesce(max(id), 0) FROM execution").fetchone()[0])

    def started_since(self, at: int) -> list[int]:
        """The executions that were started at this time or later."""
        with self._database.reading() as connection:
            # From machine to machine by the index that lists use: one by time alone would cost every start.
            rows = connection.execute(
                """
                WITH RECURSIVE machine (arn) AS (
                    SELECT min(state_machine_arn) FROM execution
                    UNION ALL
                    SELECT (SELECT min(state_machine_arn) FROM execution WHERE state_machine_arn > machine.arn)
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
        """The executions that ended then or later, and have not been redriven."""
        with self._database.reading() as connection:
            return [
                id for (id,) in connection.execute("SELECT id FROM execution WHERE stopped_at >= ?", (at,))
            ]

    def redriven_since(self, at: int) -> list[tuple[int, int]]:
        """The executions whose last redrive was then or later, and how many they have had."""
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT id, redrive_count FROM execution WHERE redriven_at >= ?", (at,)
            ).fetchall()

    def running(self) -> dict[int, int]:
        """The executions that run, and how many changes each has had."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, 2 * redrive_count + 1 FROM execution INDEXED BY execution_running WHERE status "
                "= 'RUNNING'"
            )
            return dict(rows.fetchall())

    def of(self, executions: Collection[int]) -> Iterator[StatusChange]:
        """The changes of executions, of each in their order."""
        rows = sorted(executions)
        for start in range(0, len(rows), _AT_ONCE):
            with self._database.reading() as connection:
                found = connection.execute(
                    """
                    SELECT id, status, started_at, stopped_at, redrive_count = 0 AND map_run IS NULL FROM execution
                    WHERE id IN (SELECT value FROM json_each(?)) AND instr(arn, ':express:') = 0
                    """,
                    (jsonvalue.dumps(rows[start : start + _AT_ONCE]),),
                ).fetchall()
                for id, status, started_at, stopped_at, is_plain in found:
                    if not is_plain:
                        yield from (
                            StatusChange(at, id, number, status)
                            for number, (at, status, *_) in enumerate(_recorded(connection, id))
                        )
                        continue
                    yield StatusChange(started_at, id, 0, "RUNNING")
                    if status != "RUNNING":
                        yield StatusChange(stopped_at, id, 1, status)

    def stood(self, execution: int, number: int) -> Execution | None:
        """The execution as it stood after its change of this number, if it has had it."""
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
            changes = _recorded(connection, execution)
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

    def begin_notes(self, at: int) -> None:
        """Notes the changes from now on, and the starts that no worker has seen yet: they are why
        one is here.
        """
        with self._database.transaction() as connection:
            if connection.execute("INSERT OR IGNORE INTO event_bus (id) VALUES (1)").rowcount:
                connection.execute(
                    """
                    INSERT INTO status_change (execution, number, noted_at)
                    SELECT e.id, 0, ? FROM execution e INDEXED BY execution_running
                    WHERE e.status = 'RUNNING' AND e.owner IS NULL AND instr(e.arn, ':express:') = 0
                      AND NOT EXISTS (SELECT 1 FROM event WHERE key = e.id * 65536 + 2)
                    ORDER BY e.id
                    """,
                    (at // 1000,),
                )

    def end_notes(self) -> int:
        """Notes no more changes, and drops those that were noted; their number."""
        with self._database.reading() as connection:
            if connection.execute("SELECT 1 FROM event_bus").fetchone() is None:
                return 0
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM event_bus")
            return connection.execute("DELETE FROM status_change").rowcount

    def noted(self, limit: int) -> list[Note]:
        """The changes that are owed, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, execution, number FROM status_change ORDER BY id LIMIT ?", (limit,)
            ).fetchall()
            return [Note(*row) for row in rows]

    def drop(self, notes: Iterable[int]) -> None:
        """These notes have been delivered, or never will be."""
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM status_change WHERE id = ?", [(id,) for id in notes])

    def drop_older(self, at: int) -> int:
        """Drops the notes of before; their number. (They are in the order of their ids, as far as
        the clock was.)
        """
        with self._database.transaction() as connection:
            oldest_first = connection.execute("SELECT id, noted_at FROM status_change ORDER BY id")
            old = [id for id, _ in takewhile(lambda row: row[1] < at // 1000, oldest_first)]
            connection.executemany("DELETE FROM status_change WHERE id = ?", [(id,) for id in old])
            return len(old)


def _recorded(connection: Any, execution: int) -> list[tuple[int, str, str | None, Mapping[str, Any]]]:
    """The changes that the history tells: when, the status, the payload and the details of each."""
    rows = connection.execute(
        f"""
        SELECT at, type, payload, details FROM event
        WHERE key > ? AND key < ? AND type IN ({", ".join("?" * len(_TYPES))}) ORDER BY key
        """,
        (key_of(execution, 0), key_of(execution + 1, 0), *_TYPES),
    ).fetchall()
    return [
        (at, TERMINAL.get(type, "RUNNING"), payload, jsonvalue.loads(details) if details else {})
        for at, type, payload, details in rows
    ]

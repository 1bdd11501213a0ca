"""Integrity check: SQLite's own, and a replay of every history.

Rule 1: the whole check reads one snapshot of the store, without what commands and workers commit meanwhile.
Rule 2: at most one execution is in memory at a time, and of its history only what its replay keeps.
Rule 3: a damaged execution is one finding; the others are checked all the same.

Suspended executions are findings too, with their tracebacks.

A healthy store has no findings. Each finding begins with one line that says what is wrong.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from textwrap import indent
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api.suspensions import describe
from sfn_cli.asl.state_machine import load
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.store.sqlite.keys import key_of
from sfn_cli.store.sqlite.stepfunctions.events import COLUMNS, event_from
from sfn_cli.store.sqlite.stepfunctions.suspensions import Suspensions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.sqlite.database import Database

MACHINE_CHARACTERS = 1_000_000
"""The total length of the definitions whose compiled machines stay in memory."""

_MAY_AWAIT_REDRIVE = ("FAILED", "TIMED_OUT", "ABORTED")
"""Statuses of a Map Run's child that may become PENDING_REDRIVE, and then ABORTED, without an event."""


class Examined(NamedTuple):
    """How much was checked, and the number of findings."""

    executions: int
    events: int
    findings: int


def examine(database: Database, report: Callable[[str], object]) -> Examined:
    """Checks the whole store and writes nothing; `report` is called with each finding at once.

    Meanwhile the write-ahead log cannot be reset: it grows by what others commit.
    """
    executions = events = findings = 0
    with database.snapshot() as connection:
        for damage in _file_findings(connection):
            report(damage)
            findings += 1
        machines = _Machines(connection)
        for (id,) in connection.execute("SELECT id FROM execution ORDER BY id"):
            finding, replayed = _replay(connection, machines, id)
            executions += 1
            events += replayed
            if finding is not None:
                report(finding)
                findings += 1
        for suspension in Suspensions(database).all():
            report(f"{describe(suspension)}\n{indent(suspension.traceback.rstrip(), '    ')}")
            findings += 1
    return Examined(executions, events, findings)


def _file_findings(connection: sqlite3.Connection) -> Iterator[str]:
    try:
        for (line,) in connection.execute("PRAGMA integrity_check"):
            if line != "ok":
                yield f"the file: {line}"
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            yield f"the file: row {row} of {table} refers to a {parent} that does not exist"
    except sqlite3.Error as error:
        # Some damage ends the check itself; executions that can still be read are replayed all the same.
        if not _is_damage(error):
            raise
        yield f"the file: {error}"


def _replay(connection: sqlite3.Connection, machines: _Machines, id: int) -> tuple[str | None, int]:
    """Replays the execution in this row. Returns what is wrong with it, if anything, and how many
    events were read.
    """
    name, count, last = f"execution {id}", 0, None
    try:
        (name,) = connection.execute("SELECT arn FROM execution WHERE id = ?", (id,)).fetchone()
        machine_arn, status, output, seed, revision, is_child = connection.execute(
            """
            SELECT state_machine_arn, status, output, seed, revision, map_run IS NOT NULL
            FROM execution WHERE id = ?
            """,
            (id,),
        ).fetchone()
        interpreter = Interpreter(name, machine_arn, machines.of(revision), seed)
        for row in connection.execute(
            f"SELECT {COLUMNS} FROM event WHERE key > ? AND key < ? ORDER BY key",
            (key_of(id, 0), key_of(id + 1, 0)),
        ):
            count += 1
            last = event_from(row)
            interpreter.apply(last)
    except sqlite3.Error as error:
        if not _is_damage(error):
            raise
        return f"{name}: it cannot be read: {error!r:.200}", count
    except Exception as error:
        return f"{name}: its history cannot be replayed: {error!r:.200}", count
    difference = _difference(status, output, last, is_child=is_child)
    return None if difference is None else f"{name}: {difference}", count


def _difference(status: str, output: str | None, last: HistoryEvent | None, *, is_child: bool) -> str | None:
    """How an execution's row and the last event of its history disagree, if they do."""
    recorded = "nothing" if last is None else TERMINAL.get(last.type, "RUNNING")
    awaits_redrive = is_child and recorded in _MAY_AWAIT_REDRIVE and status in ("PENDING_REDRIVE", "ABORTED")
    if recorded != status and not awaits_redrive:
        return f"its status is {status}, its history says {recorded}"
    if status == "SUCCEEDED" and (last is None or last.payload is None or last.payload.text != output):
        return "its output is not what its history says"
    return None


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether the error is about the row: a damaged page, or text that is not UTF-8."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF == sqlite3.SQLITE_CORRUPT


class _Machines:
    """The compiled machines of revisions: an LRU cache, limited by the length of definitions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._loaded: OrderedDict[int, tuple[CompiledMachine, int]] = OrderedDict()
        self._characters = 0

    def of(self, revision: int) -> CompiledMachine:
        found = self._loaded.get(revision)
        if found is None:
            query = "SELECT definition FROM revision WHERE id = ?"
            row: Any = self._connection.execute(query, (revision,)).fetchone()
            # Not `load` itself: its cache holds machines of any size.
            found = self._loaded[revision] = (load.__wrapped__(row[0]), len(row[0]))
            self._characters += found[1]
            while self._characters > MACHINE_CHARACTERS and len(self._loaded) > 1:
                _, (_, characters) = self._loaded.popitem(last=False)
                self._characters -= characters
        self._loaded.move_to_end(revision)
        return found[0]

"""Is the store whole? SQLite's own check, and a fold of every history.

A healthy store gives no findings. Each finding is one line that names what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.asl.state_machine import load
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.store.sqlite.executions import Executions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.store.sqlite.database import Database


class Examined(NamedTuple):
    """What was looked at, and what was found."""

    executions: int
    events: int
    findings: list[str]


def examine(database: Database) -> Examined:
    """Checks the whole store; it writes nothing."""
    findings = list(_file_findings(database))
    executions = events = 0
    with database.reading() as connection:
        rows = connection.execute(
            """
            SELECT e.id, e.arn, e.state_machine_arn, e.status, e.output, e.seed, r.definition
            FROM execution e JOIN revision r ON r.id = e.revision
            ORDER BY e.id
            """
        ).fetchall()
    for id, arn, machine, status, output, seed, definition in rows:
        executions += 1
        history = Executions(database).history(id)
        events += len(history)
        try:
            interpreter = Interpreter(arn, machine, load(definition), seed)
            for event in history:
                interpreter.apply(event)
        except Exception as error:
            findings.append(f"{arn}: its history cannot be folded: {error!r}")
            continue
        told = TERMINAL.get(history[-1].type, "RUNNING") if history else "nothing"
        if told != status:
            findings.append(f"{arn}: its status is {status}, its history says {told}")
        elif status == "SUCCEEDED" and (history[-1].payload is None or history[-1].payload.text != output):
            findings.append(f"{arn}: its output is not what its history says")
    return Examined(executions, events, findings)


def _file_findings(database: Database) -> Iterator[str]:
    with database.reading() as connection:
        for (line,) in connection.execute("PRAGMA integrity_check").fetchall():
            if line != "ok":
                yield f"the file: {line}"
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchall():
            yield f"the file: row {row} of {table} refers to a {parent} that is not there"

"""Large stores, created by copying one execution, and the memory that a command needs for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.store.sqlite.database import Database
from tests.processes import SFN, environment_of

if TYPE_CHECKING:
    from pathlib import Path

MEGABYTE = 1_000_000
BIG = bool(os.environ.get("SFN_BIG"))
"""Whether tests use stores as large as the largest ones of users."""


class Run(NamedTuple):
    """The outcome of a command. `peak_bytes` is its largest resident set."""

    peak_bytes: int
    exit_code: int
    written_bytes: int
    stderr: str


def copy_execution(home: Path, arn: str, count: int, *, apart_ms: int = 0) -> None:
    """Copies an execution that has ended, with its history, `count` times.

    The last copy has its times; each other one is `apart_ms` older than the next.
    """
    database = Database(home)
    with database.transaction() as connection:
        id, name = connection.execute("SELECT id, name FROM execution WHERE arn = ?", (arn,)).fetchone()
        (last,) = connection.execute("SELECT max(id) FROM execution").fetchone()
        columns = [row[1] for row in connection.execute("PRAGMA table_info(execution)")]
        changed = {
            "id": ":last + n",
            "arn": f"replace(arn, '{name}', '{name}-' || (:last + n))",
            "name": f"'{name}-' || (:last + n)",
            "started_at": "started_at - (:count - n) * :apart",
            "stopped_at": "stopped_at - (:count - n) * :apart",
        }
        numbers = "WITH RECURSIVE num (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM num WHERE n < :count)"
        given = {"id": id, "last": last, "count": count, "apart": apart_ms}
        copied = ", ".join(changed.get(column, column) for column in columns)
        connection.execute(
            f"""
            INSERT INTO execution ({", ".join(columns)}) {numbers}
            SELECT {copied} FROM num, execution WHERE id = :id
            """,
            given,
        )
        connection.execute(
            f"""
            INSERT INTO event (key, previous, at, type, frame, next, payload, details) {numbers}
            SELECT (:last + n) * 65536 + key % 65536, previous, at - (:count - n) * :apart, type, frame, next,
                   payload, details
            FROM num, event WHERE key >> 16 = :id
            """,
            given,
        )
    database.close()


def measured(home: Path, *arguments: str) -> Run:
    """Runs the installed command to its end, however long that takes."""
    # A small process starts the command: a child's peak includes its parent's size when it was forked.
    script = """
import json, resource, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
written = 0
while block := process.stdout.read(1 << 16):
    written += len(block)
stderr = process.stderr.read().decode()
unit = 1 if sys.platform == "darwin" else 1024
code = process.wait()
print(json.dumps([resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit, code, written, stderr]))
"""
    command = [sys.executable, "-I", "-S", "-c", script, SFN, *arguments]
    done = subprocess.run(command, env=environment_of(home), stdout=subprocess.PIPE, check=True)
    return Run(*json.loads(done.stdout))

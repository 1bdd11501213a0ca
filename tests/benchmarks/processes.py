"""The parts that benchmarks of real commands and workers share. (`tests.processes` runs them.)"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.store.sqlite.database import Database
from tests.driven_store import ROLE
from tests.processes import sfn_json, until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PYTHON = [sys.executable, "-c", "import click, json, sqlite3"]
"""The least that any command of a Python CLI over SQLite costs: its start and these imports."""


def create(home: Path, name: str, definition: object) -> str:
    """The ARN of a new state machine."""
    file = home.with_suffix(".json")
    file.write_text(json.dumps(definition))
    created = sfn_json(
        home, "create-state-machine", "--name", name, "--role-arn", ROLE, "--definition", f"file://{file}"
    )
    arn: str = created["stateMachineArn"]
    return arn


def timed(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Returns the milliseconds that a command takes, from its start to its end."""
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def timed_cpu(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Returns the milliseconds of CPU time, user and system, of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def await_all_ended(home: Path) -> None:
    database = Database(home)
    running = "SELECT count(*) FROM execution WHERE status = 'RUNNING'"
    until(
        lambda: database.connection.execute(running).fetchone()[0] == 0,
        "the end of all executions",
        timeout=600,
    )
    query = "SELECT count(*) FROM execution WHERE status <> 'SUCCEEDED'"
    assert database.connection.execute(query).fetchone() == (0,)
    database.close()


def event_times(home: Path, type: str) -> list[int]:
    """When the events of a type happened, in milliseconds, in order."""
    database = Database(home)
    times = [
        at
        for (at,) in database.connection.execute("SELECT at FROM event WHERE type = ? ORDER BY at", (type,))
    ]
    database.close()
    return times


def resident_mb(pid: int) -> float:
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout) / 1024


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

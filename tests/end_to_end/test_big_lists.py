"""Long lists: a command's memory does not grow with the store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from sfn_cli import app
from sfn_cli.api.stepfunctions.status_events import StatusEvents
from sfn_cli.settings import Settings
from tests.big_stores import BIG, MEGABYTE, copy_execution, measured
from tests.processes import create_machine, ended, start_execution, stop_workers

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # stores that are filled first

ECHO = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
FEW = 200
MANY = 300_000 if BIG else 20_000


@pytest.fixture
def execution(home: Path) -> str:
    """One of a few executions that have ended."""
    arn = start_execution(home, create_machine(home, "M", ECHO))
    ended(home, arn)
    stop_workers(home)
    copy_execution(home, arn, FEW - 1)
    return arn


def test_a_list_is_written_as_it_is_read(home: Path, execution: str) -> None:
    """Without --max-items, a list of any length takes the memory of one page, in JSON and in text."""
    listed = ("list-executions", "--state-machine-arn", "M")
    commands = [(*listed, "--output", "json"), (*listed, "--output", "text")]
    few = [measured(home, *command) for command in commands]
    copy_execution(home, execution, MANY - FEW)
    many = [measured(home, *command) for command in commands]
    assert [run.exit_code for run in many] == [0, 0]
    for before, after in zip(few, many, strict=True):
        assert after.written_bytes > before.written_bytes / FEW * MANY * 0.9
        assert after.peak_bytes < before.peak_bytes + 8 * MEGABYTE


DAY_MS = 24 * 60 * 60 * 1000


def test_events_read_only_what_they_show(home: Path, execution: str) -> None:
    """SQLite reads neither events before `--since` nor executions that run since then."""

    def steps() -> int:
        service = app.build_app(Settings.from_environment({"SFN_HOME": str(home)}))
        count = 0

        def step() -> None:
            nonlocal count
            count += 1

        service.store.database.connection.set_progress_handler(step, 10)
        (started, end) = StatusEvents(service, since, follow=False).next()
        assert [event["detail"]["status"] for event in (started, end)] == ["RUNNING", "SUCCEEDED"]
        service.close()
        return count

    with closing(sqlite3.connect(home / "sfn.db")) as connection, connection:
        shifted = "started_at = started_at - :day, stopped_at = stopped_at - :day"
        connection.execute(f"UPDATE execution SET {shifted}", {"day": DAY_MS})
        (since,) = connection.execute("SELECT max(stopped_at) + 1 FROM execution").fetchone()
    ended(home, start_execution(home, "M"))
    stop_workers(home)
    few = steps()
    copy_execution(home, execution, 5000)
    with closing(sqlite3.connect(home / "sfn.db")) as connection, connection:
        unended = "status = 'RUNNING', stopped_at = NULL"
        connection.execute(f"UPDATE execution SET {unended} WHERE id % 2 = 0 AND started_at < ?", (since,))
    assert steps() <= few + 10

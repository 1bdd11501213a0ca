"""Long lists: what a command needs does not grow with what the store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.big_stores import BIG, MEGABYTE, copy_execution, measured
from tests.processes import create_machine, ended, start_execution, stop_workers

if TYPE_CHECKING:
    from pathlib import Path

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
    """Without --max-items a list of any length takes the memory of a page, in JSON as in text."""
    listed = ("list-executions", "--state-machine-arn", "M")
    commands = [(*listed, "--output", "json"), (*listed, "--output", "text")]
    few = [measured(home, *command) for command in commands]
    copy_execution(home, execution, MANY - FEW)
    many = [measured(home, *command) for command in commands]
    assert [run.exit_code for run in many] == [0, 0]
    for before, after in zip(few, many, strict=True):
        assert after.written_bytes > before.written_bytes / FEW * MANY * 0.9
        assert after.peak_bytes < before.peak_bytes + 8 * MEGABYTE

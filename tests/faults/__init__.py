"""Faults for real processes: a disk that fails, a wall clock that is set.

The processes under test run unchanged. Python imports `injected/sitecustomize.py` when they start,
for that folder is on their PYTHONPATH; the environment says what is to fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

INJECTED = Path(__file__).parent / "injected"


def failing(plan: str, count: Path) -> dict[str, str]:
    """The environment of a process whose disk fails as `plan` says: see `injected/failing_disk.py`.

    Each operation of the plan's kind adds a byte to the file `count`.
    """
    return {"PYTHONPATH": str(INJECTED), "FAULT": plan, "FAULT_COUNT": str(count)}


def clock_ahead_by(file: Path) -> dict[str, str]:
    """The environment of a process whose wall clock is ahead by the seconds that `file` holds."""
    return {"PYTHONPATH": str(INJECTED), "CLOCK_OFFSET_FILE": str(file)}


@cache
def why_no_disk_fails() -> str:
    """Returns why disks cannot fail with this Python; empty when they can."""
    tried = subprocess.run(
        [sys.executable, "-c", f"import sqlite3; sqlite3.connect({os.devnull!r})"],
        env={**os.environ, **failing("open:1:CANTOPEN", Path(os.devnull))},
        capture_output=True,
        text=True,
    )
    if "unable to open database file" in tried.stderr:
        return ""
    return f"the functions of SQLite cannot be replaced in this Python: {tried.stderr[-200:]}"

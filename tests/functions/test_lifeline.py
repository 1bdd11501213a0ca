"""Children die with their parent, always."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.functions.workbench import await_death

if TYPE_CHECKING:
    from pathlib import Path

PARENT = """
import pathlib, sys
from tests.functions.workbench import Workbench
bench = Workbench(pathlib.Path(sys.argv[1]))
bench.function(sys.argv[2])
bench.begin()
bench.until(lambda: "begun" in bench.log)
print(" ".join(line for line in bench.log if line.isdigit()), flush=True)
bench.until(lambda: False)
"""

BEGIN = """
import os, signal, subprocess, sys, threading, time
def handler(event, context):
    print(os.getpid())
    {first}
    print("begun")
    {then}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "first, then",
    [
        ("", "while True: pass"),
        ("", "time.sleep(600)"),
        ("", "sum(range(10 ** 15))"),  # in C, without giving way to another thread
        ("signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())", "while True: pass"),
        (
            "[signal.signal(s, signal.SIG_IGN) for s in (signal.SIGIO, signal.SIGTERM, signal.SIGHUP)]",
            "while True: pass",
        ),
        ("threading.Thread(target=time.sleep, args=(600,)).start()", "return"),
        ("print(subprocess.Popen(['sleep', '600']).pid)", "while True: pass"),
        ("child = os.fork()\n    if not child: time.sleep(600)\n    print(child)", "time.sleep(600)"),
        ("", "os.closerange(0, 3); time.sleep(600)"),
    ],
)
def test_a_killed_parent(tmp_path: Path, first: str, then: str) -> None:
    """When its parent is killed, a handler ends with all its children, even if it blocks signals."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), BEGIN.format(first=first, then=then)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == (2 if "pid)" in first or "fork" in first else 1)
        assert all(_lives(pid) for pid in pids)
        parent.kill()
        assert [await_death(pid) for pid in pids] == [True] * len(pids)


def test_a_stopped_child(tmp_path: Path) -> None:
    """A child that is stopped, as by a debugger, ends too."""
    source = BEGIN.format(first="", then="os.kill(os.getpid(), signal.SIGSTOP)")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), source], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        assert await_death(pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

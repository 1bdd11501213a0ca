"""Processes that a handler starts outside its process group: on Linux, they end with the handler."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.functions import strays
from sfn_cli.functions.reaper import SWEEP_MILLISECONDS
from tests.functions.workbench import ECHO, Workbench, await_death

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not strays.ARE_FOUND, reason="needs Linux")

DAEMON = """
import os, subprocess, sys, time
def handler(event, context):
    read, write = os.pipe()
    {start}
    os.close(write)
    pids = [int(pid) for pid in os.read(read, 100).split()]
    while any(os.path.exists("/proc/%d" % pid) and os.getpgid(pid) == os.getpgrp() for pid in pids):
        time.sleep(0.001)
    return pids
"""

TWICE_FORKED = """if not os.fork():
        os.setsid()
        if not os.fork():
            os.write(write, b"%d\\n" % os.getpid())
            os.close(write)
            time.sleep(600)
        os._exit(0)
    os.wait()"""

STARTS = {
    "double fork": TWICE_FORKED,
    "session": "os.write(write, b'%d' % subprocess.Popen(['sleep', '600'], start_new_session=True).pid)",
    "group": "os.write(write, b'%d' % subprocess.Popen(['sleep', '600'], process_group=0).pid)",
    "no environment": (
        "child = subprocess.Popen(['/bin/sleep', '600'], start_new_session=True, env={})\n"
        "    os.write(write, b'%d' % child.pid)"
    ),
    "of a daemon": (
        "script = 'sleep 600 & one=$!; setsid sleep 600 & echo $one $! >&%d; wait' % write\n"
        "    subprocess.Popen(['sh', '-c', script], start_new_session=True, pass_fds=[write])"
    ),
    "shell": (
        "script = 'setsid sleep 600 >/dev/null 2>&1 & echo $! >&%d' % write\n"
        "    subprocess.run(['sh', '-c', script], pass_fds=[write])"
    ),
}


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def bench(tmp_path: Path, reports: list[str]) -> Iterator[Workbench]:
    made = Workbench(tmp_path, report=reports.append)
    yield made
    made.close()


def daemon(bench: Workbench, start: str, name: str = "fn", then: str = "") -> list[int]:
    """The process ids of daemons that a handler starts this way."""
    bench.function(DAEMON.format(start=start) + then, name)
    pids: list[int] = bench.answer(name=name)
    assert pids
    assert all(_lives(pid) for pid in pids)
    return pids


@pytest.mark.slow
@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_they_end_with_the_pool(bench: Workbench, start: str) -> None:
    """Daemons end with their child, in whichever way they left its process group."""
    pids = daemon(bench, start)
    bench.pool.close()
    assert [await_death(pid) for pid in pids] == [True] * len(pids)


@pytest.mark.slow
@pytest.mark.parametrize("start", [STARTS["double fork"], STARTS["session"]])
@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "time.sleep(600)"])
def test_they_end_with_the_child(bench: Workbench, reports: list[str], start: str, end: str) -> None:
    """Daemons end in whichever way their child ended, and are reported; other children's live on."""
    others = daemon(bench, STARTS["double fork"], "other")
    source = (
        DAEMON.format(start=start)
        .replace("(event, context)", "(event, context, first=[])")
        .replace("    read, write", f"    if first: {end}\n    first.append(1)\n    read, write")
    )
    bench.function(source, Timeout=1)
    (pid,) = bench.answer()
    assert bench.invoke().kind in {"exited", "timed_out"}
    bench.until(lambda: not _lives(pid))
    assert all(_lives(other) for other in others)
    assert bench.answer(name="other")
    assert reports in ([], [f"function fn left a process behind; killed: {pid} ({_name_of(start)})"])


def _name_of(start: str) -> str:
    return "sleep" if "sleep', " in start else f"python{sys.version_info.major}.{sys.version_info.minor}"


def test_one_that_cleared_its_environment_is_reported(bench: Workbench, reports: list[str]) -> None:
    """An orphan without the mark may not be from a function: it is reported, not killed."""
    (pid,) = daemon(bench, STARTS["shell"].replace("pass_fds", "env={'PATH': os.environ['PATH']}, pass_fds"))
    bench.pool.close()
    try:
        (line,) = reports
        assert re.fullmatch(
            rf"process {pid} \((setsid|sleep)\) was probably left by a function; it is not stopped, .*",
            line,
        )
        assert _lives(pid)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_ended_ones_are_no_zombies(bench: Workbench) -> None:
    """Adopted orphans are reaped; the exit status of the pool's children is left to the pool."""
    bench.function(DAEMON.format(start=TWICE_FORKED.replace("time.sleep(600)", "os._exit(0)")))
    (pid,) = bench.answer()
    bench.until(lambda: not Path(f"/proc/{pid}").exists())
    bench.write(bench.folder / "fn" / "app.py", "import os\ndef handler(event, context): os._exit(7)")
    assert bench.invoke().message.endswith("exit status 7")


def test_another_pool_spares_a_child_that_is_starting(
    tmp_path: Path, bench: Workbench, reports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two pools of a process, one looks for strays just as the other one has started a process."""
    (tmp_path / "other").mkdir()
    other = Workbench(tmp_path / "other", report=reports.append)
    spawn = os.posix_spawn

    def spawn_and_look(*arguments: Any, **options: Any) -> int:
        pid = spawn(*arguments, **options)
        other.ahead += SWEEP_MILLISECONDS
        other.pool.tick(other.clock())
        return pid

    for made in (bench, other):
        made.zipped(ECHO)
    assert other.answer(1) == 1
    monkeypatch.setattr(os, "posix_spawn", spawn_and_look)
    assert bench.answer(2) == 2
    monkeypatch.undo()
    assert other.answer(3) == 3
    other.close()
    assert (bench.answer(4), reports) == (4, [])


PARENT = """
import pathlib, sys
from tests.functions.workbench import Workbench
bench = Workbench(pathlib.Path(sys.argv[1]))
bench.function(sys.argv[2])
print(*bench.answer(), flush=True)
bench.until(lambda: False)
"""


@pytest.mark.parametrize("start", [STARTS["double fork"], STARTS["session"]])
def test_the_next_worker_kills_the_daemons_of_a_killed_one(
    tmp_path: Path, bench: Workbench, reports: list[str], start: str
) -> None:
    """The next worker kills daemons of its own store only, once their worker has ended."""
    command = [sys.executable, "-c", PARENT, str(tmp_path / "parent"), DAEMON.format(start=start)]
    (tmp_path / "parent").mkdir()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        home = str(tmp_path / "parent" / "home")
        strays.end_orphaned_strays(home, reports.append)
        assert (_lives(pid), reports) == (True, [])
        parent.kill()
        parent.wait()
        bench.pool.end_orphans()
        assert (_lives(pid), reports) == (True, [])
        strays.end_orphaned_strays(home, reports.append)
        assert await_death(pid)
        # The function's own process may still be ending, and is then named as well.
        (report,) = reports
        assert report.startswith("function fn left")
        assert f"{pid} ({_name_of(start)})" in report


def _lives(pid: int) -> bool:
    """Whether the process is running; false for a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False

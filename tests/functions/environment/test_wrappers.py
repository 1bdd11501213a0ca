"""AWS_LAMBDA_EXEC_WRAPPER: a script of the function that starts its runtime.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.functions.workbench import await_death

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functions.workbench import Workbench

HANDLER = """
import os, sys
def handler(event, context):
    return [os.environ.get("ADDED"), sys._xoptions.get("mark"), context.function_name]
def wrapped(event, context):
    return "wrapped"
"""

NODE_HANDLER = "exports.handler = async () => [process.env.ADDED, process.title, process.env._HANDLER]"

ADD = '#!/bin/sh\nexport ADDED="by the wrapper"\nexec "$@"\n'
OPTIONS = """#!/bin/bash
# As in AWS's documentation: an option goes before the last argument.
args=("$@")
args=("${args[@]:0:$#-1}" "-X" "mark=here" "${args[@]: -1}")
exec "${args[@]}"
"""
HANDLER_CHANGED = '#!/bin/sh\nexport _HANDLER=app.wrapped\nexec "$@"\n'
NO_EXEC = '#!/bin/sh\nexport ADDED=child\n"$@"\n'


def create(folder: Path, script: str, mode: int = 0o755) -> None:
    wrapper = folder / "wrapper"
    wrapper.write_text(script)
    wrapper.chmod(mode)


WRAPPER = {"Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}}}


@pytest.mark.parametrize(
    "script, answer",
    [
        (ADD, ["by the wrapper", None, "fn"]),
        (OPTIONS, [None, "here", "fn"]),
        (HANDLER_CHANGED, "wrapped"),
        (NO_EXEC, ["child", None, "fn"]),
    ],
)
def test_a_wrapper_starts_python(bench: Workbench, script: str, answer: object) -> None:
    """It may add variables and options, and change the handler; its path may be AWS's."""
    create(bench.function(HANDLER, **WRAPPER), script)
    assert bench.answer() == answer


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_a_wrapper_starts_node(bench: Workbench) -> None:
    version = subprocess.run(["node", "-p", "process.versions.node"], capture_output=True, text=True).stdout
    folder = bench.function(
        NODE_HANDLER, Runtime=f"nodejs{version.partition('.')[0]}.x", Handler="index.handler", **WRAPPER
    )
    (folder / "index.js").write_text(NODE_HANDLER)
    create(folder, ADD.replace('exec "$@"', 'export NODE_OPTIONS=--title=titled\nexec "$@"'))
    assert bench.answer() == ["by the wrapper", "titled", "index.handler"]


@pytest.mark.parametrize(
    "mode, status, log",
    [(None, 127, "not found"), (0o644, 126, "Permission denied")],
)
def test_a_wrapper_that_cannot_be_run(bench: Workbench, mode: int | None, status: int, log: str) -> None:
    """The error and the exit status are Lambda's, and the reason is in the log."""
    folder = bench.function(HANDLER, **WRAPPER)
    if mode is not None:
        create(folder, ADD, mode)
    outcome = bench.invoke()
    assert outcome.error == "Runtime.ExitError"
    assert outcome.message.endswith(f"Runtime exited with error: exit status {status}")
    assert any(log in line for line in bench.log), bench.log


PARENT = """
import pathlib, sys
from tests.functions.environment.test_wrappers import NO_EXEC, WRAPPER, create
from tests.functions.workbench import Workbench
bench = Workbench(pathlib.Path(sys.argv[1]))
create(bench.function(sys.argv[2], **WRAPPER), NO_EXEC)
bench.begin()
bench.until(lambda: any(line[:1].isdigit() for line in bench.log))
print(next(line for line in bench.log if line[:1].isdigit()), flush=True)
bench.until(lambda: False)
"""

BUSY = """
import os, time
def handler(event, context):
    print(os.getppid(), os.getpid(), flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
def test_a_killed_parent(tmp_path: Path) -> None:
    """A wrapper and the runtime that it started die with the process that started them."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), BUSY], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert len(pids) == 2
    assert all(await_death(pid) for pid in pids)

"""Many commands quickly: a process that has imported sfn once runs each command in a fork.

    commands.run(home, ["doctor"], ["describe-execution", …])      one after the other in one fork
    commands.run(home, [...], fault="write:3:FULL")                with a disk that fails

The process reads a line of JSON for each run, and answers with one.
"""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
import tempfile
import threading
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.faults import INJECTED
from tests.processes import environment_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class Done(NamedTuple):
    """The end of a command."""

    code: int
    stdout: str
    stderr: str


class Commands:
    """The process; use it in a `with` block. Threads may share it."""

    operations = 0
    """The number of operations of the fault's kind in the last run."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Commands:
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=Path(__file__).parents[2],
            env=environment_of(Path(self._folder.name)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.communicate()
        self._folder.cleanup()

    def run(
        self, home: Path, *commands: list[str], fault: str = "", environment: Mapping[str, str] | None = None
    ) -> list[Done]:
        """Returns how each command ended.

        With `fault` the disk fails accordingly; `environment` is that of the commands and their
        workers.
        """
        count = Path(self._folder.name, "count")
        asked = {
            "home": str(home),
            "commands": commands,
            "fault": fault,
            "count": str(count),
            "environment": dict(environment or {}),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            count.unlink(missing_ok=True)
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            done = [Done(*answer) for answer in json.loads(self._process.stdout.readline())]
            self.operations = count.stat().st_size if count.exists() else 0
        return done


def _serve() -> None:
    sys.path.insert(0, str(INJECTED))
    import failing_disk

    import sfn_cli

    # What commands import when they first need it, each fork has from here.
    for module in pkgutil.walk_packages(sfn_cli.__path__, "sfn_cli."):
        if module.name.startswith(
            ("sfn_cli.api", "sfn_cli.cli", "sfn_cli.store", "sfn_cli.drivers.local.launch")
        ):
            import_module(module.name)

    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile("w+", dir=os.path.dirname(asked["count"])) as answers:
            child = os.fork()
            if child == 0:
                os.environ.update(asked["environment"], SFN_HOME=asked["home"])
                if asked["fault"]:
                    os.environ["FAULT_COUNT"] = asked["count"]
                    failing_disk.install(asked["fault"])
                json.dump([_run(command) for command in asked["commands"]], answers)
                answers.flush()
                os._exit(0)
            os.waitpid(child, 0)
            answers.seek(0)
            print(answers.read(), flush=True)


def _run(command: list[str]) -> tuple[int, str, str]:
    from sfn_cli.cli import main

    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        os.dup2(stdout.fileno(), 1)
        os.dup2(stderr.fileno(), 2)
        try:
            code = main(command)
        except BaseException:
            import traceback

            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        return code, _text(stdout), _text(stderr)


def _text(file: Any) -> str:
    file.seek(0)
    text: str = file.read().decode()
    return text


if __name__ == "__main__":
    _serve()

"""Commands as a shell sees them: their names, output and exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfn_cli.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from tests.cli.conftest import Sfn
    from tests.cli.stub import Stub

ROOT = str(Path(__file__).parents[3])


@pytest.mark.parametrize("argv", [("list-state-machines",), ("stepfunctions", "list-state-machines")])
def test_operations_stand_at_the_top_too(argv: tuple[str, ...], sfn: Sfn) -> None:
    """`sfn X` is `sfn stepfunctions X`."""
    assert sfn(*argv) == (ExitCode.SUCCESS, '{\n    "stateMachines": []\n}\n', "")


@pytest.mark.parametrize(
    "argv",
    [
        ("help",),
        ("--help",),
        ("stepfunctions", "help"),
        ("logs", "--help"),
        ("start-execution", "help"),
        ("start-execution", "--help"),
        ("lambda", "invoke", "help"),
        ("run", "help"),
        ("worker", "--help"),
        ("worker", "help"),
        ("worker", "status", "help"),
        ("help", "worker", "status"),
        ("help", "start-execution"),
        ("help", "logs", "tail"),
        ("run", "-h"),
        ("aws", "endpoint", "--help"),
        ("--region", "eu-west-1", "serve", "--help"),
    ],
)
def test_help(argv: tuple[str, ...], sfn: Sfn) -> None:
    """`help` and `--help` are understood everywhere and go to stdout."""
    result = sfn(*argv)
    assert result.exit == ExitCode.SUCCESS
    assert result.stdout.startswith("Usage: sfn")
    assert result.stderr == ""


@pytest.mark.parametrize(
    "argv, exit, message",
    [
        (("run",), ExitCode.USAGE, "No project found in the current folder. "),
        (("run", "gone"), ExitCode.USAGE, "gone does not exist"),
        (("worker", "bogus"), ExitCode.USAGE, "No such command 'bogus'"),
        (("run", ".", "--bogus"), ExitCode.USAGE, "No such option"),
        (("start-exection",), ExitCode.USAGE, "* start-execution"),
        (
            ("list-state-machines", "--endpoint-url", "http://127.0.0.1:9"),
            ExitCode.FAILURE,
            "Could not connect",
        ),
        (("run", ".", "--endpoint-url", "http://127.0.0.1:9"), ExitCode.USAGE, "No project found in"),
        (
            ("describe-state-machine", "--state-machine-arn", "x"),
            ExitCode.SERVICE,
            "An error occurred (InvalidArn)",
        ),
        (("lambda", "wait", "bogus", "--function-name", "f"), ExitCode.USAGE, "Found invalid choice 'bogus'"),
        (
            ("lambda", "create-function", "--function-name", "f", "--role", "r", "--code-dir", "gone"),
            ExitCode.USAGE,
            "--code-dir must be a folder",
        ),
    ],
)
def test_errors(argv: tuple[str, ...], exit: int, message: str, sfn: Sfn) -> None:
    """Errors go to stderr after an empty line, with the exit code of their kind."""
    result = sfn(*argv)
    assert result.exit == exit
    assert result.stdout == ""
    assert result.stderr.startswith("\nsfn: [ERROR]: ")
    assert message in result.stderr


def test_a_store_that_cannot_be_used(sfn: Sfn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken store is one clear line and exit code 255."""
    Path("file").write_text("")
    monkeypatch.setenv("SFN_HOME", str(Path("file").absolute()))
    result = sfn("list-state-machines")
    assert result.exit == ExitCode.FAILURE
    assert result.stderr.startswith("\nsfn: [ERROR]: Cannot use the store")
    assert result.stderr.count("\n") == 2


def test_debug_shows_where_an_error_came_from(sfn: Sfn) -> None:
    """--debug adds the traceback."""
    result = sfn("list-state-machines", "--debug", "--query", "a[")
    assert "Traceback" in result.stderr
    assert result.stderr.endswith("^\n")


def test_a_pipe_that_is_closed_is_no_error(endpoint: Stub) -> None:
    """`sfn … | head -0` ends quietly."""
    reading, writing = os.pipe()
    os.close(reading)
    argv = ["list-state-machines", "--endpoint-url", endpoint.url]
    result = subprocess.run(
        [sys.executable, "-m", "sfn_cli", *argv],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=_environment(),
        check=False,
    )
    os.close(writing)
    assert (result.returncode, result.stderr) == (ExitCode.SUCCESS, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has /dev/full")
def test_output_that_cannot_be_written() -> None:
    """A full disk behind stdout is one clear line."""
    with open("/dev/full", "w") as full:
        argv = [sys.executable, "-m", "sfn_cli", "list-state-machines"]
        result = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, env=_environment(), check=False)
    assert (result.returncode, result.stderr) == (
        ExitCode.FAILURE,
        b"\nsfn: [ERROR]: Cannot write the output: No space left on device\n",
    )


def test_interrupted() -> None:
    """Ctrl-C ends a command with 130; following a log, where it is the way to end, with 0."""
    log = Path(os.environ["SFN_HOME"])
    log.mkdir()
    (log / "worker.log").write_text("hello\n")
    argv = [sys.executable, "-m", "sfn_cli", "worker", "log", "--follow"]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"hello\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == ExitCode.SUCCESS


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": ROOT}

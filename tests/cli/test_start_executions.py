"""`sfn start-executions`: the errors that it reports, and its output formats."""

from __future__ import annotations

import json
import os
import pty
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.progress import ProgressBar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Sfn

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:M"
EXECUTION = MACHINE.replace(":stateMachine:", ":execution:")


@pytest.fixture(autouse=True)
def stopped_worker(sfn: Sfn, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leaves no worker behind."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    Path("two.jsonl").write_text('1\n"two"\n')
    yield
    sfn("worker", "stop")


@pytest.mark.parametrize(
    "argv, exit, message",
    [
        (("--inputs", "two.jsonl"), ExitCode.USAGE, "Missing option '--state-machine-arn'"),
        (("--state-machine-arn", MACHINE), ExitCode.USAGE, "Missing option '--inputs'"),
        (
            ("--state-machine-arn", MACHINE, "--inputs", "gone"),
            ExitCode.USAGE,
            "Unable to load paramfile gone: ",
        ),
        (("--state-machine-arn", MACHINE, "--inputs", "."), ExitCode.USAGE, "Unable to load paramfile .: "),
        (
            ("--state-machine-arn", "x", "--inputs", "two.jsonl"),
            ExitCode.SERVICE,
            "(InvalidArn) when calling the StartExecution operation",
        ),
        (
            ("--state-machine-arn", MACHINE, "--inputs", "two.jsonl"),
            ExitCode.SERVICE,
            "State Machine Does Not Exist",
        ),
        (
            ("--state-machine-arn", MACHINE, "--inputs", "two.jsonl", "--endpoint-url", "http://127.0.0.1:9"),
            ExitCode.USAGE,
            "works only on the local store",
        ),
    ],
)
def test_errors(argv: tuple[str, ...], exit: int, message: str, sfn: Sfn) -> None:
    """A problem with the whole file is one error, and starts nothing."""
    result = sfn("start-executions", *argv)
    assert (result.exit, result.stdout) == (exit, "")
    assert message in result.stderr


@pytest.mark.parametrize(
    "options, stdout",
    [
        (("--query", "executionArn"), f'"{EXECUTION}:n-1"\n"{EXECUTION}:n-2"\n'),
        (("--query", "executionArn", "--output", "text"), f"{EXECUTION}:n-1\n{EXECUTION}:n-2\n"),
        (("--output", "off"), ""),
    ],
)
def test_forms_of_output(options: tuple[str, ...], stdout: str, sfn: Sfn) -> None:
    """--query and --output apply to the response of one execution at a time."""
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    sfn(
        "create-state-machine",
        "--name",
        "M",
        "--role-arn",
        "arn:aws:iam::123456789012:role/any",
        "--definition",
        definition,
    )
    result = sfn(
        "start-executions",
        "--state-machine-arn",
        MACHINE,
        "--inputs",
        "file://two.jsonl",
        "--name-prefix",
        "n-",
        *options,
    )
    assert result == (ExitCode.SUCCESS, stdout, "")


def test_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the bar is drawn, and cleared before anything else is written."""
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        with ProgressBar(terminal) as bar:
            bar.show("500 started", 1, 2)
            bar.hide()
            terminal.write("a line that stays\n")
            terminal.flush()
            bar.show("1,000 started", 2, 2)
            bar.hide()
            terminal.write("the end")
            terminal.flush()
        drawn = b""
        while not drawn.endswith(b"the end"):
            drawn += os.read(ours, 65536)
    os.close(ours)
    erase_line = "\x1b[2K"
    before, after = drawn.decode().split("a line that stays\r\n")
    assert "500 started" in before
    assert before.endswith(erase_line)
    assert "1,000 started" in after
    assert after.endswith(f"{erase_line}the end")

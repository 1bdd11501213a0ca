"""At a terminal, control characters in data are escaped; elsewhere bytes are unchanged."""

from __future__ import annotations

import json
import re
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from sfn_cli.drivers.local import launch
from sfn_cli.views.text.visible_text import visible_text
from tests.processes import (
    ROLE,
    SFN,
    at_terminal,
    create_function,
    create_machine,
    ended,
    environment_of,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ARN = "arn:aws:states:us-east-1:123456789012"
EVIL = "\x1b]0;OWNED\x07\x1b[2J\x1b[8mhid\x1b[H\rspoof\x08 \x9b3J \x7f \u202ertl\u2066 \u200b [bold]x[/bold]"
STATE = "S\u202e\u009b\u200b[red]x[/red]"
"""A hostile name of a state."""

COLOURED = {"NO_COLOR": ""}
OWN = re.compile(r"\x1b\[(?:0|[1-6]|3[1-9]|90)?m|\x1b\[(?:\?25[lh]|2K|\d+[AB]|J)|\r+\n|\r(?=\x1b\[)|\n")
"""The sequences that sfn and rich write themselves; none of them is in EVIL."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Executions that failed, succeeded and wait, with hostile texts, and their log.

    A worker's log has the same texts.
    """
    home = tmp_path_factory.mktemp("terminal") / "store"
    fail = {
        "StartAt": STATE,
        "States": {STATE: {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail", "Error": EVIL, "Cause": EVIL}},
    }
    wait = {"Type": "Task", "Resource": f"{ARN}:activity:Ask", "End": True}
    sfn_json(home, "create-activity", "--name", "Ask")
    sfn_json(home, "logs", "create-log-group", "--log-group-name", "G")
    sfn_json(home, "logs", "create-log-stream", "--log-group-name", "G", "--log-stream-name", "s")
    entry = json.dumps([{"timestamp": time.time_ns() // 1_000_000, "message": f"{EVIL}\nsecond"}])
    sfn_json(
        home,
        "logs",
        "put-log-events",
        "--log-group-name",
        "G",
        "--log-stream-name",
        "s",
        "--log-events",
        entry,
    )
    create_machine(home, "Fails", fail)
    create_machine(home, "Passes", {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    create_machine(home, "Waits", {"StartAt": STATE, "States": {STATE: wait}})
    for machine in ("Fails", "Passes", "Waits"):
        start_execution(
            home, f"{ARN}:stateMachine:{machine}", "--name", "one", "--input", json.dumps({"in": EVIL})
        )
    for machine in ("Fails", "Passes"):
        ended(home, f"{ARN}:execution:{machine}:one")
    until(lambda: sfn_json(home, "tasks", "list")["tasks"], "a task that waits")
    with (home / launch.LOG_NAME).open("a", encoding="utf-8") as log:
        log.write(f"{EVIL}\n")
    yield home
    stop_workers(home)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose execution fails, a definition with faults, and inputs, one invalid."""
    folder = tmp_path_factory.mktemp("project")
    states = {STATE: {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail", "Error": EVIL, "Cause": EVIL}}
    (folder / "x.asl.json").write_text(json.dumps({"StartAt": STATE, "States": states}, ensure_ascii=False))
    passes = folder / "passes"
    passes.mkdir()
    (passes / "x.asl.json").write_text(
        json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": EVIL, "End": True}}})
    )
    (folder / "faults.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "\x7f\u202e\u009b2J"}}}'
    )
    (folder / "inputs").write_text("{}\n\u202e\u009b3J\n")
    return folder


DESCRIBE = ("describe-execution", "--execution-arn", "Fails/one")


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment", [{}, COLOURED, {"AWS_PAGER": "cat"}], ids=["plain", "coloured", "paged"]
)
@pytest.mark.parametrize(
    "line",
    [
        ("run", "FOLDER"),
        ("run", "FOLDER/passes"),
        ("run", "FOLDER/passes", "--output", "text"),
        ("run", "FOLDER", "--events"),
        ("show", "Fails/one"),
        ("show", "Fails/one", STATE),
        ("show", "Fails/one", EVIL),
        ("show", "Fails/one", "--events"),
        ("show", "Fails/one", "--output", "yaml"),
        ("show", EVIL),
        ("watch", "Fails/one"),
        ("watch", "Fails/one", "--output", "json"),
        ("watch", EVIL),
        ("logs", "tail", "G"),
        ("logs", "tail", "G", "--format", "short"),
        ("logs", "tail", "G", "--color", "on"),
        ("logs", "filter-log-events", "--log-group-name", "G"),
        ("events", "tail", "--since", "1h", "--status", "FAILED"),
        ("events", "tail", "--since", "1h", "--output", "json"),
        ("events", "tail", "--since", "1h", "--output", "text"),
        ("tasks", "list"),
        ("tasks", "list", "--output", "table"),
        ("tasks", "approve", "not-there"),
        ("worker", "log"),
        *((*DESCRIBE, "--output", output) for output in ("json", "text", "table", "yaml", "yaml-stream")),
        (*DESCRIBE, "--output", "table", "--color", "on"),
        (*DESCRIBE, "--query", "cause"),
        (*DESCRIBE, "--query", "{c: cause}", "--output", "text"),
        ("get-execution-history", "--execution-arn", "Fails/one", "--output", "table"),
        ("describe-execution", "--execution-arn", EVIL.replace("\r", "")),
        ("describe-execution", "--execution-arn", "x", "--query", f"[{EVIL}"),
        (EVIL,),
        ("list-executions", "--state-machine-arn", "Fails", f"--{EVIL}"),
        ("list-executions", "--max-items", EVIL),
        ("run", f"/{EVIL}"),
        ("run", "FOLDER/passes", "--name", EVIL),
        (
            "create-state-machine",
            "--name",
            "x",
            "--role-arn",
            ROLE,
            "--definition",
            "file://FOLDER/faults.json",
        ),
        ("validate-state-machine-definition", "--definition", "file://FOLDER/faults.json"),
        ("start-executions", "--state-machine-arn", "Passes", "--inputs", "FOLDER/inputs"),
        ("send-task-success", "--task-token", "x", "--task-output", f"file:///{EVIL}"),
        ("create-activity", "--name", "x", "--tags", f"key={EVIL}\\,[", "--cli-error-format", "text"),
        ("__complete", "zsh", "tasks", "approve", ""),
    ],
    ids=lambda line: visible_text(" ".join(line))[:60],
)
def test_control_characters_in_data_are_escaped(
    home: Path, folder: Path, line: Sequence[str], environment: dict[str, str]
) -> None:
    """Control characters are escaped, in the output of every command and from every source."""
    words = [word.replace("FOLDER", str(folder)) for word in line]
    code, shown = at_terminal(home, *words, environment=environment)
    assert "Traceback" not in shown
    left = OWN.sub("", shown)
    assert visible_text(left) == left, code
    # The text was shown, not left out.
    assert "\\u" in left or "�" in left or line[0] == "__complete"


def test_json_at_a_terminal_is_the_same_json(home: Path, folder: Path) -> None:
    """At a terminal, escapes are JSON's, so the value is the same as in a pipe."""
    _, shown = at_terminal(home, *DESCRIBE)
    assert json.loads(shown) == sfn_json(home, *DESCRIBE)
    assert json.loads(shown)["cause"] == EVIL


@pytest.mark.parametrize(
    "line, text",
    [
        ((*DESCRIBE, "--query", "cause", "--output", "text"), f"{EVIL}\n"),
        (
            (
                "logs",
                "filter-log-events",
                "--log-group-name",
                "G",
                "--query",
                "events[0].message",
                "--output",
                "text",
            ),
            f"{EVIL}\nsecond\n",
        ),
        (
            (
                "events",
                "tail",
                "--since",
                "1h",
                "--status",
                "FAILED",
                "--state-machine-arn",
                "Fails",
                "--query",
                "detail.cause",
                "--output",
                "text",
            ),
            f"{EVIL}\n",
        ),
    ],
)
def test_output_is_not_escaped_elsewhere(home: Path, line: Sequence[str], text: str) -> None:
    """Output that a program reads is not escaped."""
    assert _bytes(home, *line) == text.encode()


def test_log_lines_are_not_escaped_in_a_pipe(home: Path) -> None:
    """`logs tail` into a pipe has escape sequences in the message only."""
    assert f" {EVIL}\nsecond\n".encode() in _bytes(home, "logs", "tail", "G")


@pytest.mark.slow
def test_a_function_result_on_the_terminal(home: Path, tmp_path: Path) -> None:
    """The payload of `lambda invoke … /dev/stdout` is text at a terminal, and bytes elsewhere."""
    (tmp_path / "app.py").write_text(f"def handler(event, context): return ({EVIL!r}).encode()\n")
    create_function(home, "Odd", tmp_path)
    invoke = ("lambda", "invoke", "--function-name", "Odd", "--query", "StatusCode")
    for outfile in ("/dev/stdout", "/dev/tty", "/dev/stderr"):
        _, shown = at_terminal(home, *invoke, outfile)
        left = OWN.sub("", shown)
        assert visible_text(left) == left, outfile


def test_control_characters_in_names_are_not_completed(home: Path, tmp_path: Path) -> None:
    """Completion leaves out names with control characters, since the shell displays them raw."""
    for name in ("plain.json", "e\x1b[2Jvil.json", "two\nlines.json", "r\u202etl.json"):
        (tmp_path / name).touch()
    answer = sfn(home, "__complete", "zsh", "start-execution", "--input", f"file://{tmp_path}/", cwd=tmp_path)
    assert answer.stdout.splitlines() == [f"file://{tmp_path}/plain.json"]


def _bytes(home: Path, *arguments: str) -> bytes:
    return subprocess.run([SFN, *arguments], env=environment_of(home), capture_output=True, check=True).stdout

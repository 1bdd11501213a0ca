"""`sfn watch` for programs: lines and JSON in a pipe, exit codes, and endpoints."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import (
    SFN,
    TIMEOUT_SECONDS,
    create_machine,
    ended,
    environment_of,
    serving,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
)
from tests.pseudo_terminals import pseudo_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

TASK = {"Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:approve"}
ASK = {
    "StartAt": "Approve",
    "States": {"Approve": {**TASK, "Next": "Pay"}, "Pay": {"Type": "Pass", "Result": 7, "End": True}},
}
EACH = {
    "Type": "Map",
    "ItemProcessor": {
        "StartAt": "Which",
        "States": {
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$", "NumericGreaterThan": 1, "Next": "Bad"}],
                "Default": "Good",
            },
            "Good": {"Type": "Pass", "End": True},
            "Bad": {"Type": "Fail", "Error": "Odd", "Cause": "it is odd"},
        },
    },
}
FAILS = {"StartAt": "Each", "States": {"Each": {**EACH, "End": True}}}
PASSES = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
REASON = "\nsfn: [ERROR]: The execution failed: Odd: it is odd\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "store"
    sfn_json(home, "create-activity", "--name", "approve")
    yield home
    stop_workers(home)


def start(home: Path, definition: object, *arguments: str, name: str = "Pay") -> str:
    return start_execution(home, create_machine(home, name, definition), "--name", "monday", *arguments)


def watching(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [SFN, "watch", "Pay/monday", *arguments]
    return subprocess.Popen(
        command, env=environment_of(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_lines_are_those_of_run(home: Path, tmp_path: Path) -> None:
    """In a pipe, each event is a line, on stdout; `sfn run` writes the same ones to stderr."""
    definition = tmp_path / "Pay.asl.json"
    definition.write_text(json.dumps(FAILS))
    ran = sfn(home, "run", str(definition), "--input", "[1, 2]")
    watched = sfn(home, "watch", "Pay/last")
    assert (ran.returncode, watched.returncode) == (255, 255)
    assert (ran.stdout, watched.stderr) == ("", REASON)
    assert ran.stderr == watched.stdout + REASON
    assert re.match(r"\d\d:\d\d:\d\d\.\d{3} ExecutionStarted\n", watched.stdout)


def test_colours_on_request(home: Path) -> None:
    """--color on colours the lines in a pipe, too, as with sfn show --events."""
    ended(home, start(home, FAILS, "--input", "[1, 2]"))
    coloured = sfn(home, "watch", "Pay/last", "--color", "on").stdout
    assert "\x1b[31mExecutionFailed" in coloured
    assert coloured == sfn(home, "show", "Pay/last", "--events", "--color", "on").stdout
    assert re.sub(r"\x1b\[\d*m", "", coloured) == sfn(home, "watch", "Pay/last").stdout


def test_lines_are_written_at_once(home: Path) -> None:
    """An event's line is written before the next event."""
    start(home, ASK)
    with watching(home) as process:
        assert process.stdout is not None
        lines = iter(process.stdout)
        assert any("ActivityScheduled" in line for line in lines)
        assert sfn(home, "tasks", "approve").returncode == 0
        assert "ExecutionSucceeded" in list(lines)[-1]
        assert process.wait(TIMEOUT_SECONDS) == 0


def test_json(home: Path) -> None:
    """Each change of a state is a line of JSON with the state after the change; the last line is the end."""
    execution = start(home, ASK)
    with watching(home, "--output", "json") as process:
        assert process.stdout is not None
        seen: list[dict[str, Any]] = [json.loads(process.stdout.readline())]
        assert (seen[0]["state"], seen[0]["status"]) == ("Approve", "WAITING")
        assert seen[0]["pending"]["answer"] == "sfn tasks approve Pay/monday/Approve"
        assert sfn(home, "tasks", "approve").returncode == 0
        seen += map(json.loads, process.stdout)
        assert process.wait(TIMEOUT_SECONDS) == 0
    changes, end = seen[:-1], seen[-1]
    last = {change["state"]: change["status"] for change in changes}
    assert last == {"Approve": "SUCCEEDED", "Pay": "SUCCEEDED"}
    assert (end["executionArn"], end["status"], end["output"]) == (execution, "SUCCEEDED", 7)


def test_json_of_iterations(home: Path) -> None:
    """A change inside Maps has the indexes of the iterations; a change of a Map has its counts."""
    inner = {"StartAt": "Each", "States": {"Each": {**EACH, "End": True}}}
    outer = {"Type": "Map", "ItemProcessor": inner, "End": True}
    start(home, {"StartAt": "All", "States": {"All": outer}}, "--input", "[[0], [0, 1]]")
    done = sfn(home, "watch", "Pay/last", "--output", "json")
    assert done.returncode == 0
    changes = [json.loads(line) for line in done.stdout.splitlines()]
    last = {(change.get("state"), *change.get("indexes", ())): change for change in changes}
    assert last["Good", 1, 1]["input"] == 1
    assert "iterations" not in last["Each", 1]
    assert last["Each", 1]["counts"]["succeeded"] == 2
    assert last["All",]["status"] == "SUCCEEDED"


def test_a_query(home: Path) -> None:
    """--query selects a part of each change; --output text has no braces."""
    ended(home, start(home, PASSES))
    done = sfn(home, "watch", "Pay/last", "--query", "status", "--output", "text")
    assert (done.returncode, done.stdout) == (0, "SUCCEEDED\nSUCCEEDED\n")
    done = sfn(home, "watch", "Pay/last", "--query", "[")
    assert done.returncode == 252


@pytest.mark.parametrize(
    "line, code, message",
    [
        (("Pay/gone",), 254, "Execution Does Not Exist"),
        (("Gone/last",), 254, "Execution Does Not Exist"),
        (("history.json",), 252, "does not change. To see it: sfn show history.json"),
        ((), 252, "Missing argument 'EXECUTION'"),
    ],
)
def test_unwatchable_executions(
    home: Path, tmp_path: Path, line: Sequence[str], code: int, message: str
) -> None:
    """The error is one line."""
    execution = start(home, PASSES)
    ended(home, execution)
    history = sfn(home, "get-execution-history", "--execution-arn", execution).stdout
    (tmp_path / "history.json").write_text(history)
    done = sfn(home, "watch", *line, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_an_endpoint(home: Path) -> None:
    """With --endpoint-url, the output on a terminal, in a pipe and as JSON is the same."""
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
    }
    with serving(home) as url:
        start(home, ASK)
        at_endpoint = ("watch", "Pay/last", "--endpoint-url", url)
        with pseudo_terminal(home, *at_endpoint, environment=environment) as terminal:
            terminal.until_shown("◔ Approve")
            assert sfn(home, "tasks", "approve").returncode == 0
            assert terminal.end() == 0
            assert "✓ Pay" in terminal.screen
        lines = sfn(home, *at_endpoint, environment=environment)
        assert (lines.returncode, lines.stderr) == (0, "")
        assert lines.stdout == sfn(home, "watch", "Pay/last").stdout
        changes = sfn(home, *at_endpoint, "--output", "json", environment=environment)
        assert changes.stdout == sfn(home, "watch", "Pay/last", "--output", "json").stdout


@pytest.mark.slow
def test_counts_of_a_map_run(home: Path) -> None:
    """The items of a Map Run are counted while they run."""
    process = {"StartAt": "Approve", "States": {"Approve": {**TASK, "End": True}}}
    each = {
        "Type": "Map",
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **process},
        "End": True,
    }
    start(home, {"StartAt": "Each", "States": {"Each": each}}, "--input", "[1, 2, 3]")
    with pseudo_terminal(home, "watch", "Pay/last", columns=120) as terminal:
        for done in range(3):
            terminal.until_shown(f"{done} of 3 · {3 - done} running · 0 failed")
            tasks = sfn_json(home, "tasks", "list")["tasks"]
            assert sfn(home, "tasks", "approve", tasks[0]["handle"]).returncode == 0
        assert terminal.end() == 0
        assert "✓ Each" in terminal.screen
        assert "3 of 3" in terminal.screen


def test_a_child(home: Path) -> None:
    """An awaited child execution has its own lines, with what its states wait for."""
    child = create_machine(home, "Child", ASK)
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child, "Name": "one", "Input": {}},
        "End": True,
    }
    start(home, {"StartAt": "Call", "States": {"Call": call}})
    with pseudo_terminal(home, "watch", "Pay/last", columns=120) as terminal:
        terminal.until_shown("→ Child/one  Approve  waits for a worker of activity approve: ")
        command = "sfn tasks approve Child/one/Approve"
        assert command in terminal.screen
        assert sfn(home, *command.split()[1:]).returncode == 0
        assert terminal.end() == 0
        assert "✓ Call" in terminal.screen
        assert "waits" not in terminal.text

"""`sfn watch` and `sfn run` at a pseudo-terminal: what users see while an execution runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
from typing import TYPE_CHECKING

import pytest

from tests.processes import (
    SFN,
    create_machine,
    describe,
    ended,
    kill_workers,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
    worker_pids,
)
from tests.pseudo_terminals import pseudo_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.pseudo_terminals import PseudoTerminal

ARN = "arn:aws:states:us-east-1:123456789012"
TASK = {"Type": "Task", "Resource": f"{ARN}:activity:approve"}
ASK = {"StartAt": "Approve", "States": {"Approve": {**TASK, "End": True}}}
ORDER = {
    "StartAt": "Nap",
    "States": {
        "Nap": {"Type": "Wait", "Seconds": 1, "Next": "Each"},
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "ItemProcessor": {
                "StartAt": "Which",
                "States": {
                    "Which": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$", "NumericLessThan": 298, "Next": "Pack"}],
                        "Default": "Check",
                    },
                    "Pack": {"Type": "Pass", "End": True},
                    "Check": {**TASK, "End": True},
                },
            },
            "Next": "Approve",
        },
        "Approve": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
            "End": True,
        },
    },
}
"""300 iterations, of which two wait to be answered; then a callback."""

ITEMS = json.dumps({"items": list(range(300))})
APPROVE = re.compile(r"sfn (tasks approve [\w/]+)$", re.MULTILINE)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "store"
    sfn_json(home, "create-activity", "--name", "approve")
    yield home
    stop_workers(home)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with ORDER and its function."""
    folder = tmp_path / "Order"
    (folder / "functions" / "ask").mkdir(parents=True)
    (folder / "functions" / "ask" / "app.py").write_text("def lambda_handler(event, context): return None\n")
    (folder / "order.asl.json").write_text(json.dumps(ORDER))
    (folder / "input.json").write_text(ITEMS)
    return folder


def start(home: Path, definition: object, *arguments: str, name: str = "Pay") -> str:
    return start_execution(home, create_machine(home, name, definition), "--name", "monday", *arguments)


def answer_what_is_shown(home: Path, terminal: PseudoTerminal, answered: set[str]) -> None:
    """Types the command that the screen shows, in another terminal, and adds it to those `answered`.

    A drawing is read in pieces: its first lines may be new while the command below is still the old one.
    """

    def unanswered(seen: PseudoTerminal) -> list[str]:
        return [command for command in APPROVE.findall(seen.screen) if command not in answered]

    terminal.until(unanswered, "a command that answers")
    (command, *_) = unanswered(terminal)
    answered.add(command)
    done = sfn(home, *shlex.split(command))
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "watch"])
def test_a_wait_a_map_and_a_callback(home: Path, folder: Path, command: str) -> None:
    """Each state is shown while it runs, with what it waits for; at the end the whole tree stays."""
    words: Sequence[str] = ("run", str(folder), "--name", "monday")
    answered: set[str] = set()
    if command == "watch":
        assert sfn(home, "deploy", str(folder)).returncode == 0
        machine = sfn_json(home, "list-state-machines")["stateMachines"][0]["stateMachineArn"]
        start_execution(home, machine, "--name", "monday", "--input", ITEMS)
        words = ("watch", "Order/last")
    with pseudo_terminal(home, *words, columns=140) as terminal:
        terminal.until_shown("◔ Nap")
        terminal.until_shown("waits until")
        terminal.until_shown("298 of 300 · 2 running · 0 failed")
        answer_what_is_shown(home, terminal, answered)
        terminal.until_shown("299 of 300 · 1 running · 0 failed")
        answer_what_is_shown(home, terminal, answered)
        terminal.until_shown("waits for an answer: sfn tasks approve Order/monday/Approve")
        assert "✓ Each" in terminal.screen
        answer_what_is_shown(home, terminal, answered)
        assert terminal.end() == 0
        terminal.assert_restored()
        for shown in ("✓ Order/monday  succeeded", "✓ Nap", "✓ Each", "✓ Approve"):
            assert terminal.text.count(shown) == 1, terminal.text
        assert ('"approved": true' in terminal.text) is (command == "run")


def test_a_terminal_that_is_too_small(home: Path) -> None:
    """Rows that do not fit are left out, except for the command that answers; at the end all are shown."""
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(20)}
    machine = {"StartAt": "S0", "States": {**states, "S20": {**TASK, "End": True}}}
    start(home, machine, name="ALongNameOfAMachine")
    with pseudo_terminal(home, "watch", "ALongNameOfAMachine/last", columns=38, lines=8) as terminal:
        terminal.until_shown("◔ S20")
        command = "sfn tasks approve ALongNameOfAMachine/monday/S20"
        terminal.until(lambda seen: command in seen.screen.replace("\n", ""), command)
        assert len(terminal.text.strip().splitlines()) <= 8
        assert sfn(home, *command.split()[1:]).returncode == 0
        assert terminal.end() == 0
        assert [f"✓ S{n} " in terminal.text for n in range(21)] == [True] * 21
        assert terminal.text.count("ALongNameOfAMachine/monday") == 1


@pytest.mark.parametrize("size", [(60, 20), (120, 40), (30, 5)])
def test_a_resized_terminal(home: Path, size: tuple[int, int]) -> None:
    """The tree is drawn again for the new size, and nothing of the old drawing remains."""
    start(home, ASK)
    with pseudo_terminal(home, "watch", "Pay/last", columns=100, lines=30) as terminal:
        terminal.until_shown("◔ Approve")
        before = len(terminal.written)
        terminal.resize(*size)
        terminal.until(lambda seen: len(seen.written) > before, "another drawing")
        screen = terminal.until_shown("◔ Approve")
        assert screen.count("Pay/monday  waiting") == 1
        assert all(len(line) <= size[0] for line in screen.splitlines())
        assert sfn(home, "tasks", "approve").returncode == 0
        assert terminal.end() == 0


def test_interrupt(home: Path) -> None:
    """Ctrl-C ends only the command: the execution continues, and a line says how to stop it."""
    execution = start(home, ASK)
    with pseudo_terminal(home, "watch", "Pay/last") as terminal:
        terminal.until_shown("◔ Approve")
        assert terminal.cursor_is_hidden
        terminal.type("\x03")
        assert terminal.end() == 130
        terminal.assert_restored()
        assert "◔ Approve" in terminal.screen
        stop = "sfn stop-execution --execution-arn Pay/monday"
        assert f"The execution continues. To stop it: {stop}\n" in f"{terminal.screen}\n"
        assert "Traceback" not in terminal.screen
    assert describe(home, execution)["status"] == "RUNNING"
    assert sfn(home, *stop.split()[1:]).returncode == 0
    assert describe(home, execution)["status"] == "ABORTED"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_termination(home: Path, number: signal.Signals) -> None:
    """A command that is ended by a signal restores the terminal."""
    start(home, ASK)
    with pseudo_terminal(home, "watch", "Pay/last") as terminal:
        terminal.until_shown("◔ Approve")
        os.kill(terminal.process.pid, number)
        assert terminal.end() == -number
        terminal.assert_restored()


def test_a_stopped_job(home: Path) -> None:
    """Ctrl-Z gives the terminal back to the shell; after `fg` the tree is drawn again."""
    start(home, ASK)
    shell = {"PS1": "$ ", "BASH_SILENCE_DEPRECATION_WARNING": "1"}
    bash = ["bash", "--norc", "--noprofile", "-i"]
    with pseudo_terminal(home, program=bash, environment=shell) as terminal:
        terminal.until_shown("$")
        terminal.type(f"{SFN} watch Pay/last\n")
        terminal.until_shown("◔ Approve")
        terminal.type("\x1a")
        screen = terminal.until_shown("Stopped")
        assert "◔" not in screen
        assert not terminal.cursor_is_hidden
        terminal.type("echo to the shell\nfg\n")
        screen = terminal.until_shown("◔ Approve")
        assert "\nto the shell" in screen
        assert terminal.cursor_is_hidden
        assert sfn(home, "tasks", "approve").returncode == 0
        terminal.until_shown("✓ Approve")
        terminal.type("exit\n")
        assert terminal.end() == 0


def test_a_stop_without_a_shell(home: Path) -> None:
    """Ctrl-Z does nothing if no shell could continue the command."""
    start(home, ASK)
    with pseudo_terminal(home, "watch", "Pay/last") as terminal:
        terminal.until_shown("◔ Approve")
        before = len(terminal.written)
        terminal.type("\x1a")
        terminal.until(lambda seen: len(seen.written) > before, "another drawing")
        terminal.until_shown("◔ Approve")
        assert sfn(home, "tasks", "approve").returncode == 0
        assert terminal.end() == 0
        assert terminal.text.count("Pay/monday") == 1
        terminal.assert_restored()


def test_control_characters_in_names(home: Path) -> None:
    """Control characters in a name are escaped, and its line is still redrawn in its place."""
    name = "\u202e\x9b" * 12
    start(home, {"StartAt": name, "States": {name: {**TASK, "End": True}}})
    with pseudo_terminal(home, "watch", "Pay/last", columns=60) as terminal:
        terminal.until_shown("◔ \\u202e\\u009b")
        before = terminal.screen
        terminal.until(lambda seen: seen.screen != before, "a tick of the clock")
        assert sfn(home, "tasks", "approve").returncode == 0
        assert terminal.end() == 0
        assert len(terminal.text.strip().splitlines()) == 2


def test_typed_keys(home: Path) -> None:
    """Typed keys do not move the lines that are redrawn."""
    start(home, ASK)
    with pseudo_terminal(home, "watch", "Pay/last") as terminal:
        terminal.until_shown("◔ Approve")
        terminal.type("x\n\n\n")
        assert sfn(home, "tasks", "approve").returncode == 0
        assert terminal.end() == 0
        assert terminal.text.count("Pay/monday") == 1
        assert "x" not in terminal.screen


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize(
    "environment, options, is_coloured",
    [
        ({"NO_COLOR": ""}, (), True),
        ({"NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": ""}, ("--color", "off"), False),
        ({"NO_COLOR": "1"}, ("--color", "on"), True),
    ],
)
def test_colours(home: Path, environment: dict[str, str], options: Sequence[str], is_coloured: bool) -> None:
    """NO_COLOR and --color turn colours on or off; the marks stay."""
    ended(home, start(home, {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}))
    with pseudo_terminal(home, "watch", "Pay/last", *options, environment=environment) as terminal:
        assert terminal.end() == 0
        assert bool(COLOUR.search(terminal.written.decode())) is is_coloured
        assert "✓ A" in terminal.screen


def test_a_terminal_without_cursor_control(home: Path) -> None:
    """On a terminal without cursor control, each event is a line without escape sequences."""
    ended(home, start(home, {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}))
    with pseudo_terminal(home, "watch", "Pay/last", environment={"TERM": "dumb"}) as terminal:
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.written
        assert "PassStateEntered             A" in terminal.screen


@pytest.mark.parametrize("line", [("run", "pass.asl.json"), ("watch", "Pay/last")], ids=lambda line: line[0])
def test_events_at_a_terminal(home: Path, tmp_path: Path, line: Sequence[str]) -> None:
    """With --events, each event is a line at a terminal, too."""
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    (tmp_path / "pass.asl.json").write_text(json.dumps(definition))
    ended(home, start(home, definition))
    with pseudo_terminal(home, *line, "--events", cwd=tmp_path) as terminal:
        assert terminal.end() == 0
        assert "PassStateEntered             A" in terminal.screen
        assert "✓" not in terminal.screen


def test_a_killed_worker(home: Path) -> None:
    """A watching command starts another worker, and shows the execution to its end."""
    ask_twice = {
        "StartAt": "First",
        "States": {"First": {**TASK, "Next": "Second"}, "Second": {**TASK, "End": True}},
    }
    start(home, ask_twice)
    with pseudo_terminal(home, "watch", "Pay/last") as terminal:
        terminal.until_shown("◔ First")
        killed = worker_pids(home)
        kill_workers(home)
        until(lambda: set(worker_pids(home)) - set(killed), "another worker")
        assert sfn(home, "tasks", "approve", "Pay/monday/First").returncode == 0
        terminal.until_shown("◔ Second")
        assert sfn(home, "tasks", "approve", "Pay/monday/Second").returncode == 0
        assert terminal.end() == 0
        assert "✓ Pay/monday  succeeded" in terminal.screen


FAILS = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Bad",
                "States": {"Bad": {"Type": "Fail", "Error": "Odd", "Cause": "it is odd"}},
            },
            "End": True,
        }
    },
}


@pytest.mark.parametrize("environment", [{}, {"TERM": "dumb"}], ids=["live", "lines"])
def test_a_failure(home: Path, environment: dict[str, str]) -> None:
    """The exit code and the error are those of `sfn run`."""
    start(home, FAILS, "--input", "[1, 2]")
    with pseudo_terminal(home, "watch", "Pay/last", environment=environment) as terminal:
        assert terminal.end() == 255
        assert "sfn: [ERROR]: The execution failed: Odd: it is odd" in terminal.screen
        terminal.assert_restored()

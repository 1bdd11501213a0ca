"""`sfn step` at a pseudo-terminal: an execution with a Retry, a Map, a Parallel and a callback."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.processes import SFN, sfn, sfn_json, start_execution, stop_workers, until
from tests.pseudo_terminals import pseudo_terminal
from tests.stepping_project import write_stepping_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home in which an execution of the project waits for its answer."""
    folder = tmp_path_factory.mktemp("step")
    home = folder / "store"
    write_stepping_project(folder / "Shop")
    sfn_json(home, "deploy", str(folder / "Shop"))
    machine = sfn_json(home, "list-state-machines")["stateMachines"][0]["stateMachineArn"]
    execution = start_execution(home, machine, "--name", "monday", "--input", '{"items": ["cup", "pot"]}')
    until(lambda: sfn_json(home, "tasks", "list")["tasks"], "the callback")
    printed = sfn(home, "get-execution-history", "--execution-arn", execution)
    (folder / "history.json").write_text(printed.stdout)
    yield home
    stop_workers(home)


@pytest.fixture
def history(home: Path) -> Path:
    """The history of the waiting execution, in a file."""
    return home.parent / "history.json"


def test_through_everything(home: Path) -> None:
    """The keys lead through a Retry, a Map, a Parallel and a callback, whose answer is followed."""
    with pseudo_terminal(home, "step", "Shop/last", columns=110, lines=34) as terminal:
        terminal.until_shown("event 1 of ")
        assert '{"items": ["cup", "pot"]}' in terminal.screen
        terminal.press("\x1b[C", "event 2 of ", "TaskStateEntered", "● Charge")
        terminal.press("n", "LambdaFunctionFailed", "error       Declined", "↻ 1 Declined")
        terminal.press(
            "/LambdaFunctionSucceeded\r", "LambdaFunctionSucceeded", "attempt 2", 'result      {"paid"'
        )
        terminal.press("\x1b[1;2C", "WaitStateEntered", "waits until")
        terminal.press("\x1b[1;2C", "MapStateEntered", "● Lines")
        terminal.press("\x1b[1;2C\x1b[1;2C", "● Pack [1]", "in Lines[1]", 'input       "pot"', "1 of 2")
        terminal.press("\x1b[1;2D", "● Pack [0]", "in Lines[0]", 'input       "cup"')
        terminal.press("/Label\r", "in Send[0]", "✓ Lines", "● Send", "● Label")
        terminal.press("\x1b[B", "in Send[1]", "● Invoice")
        terminal.press("\x1b[F", "TaskSubmitted", "✓ Send", "◔ Approve", "waits for an answer")
        terminal.press("p", "LambdaFunctionFailed")
        terminal.press("\x1b[H", "event 1 of")
        terminal.press("\x1b[F", "TaskSubmitted")
        assert sfn(home, "tasks", "approve", "Shop/monday/Approve").returncode == 0
        terminal.until_shown("ExecutionSucceeded")
        terminal.press("\x1b[D\x1b[D", "TaskSucceeded", '"approved": true')
        terminal.type("q")
        assert terminal.end() == 0
        terminal.assert_restored(had_own_screen=True)


def test_a_resized_terminal(home: Path, history: Path) -> None:
    """The screen is drawn again for the new size, also a very small one."""
    with pseudo_terminal(home, "step", str(history), "--at", "9", columns=100, lines=30) as terminal:
        terminal.until_shown("event 9 of ")
        for columns, lines in ((40, 8), (20, 3), (120, 40)):
            terminal.resize(columns, lines)
            terminal.press("?", "event 9")
            terminal.press("x", "event 9")
            assert len(terminal.screen.splitlines()) <= lines
        terminal.type("q")
        assert terminal.end() == 0


@pytest.mark.parametrize(
    "key, code", [("\x03", 130), ("\x1b", 0), (signal.SIGTERM, -15), (signal.SIGHUP, -1)], ids=str
)
def test_every_end_restores_the_terminal(home: Path, history: Path, key: str | int, code: int) -> None:
    """Ctrl-C, Esc and signals leave the terminal as it was."""
    with pseudo_terminal(home, "step", str(history)) as terminal:
        terminal.until_shown("q quit")
        assert terminal.cursor_is_hidden
        if isinstance(key, str):
            terminal.type(key)
        else:
            os.kill(terminal.process.pid, key)
        assert terminal.end() == code
        terminal.assert_restored(had_own_screen=True)
        assert "Traceback" not in terminal.screen


def test_a_stopped_job(home: Path, history: Path) -> None:
    """Ctrl-Z gives the terminal back to the shell; after `fg` the screen is drawn again."""
    shell = {"PS1": "$ ", "BASH_SILENCE_DEPRECATION_WARNING": "1"}
    bash = ["bash", "--norc", "--noprofile", "-i"]
    with pseudo_terminal(home, program=bash, environment=shell) as terminal:
        terminal.until_shown("$")
        terminal.type(f"{SFN} step {history} --at 5\n")
        terminal.until_shown("event 5 of")
        terminal.type("\x1a")
        terminal.until_shown("Stopped")
        assert not terminal.cursor_is_hidden
        terminal.clear()
        terminal.type("fg\n")
        terminal.until_shown("event 5 of")
        assert terminal.cursor_is_hidden
        terminal.press("\x1b[C", "event 6 of")
        terminal.type("q")
        terminal.until(lambda seen: not seen.cursor_is_hidden, "the shell")
        terminal.type("exit\n")
        assert terminal.end() == 0


def test_a_history_from_stdin(home: Path, history: Path) -> None:
    """A history in a pipe is stepped through with the keys of the terminal."""
    program = ["bash", "-c", f"{SFN} step - < {history}"]
    with pseudo_terminal(home, program=program) as terminal:
        terminal.press("", "stdin  running", "event 1 of")
        terminal.press("\x1b[C", "event 2 of")
        terminal.type("q")
        assert terminal.end() == 0
        terminal.assert_restored(had_own_screen=True)


@pytest.mark.parametrize(
    "environment, is_coloured", [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False)], ids=str
)
def test_colours(home: Path, history: Path, environment: dict[str, str], is_coloured: bool) -> None:
    """NO_COLOR turns colours off; the marks stay."""
    with pseudo_terminal(home, "step", str(history), "--at", "2", environment=environment) as terminal:
        terminal.until_shown("q quit")
        assert "● Charge" in terminal.screen
        assert (b"\x1b[36m" in terminal.written) is is_coloured
        terminal.type("q")
        assert terminal.end() == 0


def test_without_a_terminal(home: Path, history: Path) -> None:
    """Without a terminal, and with --output, the output is that of `sfn show`."""
    for options in ((), ("--at", "7"), ("--output", "json")):
        stepped = sfn(home, "step", str(history), *options)
        assert (stepped.returncode, stepped.stderr) == (0, "")
        assert stepped.stdout == sfn(home, "show", str(history), *options).stdout
    with pseudo_terminal(home, "step", str(history), environment={"TERM": "dumb"}) as terminal:
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.written
        assert "◔ Approve" in terminal.screen
    missing = sfn(home, "step", "Nothing/last")
    assert missing.returncode != 0
    assert "Nothing" in missing.stderr

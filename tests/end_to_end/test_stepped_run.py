"""`sfn run --step` at a pseudo-terminal: through a Retry, a Map, a Parallel and a callback."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import sfn, sfn_json, stop_workers
from tests.pseudo_terminals import pseudo_terminal
from tests.stepping_project import write_stepping_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


INPUT = ("--input", '{"items": ["cup", "pot"]}')


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The deployed project; its store is beside it."""
    project = tmp_path_factory.mktemp("run-step") / "Shop"
    write_stepping_project(project)
    sfn_json(home_of(project), "deploy", str(project))
    yield project
    stop_workers(home_of(project))


def home_of(project: Path) -> Path:
    return project.parent / "store"


def run(project: Path, *options: str, environment: Mapping[str, str] | None = None) -> Any:
    command = ("run", str(project), *INPUT, "--name", "monday", "--step", *options)
    return pseudo_terminal(
        home_of(project), *command, columns=110, lines=34, environment=environment, cwd=project.parent
    )


def types_of(history: Path) -> list[str]:
    return [event["type"] for event in json.loads(history.read_text())["events"]]


def test_through_everything(project: Path) -> None:
    """It stops before each state and each retry; functions are called, and the callback is answered."""
    history = project.parent / "history.json"
    with run(project, "--history", str(history)) as terminal:
        terminal.press("", "before Charge", '{"items": ["cup", "pot"]}', "m mock")
        terminal.press("n", "before attempt 2 of Charge, after Declined", "↻ 1 Declined")
        terminal.press("n", "before Rest", '"receipt": {"paid": 2}')
        terminal.press("n", "before Lines", "✓ Rest")
        terminal.press("nn", "before Pack", "in Lines[1]", 'input       "pot"')
        terminal.press("i", "context     {", '"Index": 1', "definition  {")
        terminal.press("x", "b breakpoint")
        terminal.press("n", "before Send", "✓ Lines")
        terminal.press("n", "before Label", "in Send[0]")
        terminal.press("n", "before Invoice", "in Send[1]", "✓ Label")
        terminal.press("n", "before Approve")
        terminal.press("n", "Approve waits for an answer, at most 1 h 0 min", "◔ Approve")
        terminal.press("h", "event 35 of 35  TaskSubmitted")
        terminal.press("\x1b[1;2D", "TaskStateEntered")
        terminal.press("q", "Approve waits for an answer")
        terminal.press('m{"ok": true}\r', "the execution succeeded", 'output      {"ok": true}')
        terminal.type("q")
        assert terminal.end() == 0
        terminal.assert_restored(had_own_screen=True)
        after = terminal.text.rpartition("q quit")[2]
        assert "✓ Shop/monday  succeeded  3.00 s" in after
        assert json.loads(after[after.rindex("\n{") :]) == {"ok": True}
    types = types_of(history)
    assert types[:9] == [
        "ExecutionStarted",
        "TaskStateEntered",
        *("LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionFailed"),
        *("LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"),
        "TaskStateExited",
    ]
    assert types[-6:] == [
        *("TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"),
        *("TaskStateExited", "ExecutionSucceeded"),
    ]
    shown = sfn(home_of(project), "show", str(history))
    assert "✓ Approve" in shown.stdout
    assert sfn_json(home_of(project), "list-executions", "--state-machine-arn", "Shop")["executions"] == []


def test_interventions(project: Path) -> None:
    """An input is edited, tasks are mocked and skipped, and a breakpoint stops in each iteration."""
    history = project.parent / "changed.json"
    editor = project.parent / "editor.py"
    editor.write_text(
        "import sys, pathlib\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "path.write_text(path.read_text().replace('pot', 'jug'))\n"
    )
    environment = {"VISUAL": f"{sys.executable} {editor}"}
    with run(project, "--break", "Charge", "--history", str(history), environment=environment) as terminal:
        terminal.press("", "before Charge")
        terminal.press("e", "The input was changed.", '{"items": ["cup", "jug"]}')
        terminal.press('m{"paid": 9}\r', 'mock        {"paid": 9}')
        terminal.press("n", "before Rest", '"receipt": {"paid": 9}', "✓ Charge")
        terminal.press("bPa\t\r", "Breakpoint on Pack.", "breakpoints Charge, Pack")
        terminal.press("c", "before Pack", "in Lines[0]")
        terminal.press("c", "before Pack", "in Lines[1]", 'input       "jug"')
        terminal.press("bApprove\rc", "before Approve")
        terminal.press("s", "the execution succeeded", '"jug"')
        terminal.type("q")
        assert terminal.end() == 0
        terminal.assert_restored(had_own_screen=True)
    events = json.loads(history.read_text())["events"]
    assert events[0]["executionStartedEventDetails"]["input"] == '{"items": ["cup", "pot"]}'
    assert json.loads(events[1]["stateEnteredEventDetails"]["input"]) == {"items": ["cup", "jug"]}
    assert types_of(history)[2:6] == [
        *("LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"),
        "TaskStateExited",
    ]


@pytest.mark.parametrize(
    "keys, code, shown",
    [
        ("fBroken\rby me\rn", 255, "The execution failed: Broken: by me"),
        ("m1\rnq", 255, "The execution was aborted"),
        ("\x03", 130, "before Charge"),
    ],
    ids=["a task that fails", "quit", "Ctrl-C"],
)
def test_other_ends(project: Path, keys: str, code: int, shown: str) -> None:
    """The exit code is that of `sfn run`; every end restores the terminal."""
    with run(project) as terminal:
        terminal.until_shown("before Charge")
        terminal.type(keys)
        if "Broken" in keys:
            terminal.press("", "the execution failed")
            terminal.type("q")
        assert terminal.end() == code
        assert shown in terminal.text
        terminal.assert_restored(had_own_screen=True)
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize(
    "options, words",
    [
        (("--step",), "--step needs a terminal"),
        (("--step", "--events"), "use one of them"),
        (("--break", "Charge"), "--break needs --step"),
        (("--history", "h.json"), "--history needs --step"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_refusals(project: Path, options: tuple[str, ...], words: str) -> None:
    """One line says what is wrong, before anything is run."""
    done = sfn(home_of(project), "run", str(project), *options)
    assert done.returncode != 0
    assert words in done.stderr
    assert done.stdout == ""


def test_a_breakpoint_on_an_unknown_state(project: Path) -> None:
    """The states are listed."""
    with run(project, "--break", "Chrage") as terminal:
        assert terminal.end() != 0
        assert "no state Chrage. The states are Charge" in terminal.text.replace("\n", "")

"""The screen of `sfn run --step`: keys in, lines and requests out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

import pytest

from sfn_cli.cli.step.run_screen import EditRequest, RunScreen
from sfn_cli.drivers.in_process.answers import answers_by_calling
from sfn_cli.drivers.in_process.stepped import SteppedExecution
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.events import execution_started_event
from sfn_cli.jsonvalue import Payload
from sfn_cli.views.source import ExecutionSource
from sfn_cli.views.text.styled_line import line_width, plain_line
from tests.stepping_project import SHOP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.cli.step.run_screen import Request

KEYS = {"\r": "enter", " ": "space", "\t": "tab", "\x1b": "esc", "←": "left", "⇟": "pagedown"}
ROLE = "arn:aws:iam::123456789012:role/any"


def charge(arguments: Any) -> Any:
    if arguments["attempt"] == 0:
        raise StatesError("Declined", "no money")
    return {"paid": len(arguments["items"])}


class Session:
    """A screen as a terminal drives it. Charge fails once; Approve waits to be answered."""

    def __init__(self, definition: Any = SHOP, input: Any = None, breakpoints: Sequence[str] = ()) -> None:
        payload = Payload({"items": ["cup", "pot"]} if input is None else input)
        started = execution_started_event(payload, ROLE, 0)
        text = json.dumps(definition)
        self.execution = SteppedExecution(text, started, answers_by_calling({"Charge": charge}))
        source = ExecutionSource("Shop/monday", self.execution.history, text)
        self.screen = RunScreen(self.execution, source, breakpoints)
        self.request: Request = "stay"
        self._proceed()

    def type(self, keys: str) -> Self:
        for key in keys:
            self._take(self.screen.press(KEYS.get(key, key)))
        return self

    def edit(self, text: str | None) -> Self:
        """Takes a text from the editor."""
        assert isinstance(self.request, EditRequest)
        self._take(self.screen.edited(self.request, text))
        return self

    def shown(self, width: int = 110, height: int = 34) -> str:
        lines = self.screen.lines(width, height)
        assert len(lines) <= height
        assert max(map(line_width, lines)) <= width
        return "\n".join(map(plain_line, lines))

    def _take(self, request: Request) -> None:
        self.request = request
        if request == "proceed":
            self._proceed()

    def _proceed(self) -> None:
        self.screen.proceed()
        while not self.screen.awaits_user:
            self.screen.proceed()


@pytest.mark.parametrize(
    "keys, shown",
    [
        ("", ["── before Charge ─", "next        Charge  Task", "m mock   f fail   s skip"]),
        ("n", ["before attempt 2 of Charge, after Declined", "↻ 1 Declined", "◔ Charge"]),
        ("nn", ["before Rest", '"receipt": {"paid": 2}', "✓ Charge", "b breakpoint   e edit input   ?"]),
        (" \r ", ["before Lines"]),
        ("nnnn", ["before Pack", "next        Pack  Pass  in Lines[0]", 'input       "cup"']),
        ("nnnnn", ["before Pack", "in Lines[1]", 'input       "pot"', "1 of 2 · 1 running"]),
        ("nnnnnnn", ["before Label", "in Send[0]"]),
        ("nnnnnnnn", ["before Invoice", "in Send[1]", "✓ Label"]),
        ("c", ["Approve waits for an answer, at most 1 h 0 min", "m succeed   f fail   n let time pass"]),
        ("cn", ["the execution failed", "error       States.Timeout", "✗ Approve"]),
        ('cm{"ok": 1}\r', ["the execution succeeded", 'output      {"ok": 1}', "✓ Approve"]),
        ("cfRefused\rtoo late\r", ["the execution failed", "error       Refused", "cause       too late"]),
        ("cm{no}\r", ["Not JSON at line 1, column 2: edit it again with m, Enter.", "Approve waits"]),
        ("cfRefused\r\x1b", ["Approve waits for an answer"]),
        ('m{"paid": 9}\r', ["before Charge", 'mock        {"paid": 9}']),
        ('m{"paid": 9}\rn', ["before Rest", '"receipt": {"paid": 9}', "✓ Charge"]),
        ("fDeclined\r\rnn", ["before Rest", "↻ 1 Declined"]),
        ("fBroken\rby me\r", ["before Charge", "mock        Broken: by me"]),
        ("fBroken\rby me\rn", ["the execution failed", "error       Broken", "cause       by me"]),
        ("m7\rm8\rn", ["before Rest", '"receipt": 8']),
        ("nm8\rn", ["before Rest", "↻ 1 Declined", '"receipt": 8']),
        ("s", ["before Rest", '"receipt": {"items": ["cup", "pot"]}']),
        ("nnm", ["before Rest", "Rest is a Wait state: only a Task can be mocked or skipped."]),
        ("nns", ["before Rest", "Rest is a Wait state"]),
        ("ne", ["The input of a state cannot be changed once the state has been entered."]),
        ("bPack\rc", ["before Pack", "in Lines[0]", "breakpoints Pack"]),
        ("bPack\rcc", ["before Pack", "in Lines[1]"]),
        ("bPack\rccc", ["Approve waits"]),
        ("bP\t\rbI\t\r", ["Breakpoint on Invoice.", "breakpoints Invoice, Pack"]),
        ("b\r", ["Breakpoint on Charge."]),
        ("b\rn", ["before attempt 2 of Charge"]),
        ("b\rb\r", ["No breakpoint on Charge any more."]),
        ("bNowhere\r", ["There is no state “Nowhere”. States: Charge, Rest, Lines, Pack"]),
        ("bPa\x1b", ["before Charge", "b breakpoint"]),
        ("i", ["── before Charge", '"RetryCount": 0', "context     {", "definition  {", "any key back"]),
        ("ix", ["before Charge", "m mock"]),
        ("nnh", ["event 9 of 9  TaskStateExited", "✓ Charge"]),
        ("nnh←", ["event 8 of 9  LambdaFunctionSucceeded"]),
        ("nn←p", ["event 5 of 9  LambdaFunctionFailed"]),
        ("nnhq", ["before Rest"]),
        ("?", ["skip the task: its result is its input", "any key back"]),
        ("?x", ["before Charge"]),
        ("cm1\rn", ["the execution succeeded", "The execution has ended: h walks"]),
        ("cm1\rx", ["the execution succeeded", "h history   q quit"]),
    ],
    ids=repr,
)  # fmt: skip
def test_keys(keys: str, shown: list[str]) -> None:
    """Each key does what the last line of the screen says."""
    session = Session().type(keys)
    screen = session.shown()
    for text in shown:
        assert text in screen, screen


@pytest.mark.parametrize("keys", ["q", "nnq", "cq", "cm1\rq", "cm1\r\x1b"])
def test_quit(keys: str) -> None:
    """q quits everywhere; at the end Esc does, too."""
    assert Session().type(keys).request == "quit"


def test_a_breakpoint_of_the_command() -> None:
    """With --break, the first stop is there."""
    session = Session(breakpoints=["Pack"])
    assert "before Pack" in session.shown()
    assert "in Lines[1]" in session.type("n").shown()


def test_an_edited_input() -> None:
    """The editor has the input; what it saves is the input, if it is JSON."""
    session = Session().type("e")
    assert session.request == EditRequest("input", '{"items": ["cup", "pot"]}')
    session.edit('{"items": ["cup", "jug"]}')
    assert 'input       {"items": ["cup", "jug"]}' in session.shown()
    assert "The input was changed." in session.shown()
    session.type("e").edit('{"items": ["cup", "jug"]')
    assert "edit it again with e." in session.shown()
    session.type("e")
    assert session.request == EditRequest("input", '{"items": ["cup", "jug"]')
    session.edit(None)
    assert "Nothing was changed." in session.shown()
    assert '"jug"' in session.type("nnnnn").shown()
    entered = [event.payload for event in session.execution.history if event.type == "TaskStateEntered"]
    assert entered == [Payload({"items": ["cup", "jug"]})]


def test_a_result_from_the_editor() -> None:
    """Without a text, the result of a mock is written in the editor."""
    session = Session().type("m\r")
    assert session.request == EditRequest("result", "{}")
    session.edit('{"paid": [')
    assert "Not JSON" in session.shown()
    session.type("m\r").edit('{"paid": [1]}')
    assert 'mock        {"paid": [1]}' in session.shown()
    assert session.type("c\x1bm\r").edit("5").request == "proceed"
    assert "output      5" in session.shown()


ASK = SHOP["States"]["Approve"]  # type: ignore[index]
TWO = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": name, "States": {name: ASK}} for name in ("First", "Second")],
            "End": True,
        }
    },
}


def test_two_tasks_that_wait() -> None:
    """Tab goes to the next of several tasks that wait."""
    session = Session(TWO).type("c")
    assert "First waits for an answer, at most 1 h 0 min (1 of 2)" in session.shown()
    assert "Second waits for an answer, at most 1 h 0 min (2 of 2)" in session.type("\t").shown()
    assert "in Both[1]" in session.shown()
    session.type("m2\r")
    assert "First waits for an answer, at most 1 h 0 min ─" in session.shown()
    assert "output      [1, 2]" in session.type("m1\r").shown()


def test_variables_and_hostile_data() -> None:
    """Variables are shown; control characters of a payload are escaped."""
    states = {
        "A": {"Type": "Pass", "Assign": {"rate": 7, "evil.$": "$"}, "Next": "B"},
        "B": {"Type": "Pass", "End": True},
    }
    session = Session({"StartAt": "A", "States": states}, "\x1b[2J\u202e漢字").type("n")
    assert 'variables   {"rate": 7, "evil": "\\u001b[2J\\u202e漢字"}' in session.shown()
    assert "\x1b" not in session.shown()


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (20, 4), (40, 10), (200, 60)])
def test_sizes(size: tuple[int, int]) -> None:
    """Every stop can be shown on terminals of every size."""
    session = Session()
    for keys in ("", "i", "⇟x", "n", "bPack\r", "c", "c", "c", "?", "xh", "q", "m", "1\r"):
        session.type(keys)
        session.shown(*size)
    assert session.screen.stop is None

"""The screen of `sfn step`: keys in, lines out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.drivers.in_process.execution import InProcessExecution
from sfn_cli.jsonvalue import Payload
from sfn_cli.views.source import ExecutionSource
from sfn_cli.views.stepping.history_walk import HistoryWalk
from sfn_cli.views.stepping.walk_screen import WalkScreen
from sfn_cli.views.text.styled_line import line_width, plain_line
from tests.views.recorded import NAMES, source_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def screen_of(name: str) -> WalkScreen:
    return WalkScreen(HistoryWalk(source_of(name)))


def typed(screen: WalkScreen, keys: Sequence[str], width: int = 100, height: int = 30) -> str:
    for key in keys:
        assert screen.press(key)
    return "\n".join(map(plain_line, screen.lines(width, height)))


@pytest.mark.parametrize(
    "keys, shown",
    [
        (
            [],
            [
                "event 1 of 38  ExecutionStarted",
                '"item": "teapot"',
                "● order/order-declined  running  0.00 s",
            ],
        ),
        (["right"], ["event 2 of 38  ParallelStateEntered", "● Prepare"]),
        (["space", "l", "left"], ["event 2 of 38"]),
        (["shift-right", "down", "j"], ["event 6 of 38  TaskStateEntered", "● AskRate", "in Prepare[1]"]),
        (["down", "down", "down", "k"], ["event 4 of 38", "Reserve", "in Prepare[0]"]),
        (["n"], ["event 19 of 38  TaskFailed", "error       States.Http.StatusCode.503", "◔ Charge"]),
        (["n", "n"], ["event 22 of 38", "attempt 2", "↻ 2 States.Http.StatusCode.503"]),
        (["n", "n", "n"], ["event 25 of 38", "States.Http.StatusCode.402", "cause       Payment Required"]),
        (["n", "n", "p"], ["event 19 of 38"]),
        (
            ["end"],
            ["event 38 of 38  ExecutionFailed", "✗ order/order-declined  failed", "CardDeclined", "! Charge"],
        ),
        (["G", "left"], ["event 37 of 38  FailStateEntered", "✗ NotOrdered"]),
        (["end", "right"], ["event 38 of 38", "This is the last event."]),
        (["left"], ["event 1 of 38", "This is the first event."]),
        (["p"], ["event 1 of 38", "There is no earlier failure."]),
        (["end", "n"], ["There is no later failure."]),
        (["/", *"relea"], ["find: relea▏", "event 1 of 38"]),
        (["/", *"RELEX", "backspace", *"as", "enter"], ["event 27 of 38  TaskStateEntered", "● Release"]),
        (["/", *"x y", "ctrl-w", *"y", "enter"], ["No event contains “x y”."]),
        (["/", *"teapot", "enter", "/", "enter"], ["event 4 of 38"]),
        (["/", *"teapot", "esc", "n"], ["event 19 of 38"]),
        (["end", "/", *"executionstarted", "enter"], ["event 1 of 38"]),
        (["?"], ["next state that is entered", "previous failure"]),
        (["?", "x"], ["event 1 of 38", "←/→ event"]),
        (["home", "g"], ["event 1 of 38"]),
    ],
    ids=lambda keys: "-".join(keys) if isinstance(keys, list) else "",
)
def test_keys(keys: list[str], shown: list[str]) -> None:
    """Each key shows another event, and the tree as it was then."""
    screen = typed(screen_of("order-declined"), keys)
    for text in shown:
        assert text in screen, screen


@pytest.mark.parametrize("key", ["q", "esc"])
def test_quit(key: str) -> None:
    """q and Esc quit; at a prompt they do not."""
    screen = screen_of("order")
    assert not screen.press(key)
    screen = screen_of("order")
    screen.press("/")
    assert screen.press(key)


def test_variables_and_output() -> None:
    """A state is shown with its input, the variables that it read, and what it assigned."""
    screen = screen_of("variables")
    seen = typed(screen, ["/", *"StateExited", "enter", "down"])
    assert "variables   {" in seen
    assert "assigned" not in seen
    seen = typed(screen, ["/", *"StateExited", "enter"])
    assert "assigned" in seen
    assert "output " in seen


@pytest.mark.parametrize("name", NAMES)
def test_every_event_of_every_recording(name: str) -> None:
    """Every event can be shown, on terminals of every size."""
    source = source_of(name)
    screen = WalkScreen(HistoryWalk(source))
    sizes = [(1, 1), (2, 3), (20, 4), (38, 8), (72, 20), (110, 40)]
    for number in range(min(len(source.history), 200)):
        width, height = sizes[number % len(sizes)]
        lines = screen.lines(width, height)
        assert len(lines) == height
        assert max(map(line_width, lines)) <= width
        screen.press("right")


def execution_of(input: Any, state: str = "Echo") -> WalkScreen:
    definition = {"StartAt": state, "States": {state: {"Type": "Pass", "End": True}}}
    execution = InProcessExecution(json.dumps(definition), Payload(input))
    execution.run()
    return WalkScreen(HistoryWalk(ExecutionSource("echo", execution.history, json.dumps(definition))))


def test_the_state_of_the_event_is_marked() -> None:
    """The row of the event's state is marked, and shown if there are too many rows or iterations."""
    definition = {
        "StartAt": "Each",
        "States": {
            "Each": {
                "Type": "Map",
                "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
                "Next": "B",
            },
            "B": {"Type": "Pass", "End": True},
        },
    }
    execution = InProcessExecution(json.dumps(definition), Payload(list(range(9))))
    execution.run()
    screen = WalkScreen(HistoryWalk(ExecutionSource("map", execution.history, json.dumps(definition))))
    assert "─▸ ● Each " in typed(screen, ["down"])
    seen = typed(screen, ["down"] * 8)
    assert "─▸ ● A [7]" in seen
    assert seen.count("▸") == 1
    seen = typed(screen, ["end"])
    assert "▸" not in seen
    assert "─▸ ✓ B" in typed(screen, ["left"], height=7)


def test_long_data_is_scrolled() -> None:
    """Data that does not fit is scrolled, and another event is shown from its beginning."""
    screen = execution_of([f"line {number}, which is a little longer" for number in range(120)])
    first = typed(screen, [], height=20)
    assert "lines 1–17 of " in first
    assert "line 0," in first
    assert "line 90," not in first
    assert "line 119, which" in typed(screen, ["pagedown"] * 20, height=20)
    assert "line 0," in typed(screen, ["pageup"] * 9, height=20)
    assert "line 0," in typed(screen, ["pagedown", "right"], height=20)


def test_hostile_data() -> None:
    """Control characters are escaped, wide characters have two columns, and nothing is lost."""
    screen = execution_of({"漢字": "\x1b[2J\u202e" + "長い文" * 20 + "end"}, state="状態\x07")
    lines = [screen.press("right") and screen.lines(40, 30) for _ in range(3)]
    for shown in lines:
        assert max(map(line_width, shown)) <= 40
    text = "".join("".join(span.text for span in line).strip() for line in lines[0])
    assert "\x1b" not in text
    assert "\\u001b[2J\\u202e" in text
    assert "状態\\u0007" in text
    assert "end" in text


def test_new_events_are_followed_at_the_end() -> None:
    """At the last event, new events are shown; elsewhere the position does not change."""
    source = source_of("order")
    screen = WalkScreen(HistoryWalk(source._replace(history=source.history[:10])))
    typed(screen, ["end"])
    screen.add(source.history[10:12])
    assert "event 12 of 12" in typed(screen, [])
    typed(screen, ["left"])
    screen.add(source.history[12:])
    assert f"event 11 of {len(source.history)}" in typed(screen, [])

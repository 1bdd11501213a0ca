"""Builds histories event by event, for outlines without a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.jsonvalue import Payload
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.source import ExecutionSource

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView

START = 1_000_000
EMPTY = Payload(text="{}")


class History:
    """A growing history, in which each event is a second after the previous one."""

    def __init__(self) -> None:
        self.events = [HistoryEvent(1, 0, START, "ExecutionStarted", payload=EMPTY)]

    def add(self, type: str, previous: int, frame: int = 0, **details: Any) -> int:
        """Adds an event after `previous`; returns its id."""
        id = len(self.events) + 1
        self.events.append(
            HistoryEvent(id, previous, START + (id - 1) * 1000, type, frame, None, EMPTY, details)
        )
        return id

    def view(self) -> ExecutionView:
        return fold_execution(ExecutionSource("made/up", self.events))


def pass_chain(names: list[str]) -> History:
    """Returns the history of consecutive Pass states."""
    history, last = History(), 1
    for name in names:
        last = history.add("PassStateEntered", last, name=name)
        last = history.add("PassStateExited", last, name=name)
    return history


def nested_parallels(depth: int) -> History:
    """Returns the history of nested Parallels, each with one branch, the last one open."""
    history, last = History(), 1
    for level in range(depth):
        entered = history.add("ParallelStateEntered", last, level, name=f"Level{level}")
        last = history.add("ParallelStateStarted", entered, level)
    history.add("PassStateEntered", last, depth, name="Innermost")
    return history


def map_of(iterations: int, *, failed: tuple[int, ...] = (), running: tuple[int, ...] = ()) -> History:
    """Returns the history of a Map with one Pass per iteration, most of which have succeeded."""
    history = History()
    entered = history.add("MapStateEntered", 1, name="Each")
    started = history.add("MapStateStarted", entered, length=iterations)
    for index in range(iterations):
        frame = index + 1
        begun = history.add("MapIterationStarted", started, name="Each", index=index)
        inside = history.add("PassStateEntered", begun, frame, name="One")
        if index in failed:
            history.add("MapIterationFailed", inside, frame, name="Each", index=index)
        elif index not in running:
            left = history.add("PassStateExited", inside, frame, name="One")
            history.add("MapIterationSucceeded", left, frame, name="Each", index=index)
    return history

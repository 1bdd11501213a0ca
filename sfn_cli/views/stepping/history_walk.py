"""A position in the history of an execution, and the view as of it.

    walk = HistoryWalk(source)
    walk.go_to(walk.next_failure())
    walk.event, walk.visit, walk.view

Positions count events from 1. A step forward applies one event. A step back continues a copy of an
earlier fold: at most STRIDE events are applied to it, and the history is only folded from its start
once in STRIDE steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.stepping.copied_fold import CopiableFold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.source import ExecutionSource

STRIDE = 250
"""The maximum number of events that are applied again for a step back."""

FAILURE_ENDINGS = ("Failed", "TimedOut")
"""The ends of the types of events that record a failure."""


class HistoryWalk:
    """A walk through the history of a source, which has at least one event."""

    def __init__(self, source: ExecutionSource) -> None:
        self._events: list[HistoryEvent] = list(source.history)
        # Without its seed, the view of a past event has no commands that answer tasks.
        self._source = source._replace(history=self._events, seed=None)
        self._base = CopiableFold(self._source)
        self._fold = self._base.copy()
        self._base_at = self.at = 0
        self.visit: StateVisit | None = None
        """The visit that the event changed, if it is about one."""
        self.go_to(1)

    @property
    def view(self) -> ExecutionView:
        """The execution as it was after the event."""
        return self._fold.view

    @property
    def event(self) -> HistoryEvent:
        return self._events[self.at - 1]

    @property
    def last(self) -> int:
        """The position of the last event."""
        return len(self._events)

    @property
    def events(self) -> Sequence[HistoryEvent]:
        return self._events

    def add(self, events: Iterable[HistoryEvent]) -> None:
        """Adds events to the end of the history."""
        self._events += events

    def go_to(self, position: int) -> None:
        """Goes to an event; a position outside the history is the first or the last one."""
        position = max(1, min(position, self.last))
        if position == self.at:
            return
        if position < self.at:
            self._return_before(position)
        for event in self._events[self.at : position]:
            self.visit = self._fold.apply(event)
        self.at = position

    def _return_before(self, position: int) -> None:
        """Continues from a fold before the position."""
        if not position - STRIDE <= self._base_at < position:
            self._base = CopiableFold(self._source)
            self._base_at = (position - 1) // STRIDE * STRIDE
            for event in self._events[: self._base_at]:
                self._base.apply(event)
        self._fold, self.at = self._base.copy(), self._base_at

    # Other events

    def next_state(self) -> int | None:
        """Returns the position of the next event with which a state is entered."""
        return self._find(range(self.at + 1, self.last + 1), _enters_state)

    def previous_state(self) -> int | None:
        return self._find(range(self.at - 1, 0, -1), _enters_state)

    def next_failure(self) -> int | None:
        return self._find(range(self.at + 1, self.last + 1), is_failure)

    def previous_failure(self) -> int | None:
        return self._find(range(self.at - 1, 0, -1), is_failure)

    def next_with(self, text: str) -> int | None:
        """Returns the position of the next event whose type, details or data contain the text.

        After the last event, the search continues at the first one. Case is ignored.
        """
        wanted = text.casefold()
        positions = [*range(self.at + 1, self.last + 1), *range(1, self.at + 1)]
        return self._find(positions, lambda event: wanted in _searched_text(event))

    def _find(self, positions: Iterable[int], matches: Callable[[HistoryEvent], bool]) -> int | None:
        return next((position for position in positions if matches(self._events[position - 1])), None)


def is_failure(event: HistoryEvent) -> bool:
    """Whether the event records a failure or a timeout."""
    return event.type.endswith(FAILURE_ENDINGS)


def _enters_state(event: HistoryEvent) -> bool:
    return event.type.endswith("StateEntered")


def _searched_text(event: HistoryEvent) -> str:
    payload = "" if event.payload is None else event.payload.text
    details = event.details or {}
    words = " ".join(str(value) for value in details.values())
    return f"{event.type} {words} {payload}".casefold()

"""`sfn step`: keys in, the lines of a screen out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.outline.tree import outline_lines
from sfn_cli.views.stepping.event_lines import event_lines, event_title
from sfn_cli.views.stepping.line_editor import LineEditor
from sfn_cli.views.stepping.screen_lines import ScreenParts, help_lines, key_line, screen_lines
from sfn_cli.views.text.styled_line import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.stepping.history_walk import HistoryWalk
    from sfn_cli.views.text.styled_line import StyledLine

_KEYS = (
    ("←/→", "event"), ("⇧←/⇧→", "state"), ("n/p", "failure"), ("/", "find"), ("?", "help"), ("q", "quit"),
)  # fmt: skip

_HELP = (
    ("→  space  l", "next event"),
    ("←  backspace  h", "previous event"),
    ("⇧→  ↓  j", "next state that is entered"),
    ("⇧←  ↑  k", "previous state that is entered"),
    ("n", "next failure"),
    ("p", "previous failure"),
    ("/", "find an event by its type, its state or a text in its data; / and Enter find the next one"),
    ("Home  g", "first event"),
    ("End  G", "last event; new events are followed from there"),
    ("PgDn  PgUp", "scroll the data"),
    ("q", "quit"),
)

_SCROLLED = 5


class WalkScreen:
    """The screen of a walk. `message` replaces the keys until the next key."""

    def __init__(self, walk: HistoryWalk, zone: tzinfo | None = None) -> None:
        self._walk = walk
        self._zone = zone
        self._editor: LineEditor | None = None
        self._found_text = ""
        self._shows_help = False
        self._scroll = self._most_scroll = 0
        self._pending: tuple[int, Mapping[int, Pending]] = (0, {})
        self._data: tuple[tuple[int, int], Sequence[StyledLine]] = ((0, 0), ())
        self.message = ""

    def press(self, key: str) -> bool:
        """Applies a key; returns whether the user goes on."""
        self.message = ""
        if self._editor is not None:
            self._edit(self._editor, key)
            return True
        if self._shows_help:
            self._shows_help = False
            return True
        if key in ("q", "esc"):
            return False
        if key == "?":
            self._shows_help = True
        elif key == "/":
            self._editor = LineEditor("find:")
        elif key in ("pagedown", "pageup"):
            self._scroll += _SCROLLED if key == "pagedown" else -_SCROLLED
            self._scroll = max(0, min(self._scroll, self._most_scroll))
        elif key in _JUMPS:
            find, nothing = _JUMPS[key]
            self._jump(find(self._walk), nothing)
        return True

    def add(self, events: Sequence[HistoryEvent]) -> None:
        """Adds new events; a walk at the last event goes on to the newest."""
        is_at_end = self._walk.at == self._walk.last
        self._walk.add(events)
        if is_at_end:
            self._go_to(self._walk.last)

    def lines(self, width: int, height: int, now: int | None = None) -> list[StyledLine]:
        """Returns the lines of a screen of this size.

        `now` is the time by the execution's clock, until which the states last that are open at the last
        event of a running execution; None if it does not run.
        """
        walk = self._walk
        if walk.at < walk.last or now is None:
            now = walk.view.last_at
        time = now

        def tree(most: int) -> Sequence[StyledLine]:
            pending = self._pending_at()
            return outline_lines(
                walk.view, now=time, width=width, pending=pending, max_lines=most, selected=walk.visit
            )

        title = event_title(walk.event, walk.events[-1].id, walk.events[0].at)
        data = help_lines(_HELP) if self._shows_help else self._data_at(width)
        parts = ScreenParts(tree, title, data, self._footer(width), self._scroll)
        lines, self._most_scroll = screen_lines(parts, width, height)
        return lines

    def _edit(self, editor: LineEditor, key: str) -> None:
        if editor.press(key):
            return
        if key == "enter":
            self._editor = None
            self._found_text = editor.text or self._found_text
            if self._found_text:
                found = self._walk.next_with(self._found_text)
                self._jump(found, f"No event contains “{self._found_text}”.")
        elif key == "esc":
            self._editor = None

    def _jump(self, position: int | None, nothing: str) -> None:
        if position is None:
            self.message = nothing
        else:
            self._go_to(position)

    def _go_to(self, position: int) -> None:
        self._walk.go_to(position)
        self._scroll = 0

    def _footer(self, width: int) -> StyledLine:
        if self._editor is not None:
            return self._editor.line(width)
        return [Span(self.message, "caught")] if self.message else key_line(_KEYS, width)

    def _pending_at(self) -> Mapping[int, Pending]:
        if self._pending[0] != self._walk.at:
            # Without a replay, which would take as long as the whole execution at each step.
            found = pending_of(self._walk.view, zone=self._zone, may_replay=False)
            self._pending = self._walk.at, found
        return self._pending[1]

    def _data_at(self, width: int) -> Sequence[StyledLine]:
        if self._data[0] != (self._walk.at, width):
            walk = self._walk
            lines = list(event_lines(walk.event, walk.visit, self._pending_at(), width))
            self._data = (walk.at, width), lines
        return self._data[1]


class _Jump(NamedTuple):
    """How the position of a jump is found, and what is shown if there is none."""

    find: Callable[[HistoryWalk], int | None]
    nothing: str = ""


_NEXT_EVENT = _Jump(lambda walk: walk.at + 1 if walk.at < walk.last else None, "This is the last event.")
_PREVIOUS_EVENT = _Jump(lambda walk: walk.at - 1 or None, "This is the first event.")
_NEXT_STATE = _Jump(lambda walk: walk.next_state(), "No state is entered later.")
_PREVIOUS_STATE = _Jump(lambda walk: walk.previous_state(), "No state is entered earlier.")
_FIRST = _Jump(lambda walk: min(1, walk.last))
_LAST = _Jump(lambda walk: walk.last)

_JUMPS: Mapping[str, _Jump] = {
    **dict.fromkeys(("right", "space", "l"), _NEXT_EVENT),
    **dict.fromkeys(("left", "backspace", "h"), _PREVIOUS_EVENT),
    **dict.fromkeys(("shift-right", "down", "j"), _NEXT_STATE),
    **dict.fromkeys(("shift-left", "up", "k"), _PREVIOUS_STATE),
    "n": _Jump(lambda walk: walk.next_failure(), "There is no later failure."),
    "p": _Jump(lambda walk: walk.previous_failure(), "There is no earlier failure."),
    **dict.fromkeys(("home", "g"), _FIRST),
    **dict.fromkeys(("end", "G"), _LAST),
}
"""The keys that go to another event."""

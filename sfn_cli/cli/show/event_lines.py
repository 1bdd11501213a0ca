"""An execution's events for people: a line each; at a terminal with colours and running states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli import screen

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.interpreter.events import HistoryEvent

ShowEvent = Callable[["HistoryEvent"], None]

_TYPE_WIDTH = 28
_STATUS_WIDTH = 60


@contextmanager
def event_line_writer(stream: TextIO, terminal: Terminal) -> Iterator[ShowEvent]:
    """Yields a function that writes an event's line, with running states where a terminal can redraw them.

    Elsewhere, lines have colours with --color on only: a terminal without cursor control may have none.
    """
    lines = _EventLines()
    at_terminal = stream.isatty()
    color = terminal.given.get("color")
    if not terminal.moves_cursor(stream) or color == "off" or (terminal.no_color and color != "on"):

        def show(event: HistoryEvent) -> None:
            if color == "on":
                _write_event_line(lines.parts(event), stream, color=True)
            else:
                line = " ".join(lines.parts(event)).rstrip()
                stream.write((screen.one_screen_line(line) if at_terminal else line) + "\n")
            stream.flush()

        yield show
        return

    from rich.text import Text

    console = screen.screen_console(stream)
    with console.status("running", spinner="dots") as status:

        def show(event: HistoryEvent) -> None:
            at, type, state = map(screen.one_screen_line, lines.parts(event))
            console.print(Text.assemble((at, "dim"), " ", (type, _event_style(event.type)), " ", state))
            running = screen.one_screen_line(", ".join(sorted(set(lines.running.values()))))
            # rich would read a str as markup.
            status.update(Text(running[:_STATUS_WIDTH] or "running"))

        yield show


def write_event_lines(events: Iterable[HistoryEvent], stream: TextIO, *, color: bool) -> None:
    """Writes a line for each event of a history."""
    lines = _EventLines()
    for event in events:
        _write_event_line(lines.parts(event), stream, color=color)


def _write_event_line(shown: tuple[str, str, str], stream: TextIO, *, color: bool) -> None:
    at, type, state = map(screen.one_screen_line, shown)
    parts = [*screen.screen_style(at, "2", color=color), " "]
    style = _EVENT_CODES[_event_style(type.rstrip())]
    parts += screen.screen_style(type if state else type.rstrip(), style, color=color)
    screen.write_screen_parts(stream, [*parts, f" {state}\n" if state else "\n"])


_EVENT_CODES = {"red": "31", "green": "32", "cyan": "36", "default": "39"}


class _EventLines:
    """The lines of events, each with its state: the one that its frame last entered."""

    def __init__(self) -> None:
        self.running: dict[int, str] = {}

    def parts(self, event: HistoryEvent) -> tuple[str, str, str]:
        """Returns the time of day, the padded event type and the state's name.

        The name is followed by an iteration's index and an error's name, if there are any.
        """
        details = event.details or {}
        if event.type.endswith("StateEntered"):
            self.running[event.frame] = details.get("name", "")
        state = self.running.get(event.frame, "") if "name" not in details else str(details["name"])
        if event.type.endswith("StateExited"):
            self.running.pop(event.frame, None)
        if "index" in details:
            state = f"{state}[{details['index']}]"
        if "error" in details:
            state = f"{state} {details['error']}".strip()
        at = datetime.fromtimestamp(event.at / 1000)
        return at.strftime("%H:%M:%S.") + f"{event.at % 1000:03}", event.type.ljust(_TYPE_WIDTH), state


def _event_style(type: str) -> str:
    if type.endswith(("Failed", "TimedOut", "Aborted")):
        return "red"
    if type.endswith("Succeeded"):
        return "green"
    return "cyan" if type.endswith(("StateEntered", "StateExited")) else "default"

"""Text on its way to a terminal: data is shown, and never acted on.

A terminal acts on control characters: an escape sequence in a log line, a cause or a name could
clear the screen, set the window's title, fake a line or reverse text (bidi controls). So the
process writes to a terminal, or to the pager in front of one, through a `Screen` only:

    Rule 1: `Screen.write` escapes what `visible_text` escapes, and so covers everything that
            writes text.
    Rule 2: sfn's own colours are `Control`s, which `write_screen_parts` lets pass; rich draws
            through `screen_console`. Sequences that take neither way are shown as text.
    Rule 3: the escapes are JSON's (`\\u001b`), so JSON stays JSON, with the same value.

Elsewhere (a file, a pipe) there is no Screen and bytes are unchanged.
"""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, Any, TextIO, cast

from sfn_cli.views.text.visible_text import visible_line, visible_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

one_screen_line = visible_line


_ASCII_MARKS = str.maketrans(
    {
        "✓": "+", "✗": "x", "●": "*", "◔": "~", "■": "#", "○": "o", "…": "~", "─": "-", "━": "=",
        "┄": "-", "│": "|", "├": "|", "└": "`", "┌": ".", "╭": ".", "╮": ".", "╰": "`", "╯": "'",
        "·": "|", "→": ">", "▸": ">", "›": ">", "⤷": ">", "↻": "@", "−": "-", "×": "x", "≠": "#", "⋯": "~",
        "≤": "<", "≥": ">", "λ": "f", "↳": ">",
    }
)  # fmt: skip
"""The marks and lines of our own for a terminal whose encoding does not have them, each one column wide."""


def replace_unencodable_marks(error: UnicodeError) -> tuple[str, int]:
    """Handles codec errors: returns what is written in place of characters that an encoding does not have.

    Our own marks become similar ones of ASCII; other characters are escaped.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    shown = error.object[error.start : error.end].translate(_ASCII_MARKS)
    return shown.encode("ascii", "backslashreplace").decode("ascii"), error.end


MARKS_IN_ASCII = "sfn-marks-in-ascii"
codecs.register_error(MARKS_IN_ASCII, replace_unencodable_marks)


class Screen(io.TextIOBase):
    """A terminal's stream, to which text is written as `visible_text` shows it.

    It has no `buffer`: bytes would bypass it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=MARKS_IN_ASCII)  # for characters outside the terminal's encoding

    def write(self, text: str) -> int:
        self.stream.write(visible_text(text))
        return len(text)

    def flush(self) -> None:
        self.stream.flush()

    def isatty(self) -> bool:
        return self.stream.isatty()

    def fileno(self) -> int:
        return self.stream.fileno()

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self.stream.errors


class Control(str):
    """A control sequence that sfn itself writes, for the terminal to act on."""

    __slots__ = ()


def screen_style(text: str, codes: int | str, *, color: bool) -> list[str]:
    """Returns the parts of a text in a style; without `color`, only the text.

    The style is in SGR codes, such as 32 for green.
    """
    return [Control(f"\033[{codes}m"), text, Control("\033[0m")] if color else [text]


def write_screen_parts(stream: TextIO, parts: Iterable[str]) -> None:
    """Writes text, which a Screen escapes, and Controls, which it does not."""
    own = _stream_of_screen(stream)
    for part in parts:
        (own if isinstance(part, Control) else stream).write(part)


def is_screen(stream: TextIO) -> bool:
    """Whether the stream is a terminal's, or the pager's in front of one."""
    return isinstance(stream, Screen)


def wrap_in_screen(stream: TextIO) -> TextIO:
    """Returns a Screen over the stream."""
    return cast("TextIO", Screen(stream))


def screen_console(stream: TextIO, **options: Any) -> Console:
    """Returns a rich console on the stream. Its own controls pass; the printed text is escaped."""
    from rich.console import Console

    class ScreenConsole(Console):
        def render(self, renderable: Any, options: Any = None) -> Iterator[Any]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else segment._replace(text=visible_text(segment.text))

    kind = ScreenConsole if is_screen(stream) else Console
    return kind(file=_stream_of_screen(stream), highlight=False, markup=False, emoji=False, **options)


def fit_encoding(text: str, stream: TextIO) -> str:
    """Returns text for people as the stream's encoding can have it, with marks of ASCII if need be."""
    encoding = stream.encoding or "utf-8"
    return text if text.isascii() else text.encode(encoding, MARKS_IN_ASCII).decode(encoding)


def write_document(text: str, stream: TextIO) -> None:
    """Writes a document that is UTF-8 whatever the locale: a page or a picture, to a pipe or a file.

    A lone surrogate is escaped.
    """
    buffer = getattr(stream, "buffer", None)
    if buffer is None:  # a Screen
        stream.write(text)
        return
    stream.flush()
    buffer.write(text.encode("utf-8", "backslashreplace"))
    buffer.flush()


def _stream_of_screen(stream: TextIO) -> TextIO:
    return stream.stream if isinstance(stream, Screen) else stream

"""Text on its way to a terminal: data is shown, and never acted on.

A terminal acts on control characters: an escape sequence in a log line, a cause or a name could
clear the screen, set the window's title, fake a line or reverse text (bidi controls). So the
process writes to a terminal, or to the pager in front of one, through a `Screen` only:

    Rule 1: `Screen.write` escapes what `visible_on_screen` escapes, and so covers everything that
            writes text.
    Rule 2: sfn's own colours are `Control`s, which `write_screen_parts` lets pass; rich draws
            through `screen_console`. Sequences that take neither way are shown as text.
    Rule 3: the escapes are JSON's (`\\u001b`), so JSON stays JSON, with the same value.

Elsewhere (a file, a pipe) there is no Screen and bytes are unchanged.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

_HIDDEN = (
    # C0 but tab and newline, DEL, C1
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"
    # Cf, format characters: invisible, and those for bidirectional text reorder visible ones
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f"
    r"\u2028\u2029"  # separators of lines and of paragraphs
    r"\u115f\u1160\u3164\uffa0"  # fillers of Hangul: invisible letters
    r"\ud800-\udfff"  # surrogates: no encoding has them
)
# Joiners (ZWNJ, ZWJ) belong to several scripts and to emoji; beside ASCII they are only invisible.
_JOINERS = r"(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
_INVISIBLE = re.compile(f"[{_HIDDEN}]|{_JOINERS}")
_LINE_BREAKS = {"\n": "\\n", "\t": "\\t"}


def visible_on_screen(text: str) -> str:
    """Escapes, as JSON does, the characters that a terminal would act on or not show.

    Newlines and tabs stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub(_escape_for_screen, text)


def one_screen_line(text: str) -> str:
    """As `visible_on_screen`, with newlines and tabs escaped too, for a place of one line."""
    shown = visible_on_screen(text)
    return re.sub("[\n\t]", lambda found: _LINE_BREAKS[found[0]], shown)


def _escape_for_screen(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


class Screen(io.TextIOBase):
    """A terminal's stream, to which text is written as `visible_on_screen` shows it.

    It has no `buffer`: bytes would bypass it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for characters outside the terminal's encoding

    def write(self, text: str) -> int:
        self.stream.write(visible_on_screen(text))
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
    """A control sequence of sfn's own, which the terminal acts on."""

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
                yield segment if segment.control else segment._replace(text=visible_on_screen(segment.text))

    kind = ScreenConsole if is_screen(stream) else Console
    return kind(file=_stream_of_screen(stream), highlight=False, markup=False, emoji=False, **options)


def _stream_of_screen(stream: TextIO) -> TextIO:
    return stream.stream if isinstance(stream, Screen) else stream

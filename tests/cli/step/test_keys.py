"""Keys from what terminals send."""

from __future__ import annotations

import pytest

from sfn_cli.cli.step.keys import KeyDecoder


@pytest.mark.parametrize(
    "sent, keys",
    [
        (b"n", ["n"]),
        (b"G? ", ["G", "?", "space"]),
        (b"\x1b[C\x1b[D\x1b[A\x1b[B", ["right", "left", "up", "down"]),
        (b"\x1bOC\x1bOD\x1bOH\x1bOF", ["right", "left", "home", "end"]),  # application mode
        (b"\x1b[1;2C\x1b[1;2D", ["shift-right", "shift-left"]),
        (b"\x1b[1;5C\x1b[1;3D", ["shift-right", "shift-left"]),  # with Ctrl and Alt
        (b"\x1b[c\x1b[d", ["shift-right", "shift-left"]),  # rxvt
        (b"\x1b[H\x1b[1~\x1b[7~", ["home", "home", "home"]),
        (b"\x1b[F\x1b[4~\x1b[8~", ["end", "end", "end"]),
        (b"\x1b[5~\x1b[6~", ["pageup", "pagedown"]),
        (b"\r\n\t\x7f\x08", ["enter", "enter", "tab", "backspace", "backspace"]),
        (b"\x15\x17\x04", ["ctrl-u", "ctrl-w", "ctrl-d"]),
        (b"\x1b[200~\x1b[15~x", ["x"]),  # keys without a name here
        ("für 漢字".encode(), ["f", "ü", "r", "space", "漢", "字"]),
        (b"\xff\xfeq", ["\ufffd", "\ufffd", "q"]),
        (b"\x1bq", ["esc", "q"]),
    ],
)
def test_keys(sent: bytes, keys: list[str]) -> None:
    """Each sequence is one key, also if it arrives byte by byte."""
    whole = KeyDecoder()
    assert whole.feed(sent) + whole.flush() == keys
    decoder = KeyDecoder()
    assert [key for byte in sent for key in decoder.feed(bytes([byte]))] + decoder.flush() == keys


def test_escape_alone() -> None:
    """Esc is a key once nothing follows it."""
    decoder = KeyDecoder()
    assert decoder.feed(b"\x1b") == []
    assert decoder.is_in_sequence
    assert decoder.flush() == ["esc"]
    assert not decoder.is_in_sequence

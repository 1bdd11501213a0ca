"""Terminal output: escaped data, and sfn's own colours."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest

from sfn_cli.cli import screen
from sfn_cli.views.statuses import LOOKS, StatusLook
from sfn_cli.views.text.visible_text import visible_text


@pytest.mark.parametrize(
    "text, shown",
    [
        ("plain é 漢字 \t tab\nline", "plain é 漢字 \t tab\nline"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("over\rwritten", "over\\u000dwritten"),
        ("\x00\x07\x08\x7f", "\\u0000\\u0007\\u0008\\u007f"),
        ("\x9b2J \x85", "\\u009b2J \\u0085"),
        ("\u202ertl\u2066 \u200f \u061c", "\\u202ertl\\u2066 \\u200f \\u061c"),
        ("a\u200bb \ufeff \u2028", "a\\u200bb \\ufeff \\u2028"),
        ("\U000e0041", "\\udb40\\udc41"),  # a letter of the tags, which nothing shows
        ("\ud800 \udc9b", "\\ud800 \\udc9b"),
        ("adm\u200din", "adm\\u200din"),
        ("👩\u200d👩\u200d👧 می\u200cخواهم", "👩\u200d👩\u200d👧 می\u200cخواهم"),  # joiners that belong there
    ],
)
def test_visible(text: str, shown: str) -> None:
    """Control and invisible characters are escaped; all other text is unchanged."""
    assert visible_text(text) == shown
    assert json.loads(f'"{shown}"', strict=False) == text  # JSON stays JSON, with the same value


def test_every_character_without_a_shape() -> None:
    """Unicode's controls, format characters, surrogates and line separators are escaped.

    Joiners are not.
    """
    hidden = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]
    shown = {"\n", "\t"}
    assert [
        character for character in hidden if visible_text(f"a{character}b") == f"a{character}b"
    ] == sorted(shown, key=ord)


def test_one_line() -> None:
    """`one_screen_line` also escapes newlines and tabs."""
    assert screen.one_screen_line("a\n\tb\x1b") == "a\\n\\tb\\u001b"


@pytest.mark.parametrize(
    "encoding, shown",
    [
        ("utf-8", "├── ✗ Café · 1 of 2…"),
        ("latin-1", "|-- x Café · 1 of 2~"),
        ("ascii", "|-- x Caf\\xe9 | 1 of 2~"),
    ],
)
def test_marks_that_the_terminal_does_not_have(encoding: str, shown: str) -> None:
    """sfn's own marks and lines become similar ASCII characters; other characters are escaped."""
    written = io.BytesIO()
    stream = screen.wrap_in_screen(io.TextIOWrapper(written, encoding=encoding))
    stream.write("├── ✗ Café · 1 of 2…")
    stream.flush()
    assert written.getvalue().decode(encoding) == shown


@pytest.mark.parametrize("look", LOOKS.values())
def test_each_status_has_a_mark_of_ascii(look: StatusLook) -> None:
    shown = screen.fit_encoding(look.mark, io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert len(shown) == 1


def test_own_colours_pass_and_text_does_not() -> None:
    """A Screen escapes all text but Controls; without a Screen everything passes."""
    parts = [*screen.screen_style("\x1b[8mtext", 32, color=True), "\x07\n"]
    terminal, file = io.StringIO(), io.StringIO()
    screen.write_screen_parts(screen.wrap_in_screen(terminal), parts)
    screen.write_screen_parts(file, parts)
    assert terminal.getvalue() == "\x1b[32m\\u001b[8mtext\x1b[0m\\u0007\n"
    assert file.getvalue() == "\x1b[32m\x1b[8mtext\x1b[0m\x07\n"


def test_rich_draws_text_as_it_is_shown() -> None:
    """rich's own controls pass; its text is neither markup nor acted on."""
    terminal = io.StringIO()
    console = screen.screen_console(
        screen.wrap_in_screen(terminal), force_terminal=True, width=80, color_system="standard"
    )
    console.print("[red]x[/red] \x1b[8m \u202e :smile:", style="green")
    assert terminal.getvalue() == "\x1b[32m[red]x[/red] \\u001b[8m \\u202e :smile:\x1b[0m\n"

"""The text of a definition for readers and editors, and the lines of its states."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.views.definition.definition_text import edited_definition, shown_definition
from sfn_cli.views.definition.state_lines import state_lines

MACHINE: dict[str, Any] = {
    "StartAt": "A",
    "States": {
        "A": {
            "Type": "Parallel",
            "Branches": [{"States": {"x/y": {"Type": "Pass"}}}, {"States": {"~": {}}}],
        },
        "M": {"Type": "Map", "Iterator": {"States": {"I": {}}}},
        "P": {"Type": "Map", "ItemProcessor": {"States": {"M": {}}}},
    },
}
TEXT = json.dumps(MACHINE, indent=2)


def _names_in_lines(text: str) -> dict[str, tuple[str, str]]:
    """Returns the first and the last line of each state."""
    lines = text.split("\n")
    return {
        path: (lines[at.first - 1].strip(), lines[at.last - 1].strip())
        for path, at in state_lines(text).items()
    }


def test_lines_of_states() -> None:
    """Each state has the lines from its name to its end, also inside other states."""
    assert _names_in_lines(TEXT) == {
        "/A": ('"A": {', "},"),
        "/A[0]/x/y": ('"x/y": {', "}"),
        "/A[1]/~": ('"~": {}', '"~": {}'),
        "/M": ('"M": {', "},"),
        "/M[0]/I": ('"I": {}', '"I": {}'),
        "/P": ('"P": {', "}"),
        "/P[0]/M": ('"M": {}', '"M": {}'),
    }


@pytest.mark.parametrize(
    "text, found",
    [
        ("", {}),
        ("{", {}),
        ("[1]", {}),
        ("[" * 5000, {}),
        ('{"States": 3}', {}),
        ('{"States": {"a": 3,\n"a": []}}', {"/a": (2, 2)}),
    ],
)
def test_lines_of_states_in_odd_texts(text: str, found: dict[str, tuple[int, int]]) -> None:
    """A text that is no definition has no states, or those that can be found."""
    assert state_lines(text) == found


@pytest.mark.parametrize(
    "stored, shown",
    [
        (json.dumps(MACHINE), TEXT),
        (TEXT, TEXT),
        (f"{TEXT}\n", f"{TEXT}\n"),
        (TEXT.replace("\n", "\r\n"), TEXT),
        ("not JSON", "not JSON"),
        ('{"Comment":"a\u200bb"}', '{\n  "Comment": "a\\u200bb"\n}'),
        ('{"Comment":"\\ud800"}', '{\n  "Comment": "\\ud800"\n}'),
    ],
)
def test_shown_definition(stored: str, shown: str) -> None:
    """One line is shown as several; whatever is sent back unchanged leaves what is stored as it is."""
    assert shown_definition(stored) == shown
    assert edited_definition(shown.replace("\n", "\r\n"), stored) == stored
    assert edited_definition(f"{shown} \r\n", stored) == f"{shown} \n"

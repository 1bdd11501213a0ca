"""A definition's text as people read and edit it.

A definition in one line, which deploy tools send, is shown with line breaks. Invisible characters are
shown as JSON's escapes, which mean the same.
"""

from __future__ import annotations

import json

from sfn_cli import jsonvalue
from sfn_cli.views.text.visible_text import visible_text


def shown_definition(stored: str) -> str:
    """Returns the text to show for a stored definition: itself if it has several lines."""
    text = visible_text(plain_line_ends(stored))
    if "\n" in text.strip():
        return text
    try:
        return visible_text(json.dumps(jsonvalue.loads(text), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return text


def edited_definition(edited: str, stored: str) -> str:
    """Returns what to store for the text of an editor: the stored text if it was not changed."""
    text = plain_line_ends(edited)
    return stored if text == shown_definition(stored) else text


def plain_line_ends(text: str) -> str:
    """Returns a text with line feeds only: forms are sent with a carriage return before each."""
    return text.replace("\r\n", "\n").replace("\r", "\n")

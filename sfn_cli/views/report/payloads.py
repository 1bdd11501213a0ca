"""The data of a report: indented, without secrets, and no more of it than a page can bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.views.report.secrets import mask_json_text, mask_text
from sfn_cli.views.text.indented_json import indented_json
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CHARACTERS = 2_000_000
"""How many characters of data a report shows."""

_LEAST_CHARACTERS = 200
"""How many characters of a text are shown however many texts there are."""

_LONGEST_INDENTED = 500_000
_LONGEST_MESSAGE = 300


class ShownPayloads:
    """Shows texts of data. `limit` is how many characters of each, so that all of them are not too many."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.limit = _fair_limit([len(text) for text in texts])
        self.cut = 0
        """How many texts were cut."""

    def json_block(self, text: str) -> Markup:
        """Returns a JSON text, indented, as a block of code."""
        return self._block(_indented_text(mask_json_text(text)))

    def text_block(self, text: str) -> Markup:
        return self._block(mask_text(text))

    def message(self, text: str) -> Markup:
        """Returns the message of an error: as a paragraph if it is short."""
        if "\n" in text or len(text) > _LONGEST_MESSAGE:
            return self.text_block(text)
        return element("p", {}, mask_text(text))

    def _block(self, text: str) -> Markup:
        if self.limit is None or len(text) <= self.limit:
            return element("pre", {"tabindex": 0}, text)
        self.cut += 1
        note = element("p", {"class": "note"}, f"… cut: {len(text) - self.limit:,} more characters")
        return join_markup([element("pre", {"tabindex": 0}, text[: self.limit]), note])


def _fair_limit(lengths: list[int]) -> int | None:
    """Returns to how many characters each text is cut, so that all fit; None if they do uncut.

    Short texts stay whole: what they leave goes to the longer ones.
    """
    if sum(lengths) <= MOST_CHARACTERS:
        return None
    room = MOST_CHARACTERS
    shortest_first = sorted(lengths)
    for place, length in enumerate(shortest_first):
        share = room // (len(shortest_first) - place)
        if length > share:
            return max(_LEAST_CHARACTERS, share)
        room -= length
    return None


def _indented_text(text: str) -> str:
    if len(text) > _LONGEST_INDENTED:
        return text
    try:
        return indented_json(jsonvalue.loads(text))
    except (ValueError, RecursionError):
        return text

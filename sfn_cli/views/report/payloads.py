"""The data of a report: indented, without secrets, and limited in size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.report.secrets import mask_json_text, mask_text
from sfn_cli.views.text.indented_json import indented_json_text
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CHARACTERS = 2_000_000
"""The maximum number of characters of data in a report."""

_LEAST_CHARACTERS = 200
"""The number of characters of each text that are always shown."""

_LONGEST_MESSAGE = 300


class ShownPayloads:
    """Formats texts of data. `limit` is the maximum length of each, so that the total is limited."""

    def __init__(
        self, texts: Iterable[str], most: int | None = MOST_CHARACTERS, *, masks_secrets: bool = True
    ) -> None:
        """`most` is the maximum number of characters of all texts together; None: there is none."""
        self.limit = None if most is None else _fair_limit([len(text) for text in texts], most)
        self._masks_secrets = masks_secrets
        self.cut = 0
        """The number of truncated texts."""

    def json_block(self, text: str) -> Markup:
        """Returns an indented JSON text as a code block."""
        return self._block(indented_json_text(mask_json_text(text) if self._masks_secrets else text))

    def text_block(self, text: str) -> Markup:
        return self._block(self.masked(text))

    def message(self, text: str) -> Markup:
        """Returns an error's message, as a paragraph if it is short."""
        if "\n" in text or len(text) > _LONGEST_MESSAGE:
            return self.text_block(text)
        return element("p", {}, self.masked(text))

    def masked(self, text: str) -> str:
        """Returns plain text as it is shown."""
        return mask_text(text) if self._masks_secrets else text

    def _block(self, text: str) -> Markup:
        if self.limit is None or len(text) <= self.limit:
            return element("pre", {"tabindex": 0}, text)
        self.cut += 1
        note = element("p", {"class": "note"}, f"… {len(text) - self.limit:,} more characters")
        return join_markup([element("pre", {"tabindex": 0}, text[: self.limit]), note])


def _fair_limit(lengths: list[int], most: int) -> int | None:
    """Returns the maximum length of each text so that all fit; None if nothing must be truncated.

    Short texts are not truncated, and leave their share to longer ones.
    """
    if sum(lengths) <= most:
        return None
    room = most
    shortest_first = sorted(lengths)
    for place, length in enumerate(shortest_first):
        share = room // (len(shortest_first) - place)
        if length > share:
            return max(_LEAST_CHARACTERS, share)
        room -= length
    return None

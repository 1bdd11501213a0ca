"""The rows of long tables in blocks, so that a live page replaces only those that changed."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS = 20
"""The number of blocks of a live page's table: the last one has all further rows."""


def draw_row_blocks(
    name: str, rows: "Sequence[Markup]", *, size: int, is_live: bool, blocks: int = _BLOCKS
) -> dict[str, Markup]:
    """Returns a <tbody> for each block of `size` rows, by its id.

    The table of a live page has all its blocks from the start, some of them empty: its parts do not
    change (server/console/live.py).
    """
    if not is_live:
        blocks = max(1, -(-len(rows) // size))
    drawn: dict[str, Markup] = {}
    for number in range(blocks):
        end = None if number == blocks - 1 else (number + 1) * size
        id = f"{name}-{number}"
        drawn[id] = element("tbody", {"id": id}, *rows[number * size : end])
    return drawn

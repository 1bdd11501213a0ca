"""What added, removed and changed parts of a graph look like: a mark, a form of line, and a colour."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.graph.graph import ChangeMark


class ChangeLook(NamedTuple):
    """The class in the stylesheet, the word for descriptions, and the mark's line path (see icons.py)."""

    look: str
    word: str
    mark: str


CHANGE_LOOKS: "Mapping[ChangeMark, ChangeLook]" = {
    "+": ChangeLook("added", "added", "M8 3v10M3 8h10"),
    "−": ChangeLook("removed", "removed", "M3 8h10"),
    "~": ChangeLook("changed", "changed", "M2.5 9.5q2.75-4.5 5.5-1.5t5.5-1.5"),
}

"""Finds visits of states by the words that users type for them.

Charge             every visit of the state
Charge[5]          the visits in iteration (or branch) 5
Charge@2           the second visit
Lines/Check[0]     in iteration 0 of the Map Lines
Orders[1]/Check    in iteration 1 of the Map Orders, at any depth
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.statuses import WORST_FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit

_NUMBER = re.compile(r"(?P<rest>.+)@(?P<number>[1-9]\d{0,8})", re.DOTALL)
_PART = re.compile(r"(?P<name>.+?)(?:\[(?P<index>\d{1,9})\])?", re.DOTALL)


class FoundVisits(NamedTuple):
    """The visits that a word matches, in tree order, and the position of the chosen one.

    `chosen` is None if the word has the number of a visit that does not exist.
    """

    visits: Sequence[StateVisit]
    chosen: int | None


def find_visits(view: ExecutionView, word: str) -> FoundVisits:
    """Returns the visits that `word` matches; none if there is no such state.

    Without a number, the worst visit by `WORST_FIRST` is chosen, the last one of equals.
    """
    every = list(view.visits())
    found, number = _visits_of_place(every, word), None
    if not found and (numbered := _NUMBER.fullmatch(word)) is not None:
        found, number = _visits_of_place(every, numbered["rest"]), int(numbered["number"])
    if number is not None:
        return FoundVisits(found, number - 1 if number <= len(found) else None)
    return FoundVisits(found, _place_of_worst_visit(found))


def worst_visit(visits: Sequence[StateVisit]) -> StateVisit | None:
    """Returns the worst visit by `WORST_FIRST`, the last one of equals; None if there is none."""
    place = _place_of_worst_visit(visits)
    return None if place is None else visits[place]


def _place_of_worst_visit(visits: Sequence[StateVisit]) -> int | None:
    return min(
        range(len(visits)), key=lambda place: (WORST_FIRST.index(visits[place].status), -place), default=None
    )


def _visits_of_place(every: Sequence[StateVisit], place: str) -> list[StateVisit]:
    by_name = [visit for visit in every if visit.state == place]
    if by_name:
        return by_name
    parts = [
        (part["name"], None if part["index"] is None else int(part["index"]))
        for part in map(_PART.fullmatch, place.strip("/").split("/"))
        if part is not None
    ]
    if not parts:
        return []
    *above, (name, index) = parts
    inside = [visit for visit in every if visit.state == name and _is_below(visit, above)]
    if index is None:
        return inside
    in_iteration = [visit for visit in inside if visit.thread.parent and visit.thread.index == index]
    return in_iteration or [
        thread.visits[-1]
        for visit in inside
        for thread in visit.threads
        if thread.index == index and thread.visits
    ]


def _is_below(visit: StateVisit, above: Sequence[tuple[str, int | None]]) -> bool:
    """Whether the states of `above` are around the visit, in this order, perhaps with others between."""
    wanted = list(above)
    for name, index in _states_around(visit):
        if wanted and wanted[-1][0] == name and wanted[-1][1] in (None, index):
            wanted.pop()
    return not wanted


def _states_around(visit: StateVisit) -> Iterator[tuple[str, int]]:
    """Yields the Maps and Parallels around a visit, innermost first, with the index of its child."""
    thread = visit.thread
    while thread.parent is not None:
        yield thread.parent.state, thread.index
        thread = thread.parent.thread

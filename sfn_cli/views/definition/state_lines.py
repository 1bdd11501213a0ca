"""The lines of each state in the text of a definition.

States are named by paths as in `views/graph/graph.py`: "/Prepare[0]/Reserve".
"""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.json_locations import json_places
from sfn_cli.json_pointer import pointer
from sfn_cli.views.graph.lenient_json import mapping_or_empty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_NESTED = 60
_DECODER = json.JSONDecoder()


class StateLines(NamedTuple):
    """The first and the last line of a state; both count from one."""

    first: int
    last: int


def state_lines(definition: str) -> dict[str, StateLines]:
    """Returns the lines of each state by its path, outer states first; none for a text that is not JSON."""
    try:
        value = jsonvalue.loads(definition)
    except (ValueError, RecursionError):
        return {}
    locations = dict(_state_locations(mapping_or_empty(value), "", "", 0))
    places = json_places(definition, locations.values())
    breaks = [at for at, character in enumerate(definition) if character == "\n"]
    found: dict[str, StateLines] = {}
    for path, location in locations.items():
        place = places[location]
        start = place.value if place.key is None else place.key
        end = _DECODER.raw_decode(definition, place.value)[1]
        found[path] = StateLines(bisect_right(breaks, start) + 1, bisect_right(breaks, end - 1) + 1)
    return found


def _state_locations(
    machine: Mapping[str, Any], path: str, location: str, depth: int
) -> Iterator[tuple[str, str]]:
    """Yields (path, location in the text) of each state of a level, each followed by those inside it."""
    for name, state in mapping_or_empty(machine.get("States")).items():
        inner, at = f"{path}/{name}", f"{location}/States/{pointer(name)}"
        yield inner, at
        if depth < _MOST_NESTED:
            for index, (field, level) in enumerate(_levels_of(mapping_or_empty(state))):
                yield from _state_locations(level, f"{inner}[{index}]", f"{at}/{field}", depth + 1)


def _levels_of(state: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Returns the levels inside a state, each with its field: ("Branches[0]", …), ("ItemProcessor", …)."""
    branches = state.get("Branches")
    if isinstance(branches, list):
        return [(f"Branches[{index}]", mapping_or_empty(one)) for index, one in enumerate(branches)]
    field = "ItemProcessor" if "ItemProcessor" in state else "Iterator"
    return [(field, mapping_or_empty(state.get(field)))] if field in state else []

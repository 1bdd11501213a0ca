"""The lines and columns of problems in the text of a definition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.json_locations import json_line_and_column
from sfn_cli.json_pointer import pointer
from sfn_cli.yaml_text.definition_file import definition_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.asl.validation.diagnostic import Diagnostic
    from sfn_cli.json_locations import Place

_NAMED_FIELD = re.compile(r"(?:^Field|but field|^The value for the field) '(.+?)' (?:is|must be) ")
_PLACE_IN_NO_JSON = re.compile(r"line: (\d+), column: (\d+)\]$")


class FaultPlace(NamedTuple):
    """A place in a text; both numbers count from one."""

    line: int
    column: int


def fault_places(
    found: Sequence[Diagnostic], definition: str, path: str = "", *, tested_state: str = ""
) -> list[FaultPlace | None]:
    """Returns the place of each problem in a definition's text; None if it concerns no part of the text.

    `definition` is the text of the file `path`, in YAML if its name says so. `tested_state` is the location
    of a single state that was checked as if a machine contained it; it is looked up with and without it.
    """
    candidates = [_fault_candidates(fault, tested_state) for fault in found]
    is_json = not any(_PLACE_IN_NO_JSON.search(fault.location or "") for fault in found)
    wanted = {location for each in candidates for location, _ in each}
    at = definition_places(definition, path, wanted) if is_json else {}
    return [
        _fault_place(fault, of_fault, at, definition)
        for fault, of_fault in zip(found, candidates, strict=True)
    ]


def _fault_place(
    fault: Diagnostic, candidates: list[tuple[str, bool]], at: dict[str, Place], definition: str
) -> FaultPlace | None:
    spot = _PLACE_IN_NO_JSON.search(fault.location or "")
    if spot is not None:
        return FaultPlace(int(spot[1]), int(spot[2]))
    for location, by_name in candidates:
        if location in at:
            offset = _fault_offset(at[location], by_name=by_name)
            return FaultPlace(*json_line_and_column(definition, offset))
    return None


def _fault_candidates(fault: Diagnostic, tested_state: str) -> list[tuple[str, bool]]:
    """Returns the places of a problem: the field that its message names (True), then its location."""
    if fault.location is None:
        return []
    named = _NAMED_FIELD.search(fault.message)
    base = "" if fault.location == "/" else fault.location
    found = [(f"{base}/{pointer(named[1])}", True)] if named else []
    found.append((fault.location, False))
    return found + [
        (location.removeprefix(tested_state) or "/", by_name)
        for location, by_name in found
        if tested_state and f"{location}/".startswith(f"{tested_state}/")
    ]


def _fault_offset(place: Place, *, by_name: bool) -> int:
    """Returns the offset of a field's name if the field itself is at fault, or contains others.

    Otherwise that of its value.
    """
    return place.key if place.key is not None and (by_name or place.holds_others) else place.value

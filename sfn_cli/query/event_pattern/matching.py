"""Matching an event: a pattern's tree beside the event's.

Rule 1: the names within an object of a pattern match the names of one and the same object: of an
array of objects, one element must match them all.
Rule 2: a list matches a value that one of its tests accepts, and an array with such an element.
Rule 3: {"exists": false} holds if there is no value at this path anywhere in the event. An object is
no value; neither is an empty array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.query.event_pattern.values import ValueTest


class ValuePattern(NamedTuple):
    """The list of alternatives for the value at `path`, whose names lead there from the event."""

    path: Sequence[str]
    tests: Sequence[ValueTest]
    exists: bool
    """Whether any value passes."""
    is_absent: bool
    """Whether the event passes if it has no value here."""


class ObjectPattern(NamedTuple):
    """The names of an object; of each group in `any_of` ($or), one object must match too."""

    names: Mapping[str, ObjectPattern | ValuePattern]
    any_of: Sequence[Sequence[ObjectPattern]]


class EventPattern:
    """A compiled pattern."""

    def __init__(self, root: ObjectPattern) -> None:
        self._root = root

    def matches(self, event: Json) -> bool:
        """Whether an event, a JSON value, matches."""
        return isinstance(event, dict) and _matches_object(self._root, event, event)


def _matches_object(pattern: ObjectPattern, value: Json, event: Json) -> bool:
    if isinstance(value, list):
        return any(_matches_object(pattern, item, event) for item in value)
    fields = value if isinstance(value, dict) else {}
    return all(_matches_name(inner, name, fields, event) for name, inner in pattern.names.items()) and all(
        any(_matches_object(choice, value, event) for choice in choices) for choices in pattern.any_of
    )


def _matches_name(
    pattern: ObjectPattern | ValuePattern, name: str, fields: Mapping[str, Json], event: Json
) -> bool:
    if isinstance(pattern, ObjectPattern):
        # Without this object, or with one that is no object, {"exists": false} within it may still hold.
        return _matches_object(pattern, fields.get(name) or None, event)
    if name in fields and any(_passes_value(pattern, value) for value in _values_in(fields[name])):
        return True
    return pattern.is_absent and not any(_values_at(pattern.path, event))


def _passes_value(pattern: ValuePattern, value: Json) -> bool:
    return pattern.exists or any(test(value) for test in pattern.tests)


def _values_in(value: Json) -> Iterator[Json]:
    """Yields the values within arrays; objects are none."""
    if isinstance(value, list):
        for item in value:
            yield from _values_in(item)
    elif not isinstance(value, dict):
        yield value


def _values_at(path: Sequence[str], value: Json) -> Iterator[bool]:
    """Yields True for each value at a path."""
    if not path:
        for _ in _values_in(value):
            yield True
    elif isinstance(value, list):
        for item in value:
            yield from _values_at(path, item)
    elif isinstance(value, dict) and path[0] in value:
        yield from _values_at(path[1:], value[path[0]])

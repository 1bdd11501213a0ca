"""Finds the differences between two JSON values, each with its path: "order.items[3].price"."""

# No `from __future__ import annotations`: see settings/__init__.py.

import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.graph.graph import ChangeMark


class Absence:
    """An absent value, which differs from null."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absence()

_PLAIN_KEY = re.compile(r"[^\W\d][\w$-]*")


class ValueChange(NamedTuple):
    """A value that differs; `before` or `after` is ABSENT if only the other has the path.

    `path` is "" for the whole value.
    """

    path: str
    before: "Json | Absence"
    after: "Json | Absence"

    @property
    def mark(self) -> "ChangeMark":
        return "+" if self.before is ABSENT else "−" if self.after is ABSENT else "~"


def value_changes(before: "Json | Absence", after: "Json | Absence") -> list[ValueChange]:
    """Returns the innermost differences, in the order of `before`, then values that only `after` has.

    In two arrays, equal elements at the start and at the end are skipped, and the elements between are
    compared in order. Strings that contain JSON objects are compared as objects.
    """
    return list(_changes_of(before, after, ""))


def _changes_of(before: "Json | Absence", after: "Json | Absence", path: str) -> "Iterator[ValueChange]":
    if type(before) is dict and type(after) is dict:
        for name in [*before, *(name for name in after if name not in before)]:
            yield from _changes_of(
                before.get(name, ABSENT), after.get(name, ABSENT), _joined_path(path, name)
            )
    elif type(before) is list and type(after) is list:
        yield from _changes_of_arrays(before, after, path)
    elif is_same_json(before, after):
        return
    elif (texts := _objects_in_texts(before, after)) is not None:
        yield from _changes_of(*texts, path)
    else:
        yield ValueChange(path, before, after)


def _objects_in_texts(before: "Json | Absence", after: "Json | Absence") -> "tuple[Json, Json] | None":
    """Returns the objects in two strings that contain JSON, such as causes and bodies."""
    if not (type(before) is str and type(after) is str and before[:1] == after[:1] == "{"):
        return None
    try:
        values = jsonvalue.loads(before), jsonvalue.loads(after)
    except (ValueError, RecursionError):
        return None
    return None if is_same_json(*values) else values


def _changes_of_arrays(before: "list[Json]", after: "list[Json]", path: str) -> "Iterator[ValueChange]":
    shorter = min(len(before), len(after))
    head = 0
    while head < shorter and is_same_json(before[head], after[head]):
        head += 1
    tail = 0
    if len(before) != len(after):
        while tail < shorter - head and is_same_json(before[-1 - tail], after[-1 - tail]):
            tail += 1
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    for at in range(max(len(old), len(new))):
        yield from _changes_of(
            old[at] if at < len(old) else ABSENT,
            new[at] if at < len(new) else ABSENT,
            f"{path}[{head + at}]",
        )


def _joined_path(path: str, name: str) -> str:
    if _PLAIN_KEY.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f"{path}[{jsonvalue.dumps(name)}]"


def is_same_json(before: "Json | Absence", after: "Json | Absence") -> bool:
    """Whether two values are equal in JSON, where true is not a number and 1 is 1.0."""
    if type(before) is bool or type(after) is bool:
        return before is after
    if type(before) is dict and type(after) is dict:
        return before.keys() == after.keys() and all(
            is_same_json(value, after[name]) for name, value in before.items()
        )
    if type(before) is list and type(after) is list:
        return len(before) == len(after) and all(map(is_same_json, before, after))
    return bool(before == after)


def hashable_json(value: "Json") -> "Hashable":
    """Returns a key that is equal for two values if and only if `is_same_json` holds."""
    if type(value) is bool:
        return (bool, value)  # a tuple, unlike any list's key: true is not 1
    if type(value) is dict:
        return frozenset((name, hashable_json(member)) for name, member in value.items())
    if type(value) is list:
        return tuple(map(hashable_json, value))
    return value  # type: ignore[no-any-return]


def changes_of_texts(before: str | None, after: str | None) -> list[ValueChange]:
    """Returns the differences of two JSON texts; None is an absent value."""
    if before == after:
        return []
    return value_changes(_value_of_text(before), _value_of_text(after))


def _value_of_text(text: str | None) -> "Json | Absence":
    if text is None:
        return ABSENT
    try:
        return jsonvalue.loads(text)
    except (ValueError, RecursionError):
        return text  # truncated by a limit of a log or a request: compared as text

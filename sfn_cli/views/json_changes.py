"""What differs between two JSON values, path by path: "~ $.total  5 → 7"."""

# No `from __future__ import annotations`: see settings/__init__.py.

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.jsonvalue import Json

_PLAIN_NAME = re.compile(r"\w+")


class JsonChange(NamedTuple):
    """A difference at one path: "+" added, "-" removed, "~" changed. Values are JSON texts.

    `path` is a Reference Path, as in the States Language: "$.lines[0].price".
    """

    mark: Literal["+", "-", "~"]
    path: str
    before: str | None
    after: str | None


def json_changes(before: "Json", after: "Json", path: str = "$") -> "Iterator[JsonChange]":
    """Yields what differs, in the order of `after`; what only `before` has comes last.

    Members of objects are compared by name, items of arrays by place. A value that is nowhere in the
    other is one change, however large it is.
    """
    if isinstance(before, dict) and isinstance(after, dict) and (before.keys() & after.keys() or not before):
        yield from _changes_of_members(before, after, path)
    elif isinstance(before, list) and isinstance(after, list) and before and after:
        for index, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from json_changes(old, new, f"{path}[{index}]")
        for index in range(len(before), len(after)):
            yield JsonChange("+", f"{path}[{index}]", None, dumps(after[index]))
        for index in range(len(after), len(before)):
            yield JsonChange("-", f"{path}[{index}]", dumps(before[index]), None)
    elif dumps(before) != dumps(after):
        yield JsonChange("~", path, dumps(before), dumps(after))


def _changes_of_members(before: "Json", after: "Json", path: str) -> "Iterator[JsonChange]":
    for name, new in after.items():
        if name in before:
            yield from json_changes(before[name], new, path_of_member(path, name))
        else:
            yield JsonChange("+", path_of_member(path, name), None, dumps(new))
    for name, old in before.items():
        if name not in after:
            yield JsonChange("-", path_of_member(path, name), dumps(old), None)


def path_of_member(path: str, name: str) -> str:
    """Returns the path of an object's member: "$.total", "$['unit price']"."""
    if _PLAIN_NAME.fullmatch(name):
        return f"{path}.{name}"
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"{path}['{quoted}']"

"""Places in a JSON text: "/States/Pay/Retry[0]" → line and column, all found in one pass."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.json_pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterable


class Place(NamedTuple):
    """Offsets in the text. `key` is the beginning of a field's name, None if there is none."""

    key: int | None
    value: int
    holds_others: bool


def json_places(text: str, locations: Iterable[str]) -> dict[str, Place]:
    """Returns the place of each existing location in a JSON text.

    Locations are JSON pointers except for indexes, which are in brackets; the whole text is at "/".
    """
    wanted = {"" if location == "/" else location: location for location in locations}
    found: dict[str, Place] = {}
    open_: list[_OpenJson] = []
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "}]":
            open_.pop()
        elif first == ",":
            open_[-1].next()
        elif first == ":":
            open_[-1].named = True
        elif open_ and open_[-1].awaits_name:
            open_[-1].name(json.loads(token[0]), token.start())
        else:
            path = open_[-1].path_of_value() if open_ else ""
            if path in wanted:
                found[wanted[path]] = Place(open_[-1].key_at if open_ else None, token.start(), first in "{[")
            if first in "{[":
                open_.append(_OpenJson(path, is_object=first == "{"))
    return found


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class _OpenJson:
    """An object or array that is being read."""

    __slots__ = ("index", "is_object", "key", "key_at", "named", "path")

    def __init__(self, path: str, *, is_object: bool) -> None:
        self.path = path
        self.is_object = is_object
        self.index = 0
        self.key = ""
        self.key_at: int | None = None
        self.named = False

    @property
    def awaits_name(self) -> bool:
        return self.is_object and not self.named

    def name(self, key: str, at: int) -> None:
        self.key, self.key_at = key, at

    def next(self) -> None:
        self.index += 1
        self.named = False

    def path_of_value(self) -> str:
        if not self.is_object:
            return f"{self.path}[{self.index}]"
        return f"{self.path}/{pointer(self.key)}"


def json_line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Returns the line and the column of an offset, both counted from one."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)

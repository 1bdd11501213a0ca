"""Finds the place of each value in a JSON template, when it is first needed for an error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from sfn_cli.stacks.stack import Path_, SourcePlace

_TOKEN = r'(?s:"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+)'


class JsonTemplatePlaces(Mapping[Path_, SourcePlace]):
    """The places of values in a JSON text, by path; for an object or array, the place of its key.

    An object or array often begins at the end of its key's line, so the key's place is more useful.
    """

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._duplicates: list[tuple[str, int]] = []

    def __getitem__(self, path: Path_) -> SourcePlace:
        return self._place(self._offsets[path])

    def __iter__(self) -> Iterator[Path_]:
        return iter(self._offsets)

    def __len__(self) -> int:
        return len(self._offsets)

    def duplicates(self) -> list[tuple[str, SourcePlace]]:
        """Returns the keys that occur twice in an object, with the place of the second one."""
        _ = self._offsets
        return [(key, self._place(offset)) for key, offset in self._duplicates]

    def _place(self, offset: int) -> SourcePlace:
        return SourcePlace(
            self._file, self._text.count("\n", 0, offset) + 1, offset - self._text.rfind("\n", 0, offset)
        )

    @cached_property
    def _offsets(self) -> dict[Path_, int]:
        offsets: dict[Path_, int] = {}
        path: list[str | int] = []
        is_object: list[bool] = []
        key_at: int | None = None
        expects_key = False
        for token in re.finditer(_TOKEN, self._text):
            first, at = token[0][0], token.start()
            if first in "}]":
                is_object.pop()
                path.pop()
                expects_key = False
            elif first == ",":
                if is_object[-1]:
                    expects_key = True
                else:
                    last = path[-1]
                    assert isinstance(last, int)
                    path[-1] = last + 1
            elif first == ":":
                expects_key = False
            elif expects_key:
                path[-1] = key = json.loads(token[0])
                key_at = at
                if tuple(path) in offsets:
                    self._duplicates.append((key, at))
            else:
                holds_others = first in "{["
                in_object = bool(is_object) and is_object[-1]
                offsets[tuple(path)] = key_at if holds_others and in_object and key_at is not None else at
                if holds_others:
                    is_object.append(first == "{")
                    path.append("" if first == "{" else 0)
                    expects_key = first == "{"
        return offsets

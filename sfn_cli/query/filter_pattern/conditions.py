"""Conditions joined by && and by ||, which binds less tightly, with optional parentheses.

JSON patterns and column patterns share them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

from sfn_cli.query.filter_pattern.matching import InvalidPattern

if TYPE_CHECKING:
    from collections.abc import Callable

Fields = TypeVar("Fields")

VALUE = r'"(?:[^"\\]|\\.)*"|%[^%]*%|[^\s()\[\]{},&|"=!<>]+'
SIGN = r"!=|>=|<=|=|>|<"

_SPACE = re.compile(r"\s*")


class ConditionReader(Generic[Fields]):
    """Reads a text from left to right.

    `read_condition` reads one comparison at the current position.
    """

    def __init__(
        self, text: str, read_condition: Callable[[ConditionReader[Fields]], Callable[[Fields], bool]]
    ) -> None:
        self._text = text
        self._at = 0
        self._read_condition = read_condition

    def any_of(self) -> Callable[[Fields], bool]:
        """Reads conditions joined by ||. Raises InvalidPattern, like all methods below."""
        choices = [self._all_of()]
        while self.takes(r"\|\|"):
            choices.append(self._all_of())
        return choices[0] if len(choices) == 1 else lambda fields: any(holds(fields) for holds in choices)

    def takes(self, pattern: str) -> re.Match[str] | None:
        """Skips whitespace, matches a regular expression, and moves past the match."""
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
        found = re.compile(pattern).match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def needs(self, pattern: str, what: str) -> str:
        found = self.takes(pattern)
        if found is None:
            raise InvalidPattern(f"{what} expected at column {self._at + 1} of {self._text}")
        return found[0]

    def _all_of(self) -> Callable[[Fields], bool]:
        parts = [self._one()]
        while self.takes("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda fields: all(holds(fields) for holds in parts)

    def _one(self) -> Callable[[Fields], bool]:
        if self.takes(r"\("):
            inner = self.any_of()
            self.needs(r"\)", ")")
            return inner
        return self._read_condition(self)

"""Limits of YAML texts on depth and on the expanded size of aliases, checked while nodes are composed.

An alias is a reference, so a few lines can expand to terabytes (a "billion laughs" text). The size is
counted with each alias expanded, while nodes are composed and before any value is built.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer

from sfn_cli import jsonvalue

MAX_CHARACTERS = 4 * 2**20
"""The maximum length of a text."""

MAX_EXPANDED = 2 * MAX_CHARACTERS
"""The maximum of NODE_WEIGHT and the characters of scalars, summed over nodes with aliases expanded."""

NODE_WEIGHT = 40

MAX_DIGITS = 4300
"""The maximum digits of an integer in any base, which is Python's limit for JSON."""


class InvalidYamlError(ValueError):
    """The text is not YAML, or exceeds a limit.

    `problem` is one line; `line` and `column` are counted from 1, and None if they are unknown.
    """

    def __init__(
        self, problem: str, line: int | None = None, column: int | None = None, *, text: str | None = None
    ) -> None:
        place = "" if line is None else f" (line {line}, column {column})"
        super().__init__(f"{problem}{place}" if text is None else text)
        self.problem = problem
        self.line = line
        self.column = column


class LimitedComposer(Composer):
    """PyYAML's composer, which raises InvalidYamlError if a limit is exceeded.

    It is the first base of a loader, whose other bases parse events and resolve tags.
    """

    max_expanded = MAX_EXPANDED

    def __init__(self) -> None:
        Composer.__init__(self)
        self._expanded = 0
        self._depth = 0
        self._sizes: dict[int, int] = {}
        """The size that each composed node has added to `_expanded`, by the node's id."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[attr-defined]
        if isinstance(event, yaml.AliasEvent):
            node = super().compose_node(parent, index)
            size = self._sizes.get(id(node))
            if size is None:
                raise yaml_error_at(event, f"the alias {event.anchor!r} is within its own value")
            self._add(size, event)
            return node
        before = self._expanded
        self._depth += 1
        if self._depth > jsonvalue.MAX_DEPTH:
            raise yaml_error_at(event, f"the value is nested more than {jsonvalue.MAX_DEPTH} levels deep")
        self._add(NODE_WEIGHT + len(getattr(event, "value", "")), event)
        node = super().compose_node(parent, index)
        self._depth -= 1
        self._sizes[id(node)] = self._expanded - before
        return node

    def _add(self, size: int, event: yaml.Event) -> None:
        self._expanded += size
        if self._expanded > self.max_expanded:
            raise yaml_error_at(event, "the value is too large with its aliases expanded")


def yaml_error_at(event_or_node: Any, problem: str) -> InvalidYamlError:
    """Returns the error for an event or a node, as one line without the invalid text."""
    mark = event_or_node.start_mark
    return InvalidYamlError(problem, mark.line + 1, mark.column + 1)

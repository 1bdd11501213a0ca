"""Reads a user's YAML, with limits on its depth and on the expanded size of its aliases.

An alias is a reference, so a few lines can describe terabytes (a "billion laughs" text): the size
is counted with each alias written out, while nodes are composed, before any value is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json

MAX_CHARACTERS = 4 * 2**20
"""The longest text that is accepted."""

MAX_EXPANDED = 2 * MAX_CHARACTERS
"""The sum over all nodes of NODE_WEIGHT and the characters of scalars, with each alias written out."""

NODE_WEIGHT = 40

MAX_DIGITS = 4300
"""Of an integer, in any base: as many as Python reads, and writes, in JSON."""


class InvalidYamlError(ValueError):
    """The text is not YAML, or exceeds a limit."""


def loads_yaml(text: str) -> Json:
    """Parses a YAML text to YAML's safe types. Raises InvalidYamlError."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidYamlError(f"the text is longer than {MAX_CHARACTERS:,} characters")
    jsonvalue.raise_recursion_limit()
    try:
        return _YamlLoader(text).get_single_data()
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidYamlError(str(error)) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError):
        # PyYAML does not check tagged values: `!!timestamp x`, `!!bool x`.
        raise InvalidYamlError("a value is not of the type that its tag names") from None


class _YamlLoader(yaml.SafeLoader):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._expanded = 0
        self._depth = 0
        self._sizes: dict[int, int] = {}
        """How much each composed node has added to `_expanded`, by the node's id."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            node = super().compose_node(parent, index)
            size = self._sizes.get(id(node))
            if size is None:
                raise _yaml_error(event, f"the alias {event.anchor!r} is within the value that it stands for")
            self._add(size, event)
            return node
        before = self._expanded
        self._depth += 1
        if self._depth > jsonvalue.MAX_DEPTH:
            raise _yaml_error(event, f"the value is nested more than {jsonvalue.MAX_DEPTH} levels deep")
        self._add(NODE_WEIGHT + len(getattr(event, "value", "")), event)
        node = super().compose_node(parent, index)
        self._depth -= 1
        self._sizes[id(node)] = self._expanded - before
        return node

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        # Python limits the digits of decimal numbers only, and reading `1:1:1…` (base 60) takes
        # quadratic time.
        if len(node.value) <= MAX_DIGITS:
            number: int = super().construct_yaml_int(node)
            if abs(number) < 10**MAX_DIGITS:
                return number
        raise _yaml_error(node, f"the number has more than {MAX_DIGITS:,} digits")

    def _add(self, size: int, event: yaml.Event) -> None:
        self._expanded += size
        if self._expanded > MAX_EXPANDED:
            raise _yaml_error(event, "with its aliases written out, the value is too large")


_YamlLoader.add_constructor("tag:yaml.org,2002:int", _YamlLoader.construct_yaml_int)


def _yaml_error(event: Any, problem: str) -> InvalidYamlError:
    """Returns the error for an exceeded limit, in one line, without the text that exceeds it."""
    mark = event.start_mark
    return InvalidYamlError(f"{problem} (line {mark.line + 1}, column {mark.column + 1})")

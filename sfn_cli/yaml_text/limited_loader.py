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
    """The text is not YAML, or exceeds a limit.

    `problem` is one line; `line` and `column` are counted from one, and None if they are not known.
    """

    def __init__(
        self, problem: str, line: int | None = None, column: int | None = None, *, text: str | None = None
    ) -> None:
        place = "" if line is None else f" (line {line}, column {column})"
        super().__init__(f"{problem}{place}" if text is None else text)
        self.problem = problem
        self.line = line
        self.column = column


def loads_yaml(text: str) -> Json:
    """Parses a YAML text to YAML's safe types. Raises InvalidYamlError."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidYamlError(f"the text is longer than {MAX_CHARACTERS:,} characters")
    jsonvalue.raise_recursion_limit()
    try:
        return LimitedLoader(text).get_single_data()
    except InvalidYamlError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise yaml_error_of_parser(error) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError):
        # PyYAML does not check tagged values: `!!timestamp x`, `!!bool x`.
        raise InvalidYamlError("a value is not of the type that its tag names") from None


class LimitedLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which raises InvalidYamlError when a limit is exceeded."""

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
                raise yaml_error_at(
                    event, f"the alias {event.anchor!r} is within the value that it stands for"
                )
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

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        # Python limits the digits of decimal numbers only, and reading `1:1:1…` (base 60) takes
        # quadratic time.
        if len(node.value) <= MAX_DIGITS:
            number: int = super().construct_yaml_int(node)
            if abs(number) < 10**MAX_DIGITS:
                return number
        raise yaml_error_at(node, f"the number has more than {MAX_DIGITS:,} digits")

    def _add(self, size: int, event: yaml.Event) -> None:
        self._expanded += size
        if self._expanded > MAX_EXPANDED:
            raise yaml_error_at(event, "with its aliases written out, the value is too large")


LimitedLoader.add_constructor("tag:yaml.org,2002:int", LimitedLoader.construct_yaml_int)


def yaml_error_of_parser(error: Exception) -> InvalidYamlError:
    """Returns the error for an error of PyYAML's, whose text has several lines."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    if mark is None:
        return InvalidYamlError(problem, text=str(error))
    return InvalidYamlError(problem, mark.line + 1, mark.column + 1, text=str(error))


def yaml_error_at(event_or_node: Any, problem: str) -> InvalidYamlError:
    """Returns the error for an event or a node, in one line, without the text at fault."""
    mark = event_or_node.start_mark
    return InvalidYamlError(problem, mark.line + 1, mark.column + 1)

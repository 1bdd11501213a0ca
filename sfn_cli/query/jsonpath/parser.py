"""The JSONPath parser: parses text to a root and steps, which expression.py evaluates.

$  $$  $name                     roots: the input, the Context Object, a variable
.name  ['name']  ["na\\"me"]      a member           [0]  [-1]          an element
.*  [*]                          all children       [1:3]  [2:]  [:-1]  a slice
['a','b']  [0,2]                 several            ..name  ..*  ..[0]  at any depth
[?(@.price < 10 && @.isbn)]      a filter (filter.py)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from sfn_cli.jsonvalue import Json
from sfn_cli.query.limits import TimeBudget

Select = Callable[[list[Json], TimeBudget], list[Json]]

MAX_NODES = 1_000_000
"""The maximum number of values at a step, because `..*..*..*` multiplies them with every step. (ours)"""


class TooManyNodes(Exception):
    """A path names more than MAX_NODES values, or takes too long to evaluate."""


class Selector:
    """A step that may name several values: `select` maps the current nodes to the next ones.

    `names` are the names in `['a','b']`. At the end of a path, this selector `merges` them into one
    object, and is then the only definite selector.
    """

    __slots__ = ("merges", "names", "select", "text")

    def __init__(self, text: str, select: Select, *, names: Sequence[str] = (), merges: bool = False) -> None:
        self.text = text
        self.select = select
        self.names = names
        self.merges = merges


class FunctionName(str):
    """The call of a function at the end of a path, such as `length()`, which AWS takes for a name."""

    __slots__ = ()


Step = str | int | Selector


def path_step_text(step: Step) -> str:
    """Returns the step as Jayway prints it: `['a']`, `[0]`."""
    if isinstance(step, str):
        return f"['{step}']"
    if isinstance(step, int):
        return f"[{step}]"
    return step.text


def parse_path(text: str) -> tuple[str, tuple[Step, ...]]:
    """Returns ("$", ("a", 0)) for "$.a[0]". Raises ValueError.

    The root of a variable is its name.
    """
    return _PathParser(text).path()


_ROOT = re.compile(r"\$(\$|[^\W\d]\w*)?")
_NAME = re.compile(r"""[^\s.\[\]()*?,]+""")  # as in Jayway, the quotes in `$.'a'` are part of the name
# `*+` does not backtrack: otherwise the time for blanks would grow with the square of their number.
_QUOTED = re.compile(r"""\s*+(?:'((?:[^'\\]|\\.)*+)'|"((?:[^"\\]|\\.)*+)")\s*+""", re.DOTALL)
_INDEX = re.compile(r"\s*+(-?\d++)\s*+")
_SLICE = re.compile(r"\s*+(-?\d++)?\s*+:\s*+(-?\d++)?\s*+(?::\s*+(-?\d++)?\s*+)?\]")
_FILTER = re.compile(r"\s*+\?\s*+\(")


class _PathParser:
    """A cursor on the text of one path."""

    def __init__(self, text: str) -> None:
        self.text = text.rstrip(" ")  # as in Jayway, trailing spaces are ignored
        self.at = 0

    def path(self) -> tuple[str, tuple[Step, ...]]:
        root = _ROOT.match(self.text)
        if root is None:
            self._refuse("a path begins with '$'")
        self.at = root.end()
        steps: list[Step] = []
        while self.at < len(self.text):
            self._steps(steps)
        if steps and isinstance(last := steps[-1], Selector) and last.names:
            deep = len(steps) > 1 and steps[-2] is _DEEP
            steps[-1] = Selector(
                last.text, _merge_step(last.names, all_of_them=deep), names=last.names, merges=True
            )
        variable = root.group(1)
        return root.group() if variable in (None, "$") else variable, tuple(steps)

    def _steps(self, steps: list[Step]) -> None:
        """Appends the next step to `steps` (`..` adds two)."""
        deep = self._take("..")
        if deep or self._take("."):
            if not self._take("["):
                step: Step = Selector("[*]", _child_nodes) if self._take("*") else self._name()
                steps.extend((_DEEP, step) if deep else (step,))
                return
        elif not self._take("["):
            self._refuse("expected '.' or '['")
        step = self._brackets(deep)
        steps.extend((_DEEP, step) if deep else (step,))

    def _name(self) -> str:
        name = _NAME.match(self.text, self.at)
        if name is None:
            self._refuse("expected a name after '.'")
        self.at = name.end()
        if not self.text.startswith("(", self.at):
            return name.group()
        end = _closing_parenthesis(self.text, self.at + 1)
        if end < 0:
            self._refuse("expected ')'")
        self.at = end + 1
        return FunctionName(self.text[name.start() : self.at])

    def _brackets(self, deep: bool) -> Step:
        """Parses the step after '['."""
        if _FILTER.match(self.text, self.at):
            return self._filter(deep)
        if self.text.startswith("*]", self.at):
            self.at += 2
            return Selector("[*]", _child_nodes)
        if bounds := _SLICE.match(self.text, self.at):
            if not (bounds[1] or bounds[2]):
                self._refuse("a slice needs a start or an end")
            start, stop = (self._number(bound, self.at) if bound else None for bound in bounds.group(1, 2))
            self.at = bounds.end()
            # As in Jayway, a third number has no effect.
            return Selector(f"[{bounds.group(0)[:-1]}]", _slice_step(start, stop))
        if _INDEX.match(self.text, self.at):
            opening = self.at
            indexes = [self._number(index, opening) for index in self._list(_INDEX)]
            return (
                indexes[0]
                if len(indexes) == 1
                else Selector(f"[{','.join(map(str, indexes))}]", _index_step(indexes))
            )
        names = [_unescape_path_name(name) for name in self._list(_QUOTED)]
        return (
            names[0]
            if len(names) == 1
            else Selector(_path_names_text(names), _name_step(names, all_of_them=deep), names=names)
        )

    def _number(self, digits: str, at: int) -> int:
        number = int(digits) if len(digits) < 20 else None
        if number is None or not -(2**31) <= number < 2**31:
            self.at = at
            self._refuse(f"the number {digits} is too large")
        return number

    def _list(self, item: re.Pattern[str]) -> list[str]:
        """Parses items between commas, and the closing bracket."""
        items = []
        while True:
            found = item.match(self.text, self.at)
            if found is None:
                self._refuse("expected a quoted name, a number, '*', a slice or a filter")
            self.at = found.end()
            items.append(next(group for group in found.groups() if group is not None))
            if self._take("]"):
                return items
            if not self._take(","):
                self._refuse("expected ',' or ']'")

    def _filter(self, deep: bool) -> Selector:
        from sfn_cli.query.jsonpath.filter import compile_filter

        opening = _FILTER.match(self.text, self.at)
        assert opening is not None
        end = _closing_parenthesis(self.text, opening.end())
        closing = re.compile(r"\s*\]").match(self.text, end + 1)
        if end < 0 or closing is None:
            self._refuse("the filter has no end: expected ')]'")
        body = self.text[opening.end() : end].strip()
        try:
            matching = compile_filter(body)
        except ValueError as error:
            self._refuse(str(error))
        self.at = closing.end()

        def select(nodes: list[Json], budget: TimeBudget) -> list[Json]:
            if deep:
                return matching([node for node in nodes if isinstance(node, dict)], budget)
            lists = (
                node if isinstance(node, list) else [node] for node in nodes if isinstance(node, (list, dict))
            )
            return [match for items in lists for match in matching(items, budget)]

        return Selector(f"[?({body})]", select)

    def _take(self, mark: str) -> bool:
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def _refuse(self, why: str) -> NoReturn:
        raise ValueError(f"Invalid path '{self.text}' at column {self.at + 1}: {why}")


def _unescape_path_name(name: str) -> str:
    """Unescapes a name.

    Observed at AWS: in `['a\\"b']` the backslash is part of the name; before ' and \\ it is not.
    """
    return re.sub(r"\\(['\\])", r"\1", name)


def _closing_parenthesis(text: str, at: int) -> int:
    """Returns the position of the parenthesis that closes the one at `at`, or -1; skips quoted text."""
    depth = 1
    for part in re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[()]""").finditer(text, at):
        depth += {"(": 1, ")": -1}.get(part.group(), 0)
        if depth == 0:
            return part.start()
    return -1


def select_nodes(nodes: list[Json], selector: Selector, budget: TimeBudget) -> list[Json]:
    """Returns the values that the selector names in the nodes, found a few at a time. Raises TooManyNodes."""
    found: list[Json] = []
    for start in range(0, len(nodes), 16):
        found += selector.select(nodes[start : start + 16], budget)
        if len(found) > MAX_NODES or budget.is_over():
            raise TooManyNodes
    return found


def _child_nodes(nodes: list[Json], budget: TimeBudget) -> list[Json]:
    found: list[Json] = []
    for node in nodes:
        if isinstance(node, list):
            found += node
        elif isinstance(node, dict):
            found += node.values()
    return found


def _container_nodes(nodes: list[Json], budget: TimeBudget) -> list[Json]:
    """Returns the nodes and all objects and arrays within them, each before its contents."""
    found: list[Json] = []
    waiting = nodes[::-1]
    while waiting:
        node = waiting.pop()
        if len(found) % 10_000 == 9_999 and (
            len(waiting) > MAX_NODES or len(found) > MAX_NODES or budget.is_over()
        ):
            raise TooManyNodes
        if isinstance(node, list):
            found.append(node)
            waiting += node[::-1]
        elif isinstance(node, dict):
            found.append(node)
            waiting += reversed(node.values())
    return found


_DEEP = Selector("..", _container_nodes)


def _slice_step(start: int | None, stop: int | None) -> Select:
    if start is None or stop is None or start >= 0 <= stop:
        return lambda nodes, _: [
            item for node in nodes if isinstance(node, list) for item in node[start:stop]
        ]

    # If both ends are given and one is negative, Jayway counts up through the negative indexes.
    def select(nodes: list[Json], budget: TimeBudget) -> list[Json]:
        return [
            node[index]
            for node in nodes
            if isinstance(node, list)
            for index in range(max(start, -len(node)), min(stop, len(node)))
        ]

    return select


def _index_step(indexes: list[int]) -> Select:
    return lambda nodes, _: [
        node[index]
        for node in nodes
        if isinstance(node, list)
        for index in indexes
        if -len(node) <= index < len(node)
    ]


def _path_names_text(names: Iterable[str]) -> str:
    return "[" + ",".join(f"'{name}'" for name in names) + "]"


def _objects_with_names(nodes: list[Json], names: Sequence[str], all_of_them: bool) -> list[dict[str, Json]]:
    """Returns, as Jayway does after `..`, only objects that have all of the names."""
    return [
        node
        for node in nodes
        if isinstance(node, dict) and not (all_of_them and any(name not in node for name in names))
    ]


def _name_step(names: Sequence[str], *, all_of_them: bool) -> Select:
    return lambda nodes, _: [
        node[name]
        for node in _objects_with_names(nodes, names, all_of_them)
        for name in names
        if name in node
    ]


def _merge_step(names: Sequence[str], *, all_of_them: bool) -> Select:
    return lambda nodes, _: [
        {name: node[name] for name in names if name in node}
        for node in _objects_with_names(nodes, names, all_of_them)
    ]

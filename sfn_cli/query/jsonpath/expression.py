"""JSONPath as Step Functions uses it: `$.a.b`, `$$.State.Name`, `$variable.items[0]`.

AWS evaluates paths with a modified Jayway JsonPath. The rules, each observed in recordings
or in https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html:

Rule 1: a path is *definite* if it can only name one value: no `..`, `*`, slice, list of indexes or filter.
Rule 2: a definite path returns the bare value, and PathNotFound if any step is missing. Null is a value.
Rule 3: an indefinite path always returns a list, in document order; missing members add nothing.
Rule 4: `[n]` after an indefinite step indexes each match, not the list of matches.
Rule 5: `['a','b']` at the end is definite: it returns one object with the keys that are present.
Rule 6: functions such as `length()` are taken for names, and so find nothing. Filter operators such as
`=~`, `in` and `subsetof` are rejected.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, dumps_payload
from sfn_cli.query.java_text import java_class, java_text
from sfn_cli.query.jsonpath.parser import (
    MAX_NODES,
    FunctionName,
    Selector,
    Step,
    TooManyNodes,
    parse_path,
    path_step_text,
    select_nodes,
)
from sfn_cli.query.limits import UNLIMITED, TimeBudget

if TYPE_CHECKING:
    from sfn_cli.query.scope import Scope


class PathNotFound(Exception):  # named for what happened
    """A definite path names nothing in its document. AWS has three forms of the message.

    `str()` is the form of InputPath, OutputPath, ItemsPath …: "Invalid path '$.a' : No results for
    path: $['a']".

    `is_past_end` says that only the last step's index is out of an array's range.
    """

    def __init__(self, path: str, reason: str, document: Json, *, is_past_end: bool = False) -> None:
        super().__init__(f"Invalid path '{path}' : {reason}")
        self.path = path
        self.reason = reason
        self.document = document
        self.is_past_end = is_past_end

    def as_invalid_path(self) -> StatesError:
        """Returns the States.Runtime error of a field that is itself a path, such as OutputPath."""
        return StatesError("States.Runtime", str(self))

    def in_field(self, field: str) -> StatesError:
        """Returns the States.Runtime error of `field`: "value.$" in a template, ErrorPath …"""
        if self.document is None:
            return StatesError(
                "States.Runtime", "Unable to apply Path transformation to null or empty input."
            )
        return StatesError(
            "States.Runtime",
            f"The JSONPath '{self.path}' specified for the field '{field}' could not be found "
            f"in the input '{dumps_payload(self.document)}'",
        )

    def in_intrinsic(self, state_input: Json) -> str:
        """Returns AWS's message for an intrinsic function with this path.

        Measured on AWS by users in 2026 (floci): an index into what is no array has Jayway's own message,
        and a path in the Context Object is reported as one in the state's input.
        """
        if self.reason.startswith(_NO_ARRAY):
            return self.reason
        path, document = self.path, self.document
        if path.startswith("$$"):
            path, document = path[1:], state_input
        return (
            f"The JsonPath argument for the field '{path}' could not be found in the input "
            f"'{dumps_payload(document)}'"
        )


_NO_ARRAY = "Filter: ["
"""How Jayway's message for an index into what is no array begins."""


class Path:
    """A compiled path.

    `root` is "$", "$$" or a variable's name; `steps` are names, indexes and selectors.
    """

    __slots__ = ("_names", "_plain", "definite", "ends_with_index", "root", "steps", "text")

    def __init__(self, text: str, root: str, steps: tuple[Step, ...]) -> None:
        self.text = text
        self.root = root
        self.steps = steps
        self.definite = all(not isinstance(step, Selector) or step.merges for step in steps)
        self.ends_with_index = self.definite and bool(steps) and isinstance(steps[-1], int)
        self._names = steps if all(isinstance(step, str) for step in steps) else None
        self._plain = not any(isinstance(step, Selector) for step in steps)

    def evaluate(self, scope: Scope) -> Json:
        """Returns the value that the path names in `scope`.

        Raises PathNotFound (Rule 2), or States.Runtime if the path names too many values.
        """
        root = self.root
        if root == "$":
            return self.read(scope.input, scope.budget)
        if root == "$$":
            return self.read(scope.context(), scope.budget)
        if root not in scope.variables:
            raise PathNotFound(self.text, f"No results for path: $['{root}']", dict(scope.variables))
        return self.read(scope.variables[root], scope.budget)

    def read(self, document: Json, budget: TimeBudget = UNLIMITED) -> Json:
        """Evaluates the path like `evaluate`, with the root's value given."""
        if self._names is not None:
            value = document
            try:
                for name in self._names:
                    value = value[name]
            except (KeyError, TypeError):  # strings, lists and null cannot be indexed by a string
                raise self._not_found(document) from None
            return value
        if self._plain:
            return self._read_plain(document)
        try:
            found = _select_path_nodes(self.steps, document, budget)
        except TooManyNodes:
            cause = (
                f"The JSONPath '{self.text}' names more than {MAX_NODES} values, "
                "or takes too long to evaluate"
            )
            raise StatesError("States.Runtime", cause) from None
        if not self.definite:
            return found
        if not found:
            raise self._not_found(document)
        return found[0]

    def _read_plain(self, document: Json) -> Json:
        value = document
        try:
            for step in self.steps:
                # A string can be indexed, in Python.
                if isinstance(step, int) and not isinstance(value, list):
                    raise self._not_found(document)
                value = value[step]
        except (KeyError, TypeError, IndexError):
            raise self._not_found(document) from None
        return value

    def _not_found(self, document: Json) -> PathNotFound:
        return PathNotFound(
            self.text,
            _path_not_found_reason(self.steps, document),
            document,
            is_past_end=self.ends_with_index and self._has_array_at_end(document),
        )

    def _has_array_at_end(self, document: Json) -> bool:
        """Whether the last step, which is an index, is applied to an array."""
        return any(isinstance(node, list) for node in _select_path_nodes(self.steps[:-1], document))

    def __repr__(self) -> str:
        return f"Path({self.text!r})"


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Path:
    """Parses the path in `text`. Raises ValueError, with the column, if it is invalid."""
    return Path(text, *parse_path(text))


def _select_path_nodes(steps: tuple[Step, ...], document: Json, budget: TimeBudget = UNLIMITED) -> list[Json]:
    """Returns all values that the steps name in `document`, in document order. Raises TooManyNodes."""
    nodes = [document]
    for step in steps:
        if isinstance(step, Selector):
            nodes = select_nodes(nodes, step, budget)
        elif isinstance(step, str):
            nodes = [node[step] for node in nodes if isinstance(node, dict) and step in node]
        else:
            nodes = [
                node[step] for node in nodes if isinstance(node, list) and -len(node) <= step < len(node)
            ]
    return nodes


def _path_not_found_reason(steps: tuple[Step, ...], document: Json) -> str:
    """Returns Jayway's message for a definite path that names nothing.

    A missing last name is "No results for path", with the whole path; a missing name before the
    last is "Missing property", with the path up to it.
    """
    value = document
    so_far = "$"
    whole = "$" + "".join(map(path_step_text, steps))
    for position, step in enumerate(steps):
        here = so_far + path_step_text(step)
        if isinstance(step, FunctionName) and not (isinstance(value, dict) and step in value):
            return f"Property {path_step_text(step)} not found in path {so_far}"  # quoted by users
        if isinstance(step, int):
            if value is None:
                return f"The path {so_far} is null"
            if not isinstance(value, list):
                context = java_text(value)
                return f"{_NO_ARRAY}{step}] can only be applied to arrays. Current context is: {context}"
            if not -len(value) <= step < len(value):
                return f"No results for path: {whole}"
            value = value[step]
        elif not isinstance(value, dict):
            return (
                f"Expected to find an object with property {path_step_text(step)} in path {so_far} "
                f"but found '{java_class(value)}'. "
                "This is not a json object according to the JsonProvider: "
                "'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."
            )
        elif isinstance(step, str):
            if step not in value:
                return (
                    f"No results for path: {whole}"
                    if position == len(steps) - 1
                    else f"Missing property in path {here}"
                )
            value = value[step]
        so_far = here
    return f"No results for path: {whole}"

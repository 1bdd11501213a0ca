"""Reference Paths: paths that name exactly one place, to which a value can be written.

They have only names and indexes, no selectors (https://states-language.net/#ref-paths). ResultPath is a
Reference Path: it places a state's result into its input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, dumps_payload
from sfn_cli.query.jsonpath.expression import Path, compile_path
from sfn_cli.query.jsonpath.parser import FunctionName

if TYPE_CHECKING:
    from collections.abc import Sequence


class ReferencePath:
    """A path such as `$.a.b[0]`, whose `names` are ("a", "b", 0).

    `root` is "$", "$$" or a variable's name.
    """

    __slots__ = ("_path", "names", "root", "text")

    def __init__(self, text: str) -> None:
        """Parses `text`. Raises ValueError if it is not a Reference Path."""
        path = compile_path(text)
        names = tuple(step for step in path.steps if isinstance(step, (str, int)))
        if len(names) != len(path.steps) or any(isinstance(name, FunctionName) for name in names):
            raise ValueError(
                f"Invalid Reference Path '{text}': "
                "it must name a single place ('@', '..', ',', ':', '?' and '*' cannot be used)"
            )
        self._path: Path = path
        self.text = text
        self.root = path.root
        self.names: tuple[str | int, ...] = names

    def read(self, document: Json) -> Json:
        """Returns the value at this place. Raises PathNotFound."""
        return self._path.read(document)

    def place(self, document: Json, value: Json) -> Json:
        """Returns a copy of the document with `value` at this place.

        `$` returns `value`. Missing objects on the path are created; the length of an array does not
        change. Raises States.ReferencePathConflict if the place is within a string, a number, …

        Observed on AWS in 2026; the specification has the name States.ResultPathMatchFailure for it.
        """
        try:
            return _place_at_reference(document, self.names, value)
        except _CannotPlace as conflict:
            # Users quote both forms of the cause: for a scalar, and for a step within an array or an object.
            what = (
                f'step "{conflict.step}"'
                if isinstance(document, (dict, list))
                else f"ReferencePath {self.text}"
            )
            raise StatesError(
                "States.ReferencePathConflict",
                f"Unable to apply {what} to input {dumps_payload(document)}",
                is_whole_cause=True,
            ) from None

    def __repr__(self) -> str:
        return f"ReferencePath({self.text!r})"


class _CannotPlace(Exception):
    """The value has no place for this step of the path."""

    def __init__(self, step: str | int) -> None:
        self.step = step


def _place_at_reference(document: Json, names: Sequence[str | int], value: Json) -> Json:
    if not names:
        return value
    name, rest = names[0], names[1:]
    if isinstance(name, str):
        if not isinstance(document, dict):
            raise _CannotPlace(name)
        return {**document, name: _place_at_reference(document.get(name, {}), rest, value)}
    if not isinstance(document, list) or not -len(document) <= name < len(document):
        raise _CannotPlace(name)
    changed = list(document)
    changed[name] = _place_at_reference(document[name], rest, value)
    return changed

"""Reference Paths: paths that name exactly one place, to which a value can be written.

They have only names and indexes, no selectors (https://states-language.net/#ref-paths). ResultPath is a
Reference Path: it places a state's result into its input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, dumps_payload
from sfn_cli.query.jsonpath.expression import Path, PathNotFound, compile_path
from sfn_cli.query.jsonpath.parser import FunctionName, Selector

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
            raise _reference_conflict(self.text, conflict.step, document) from None

    def __repr__(self) -> str:
        return f"ReferencePath({self.text!r})"


def missing_reference(missing: PathNotFound) -> StatesError:
    """Returns the error of a Reference Path, such as ItemsPath, that finds nothing in the state's input.

    Users quote AWS's cause. Any other path has the message of InputPath.
    """
    value = missing.document
    for step in compile_path(missing.path).steps if missing.path.startswith(("$.", "$[")) else ():
        if isinstance(step, Selector):
            break
        value = _value_at_step(value, step)
        if value is _NOTHING:
            return _reference_conflict(missing.path, step, missing.document)
    return missing.as_invalid_path()


_NOTHING = object()


def _value_at_step(value: Json, step: str | int) -> Json:
    if isinstance(step, str):
        return value.get(step, _NOTHING) if isinstance(value, dict) else _NOTHING
    return value[step] if isinstance(value, list) and -len(value) <= step < len(value) else _NOTHING


def _reference_conflict(path: str, step: str | int, document: Json) -> StatesError:
    """Returns the error of a Reference Path that has no place in the document.

    Users quote both forms of the cause: for a scalar, and for a step in an object or an array.
    """
    what = f'step "{step}"' if isinstance(document, (dict, list)) else f"ReferencePath {path}"
    return StatesError(
        "States.ReferencePathConflict",
        f"Unable to apply {what} to input {dumps_payload(document)}",
        is_whole_cause=True,
    )


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

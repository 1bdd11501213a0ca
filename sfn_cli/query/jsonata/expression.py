"""JSONata as Step Functions uses it: `{% $sum($states.input.items.price) %}`.

Rule 1: only a string that begins with `{%` and ends with `%}` is an expression.
Rule 2: an expression without a value (undefined) fails its state; null is a value.
Rule 3: its value is plain JSON: 1.0 is 1, and a function, NaN or an infinity is an error.
Rule 4: evaluation is limited in depth, steps and size, without a clock: a replay fails where the
first run did. Only a regular expression's search is limited in seconds. (limits.py)

The engine (jsonata-python, which has no types and known faults) is behind engine.py; it is imported
when the first expression is compiled. Error messages are AWS's; see
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, dumps, raise_recursion_limit
from sfn_cli.query.jsonata.result import JsonataError, Undefined

if TYPE_CHECKING:
    from types import ModuleType

    from sfn_cli.query.scope import Scope

OPENING, CLOSING = "{%", "%}"


class JsonataExpression:
    """A compiled expression; `text` is the text within the braces."""

    __slots__ = ("_program", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        engine = _expression_engine()
        raise_recursion_limit()
        self._program = engine.compile_program(text)

    def evaluate(self, scope: Scope) -> Json | Undefined:
        """Returns the value, or UNDEFINED. Raises JsonataError."""
        raise_recursion_limit()
        return self._program.run(scope)

    @property
    def top_level_reference(self) -> str | None:
        """Returns a name that is read without any value (`phone` in `phone.number`).

        AWS rejects the definition.
        """
        found: str | None = self._program.top_level_reference()
        return found

    @property
    def references(self) -> tuple[frozenset[str], frozenset[str]]:
        """Returns the variables' names, and the fields of $states, that the expression reads."""
        raise_recursion_limit()
        found: tuple[frozenset[str], frozenset[str]] = self._program.references()
        return found

    def __repr__(self) -> str:
        return f"JsonataExpression({self.text!r})"


@lru_cache(maxsize=2048)
def compile_expression(text: str) -> JsonataExpression:
    """Compiles the expression in `text`, without its braces.

    Raises ValueError if it is invalid. The message is JSONata's, as AWS reports it in
    INVALID_JSONATA_EXPRESSION.
    """
    return JsonataExpression(text)


def is_expression(value: Json) -> bool:
    """Whether a value is an expression (Rule 1)."""
    return (
        isinstance(value, str)
        and value.startswith(OPENING)
        and value.endswith(CLOSING)
        and len(value) >= len(OPENING + CLOSING)
    )


def compile_expression_field(field_text: str) -> JsonataExpression:
    """Compiles the expression within the braces of `{% … %}`."""
    return compile_expression(field_text[len(OPENING) : -len(CLOSING)].strip())


def evaluate_expression_text(
    field_text: str, field: str, scope: Scope, expected: str | None = None, also: str | None = None
) -> Json:
    """Returns the value of a field with the text `{% … %}` (see `evaluate_expression`)."""
    return evaluate_expression(compile_expression_field(field_text), field, scope, expected, also)


def evaluate_expression(
    expression: JsonataExpression,
    field: str,
    scope: Scope,
    expected: str | None = None,
    also: str | None = None,
) -> Json:
    """Returns the value of an expression in `field` ("Items", "Output/total").

    `expected` is the name of a JSON type ("array", "number"), `also` that of another type which is accepted
    but not named in the error. Raises States.QueryEvaluationError, located at the field.
    """
    subject = f"The JSONata expression '{expression.text}' specified for the field '{field}'"
    try:
        value = expression.evaluate(scope)
    except JsonataError as error:
        # Observed: an error with a code is a separate sentence, and the limits follow a colon.
        separator = ". " if error.code else ": "
        raise _expression_error(
            f"{subject} threw an error during evaluation{separator}{error}", field
        ) from None
    if isinstance(value, Undefined):
        raise _expression_error(f"{subject} returned nothing (undefined).", field)
    if expected is not None and (actual := expression_type_name(value)) not in (expected, also):
        cause = (
            f"{subject} returned an unexpected result type. "
            f"Expected '{expected}', but was '{actual}' for value: {dumps(value)}"
        )
        raise _expression_error(cause, field)
    return value


def expression_type_name(value: Json) -> str:
    """Returns JSON's name of the value's type."""
    if value is None:
        return "null"
    return _TYPES[type(value)]


_TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}


def _expression_error(cause: str, field: str) -> StatesError:
    return StatesError("States.QueryEvaluationError", cause, location=field)


@lru_cache(maxsize=1)
def _expression_engine() -> ModuleType:
    """Returns the engine's adapter.

    Importing the engine raises the recursion limit of the whole process to 10,000; this restores
    it.
    """
    limit = sys.getrecursionlimit()
    try:
        from sfn_cli.query.jsonata import engine
    finally:
        sys.setrecursionlimit(limit)
    return engine

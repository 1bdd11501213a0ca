"""Numbers of a state in their three forms: a value, a `…Path`, or a JSONata expression.

For example TimeoutSeconds, TimeoutSecondsPath and "{% … %}".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.asl.dataflow import JSONATA, find_flow_value
from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, dumps_payload
from sfn_cli.query.java_text import java_text
from sfn_cli.query.jsonata.expression import evaluate_expression_text, is_expression
from sfn_cli.query.jsonpath.expression import Path, compile_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit


class Quantity:
    """A numeric field of a state, in any of its forms.

    `kind` is "integer" or "float"; an integer must fit Java's int. Errors are AWS's:
    `The MaxConcurrencyPath field refers to value "{}" which is not a valid integer: $.p`.
    """

    __slots__ = ("_constant", "_expression", "_kind", "_name", "_path")

    def __init__(
        self, name: str, kind: str, constant: Json, path: Path | None, expression: str | None
    ) -> None:
        self._name = name
        self._kind = kind
        self._constant = constant
        self._path = path
        self._expression = expression

    @classmethod
    def load(
        cls, fields: Mapping[str, Any], name: str, language: str, *, kind: str = "integer"
    ) -> Quantity | None:
        """Returns the quantity in the field `name` or `name`Path; None if neither exists."""
        if f"{name}Path" in fields:
            return cls(name, kind, None, compile_path(fields[f"{name}Path"]), None)
        if name not in fields:
            return None
        value = fields[name]
        if language == JSONATA and is_expression(value):
            return cls(name, kind, None, None, value)
        return cls(name, kind, value, None, None)

    @property
    def is_expression(self) -> bool:
        """Whether a JSONata expression computes the number."""
        return self._expression is not None

    def evaluate(self, visit: Visit) -> Any:
        """Returns the number at this visit. Raises StatesError."""
        if self._expression is not None:
            return self._of_expression(self._expression, visit)
        if self._path is None:
            return self._constant
        value = find_flow_value(self._path, visit.path_scope(visit.input.value))
        number = _parse_quantity(value, self._kind)
        if number is None:
            shown = value if isinstance(value, str) else dumps_payload(value)
            raise StatesError(
                "States.Runtime",
                f'The {self._name}Path field refers to value "{shown}" which is not a valid {self._kind}: '
                f"{self._path.text}",
            )
        return number

    def _of_expression(self, expression: str, visit: Visit) -> int | float:
        value = evaluate_expression_text(expression, self._name, visit.jsonata_scope(), "number")
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if self._kind == "integer" and not _is_int_quantity(whole):
            # Observed for TimeoutSeconds.
            cause = f"The {self._name} field cannot be parsed as an integer: {java_text(value)}"
            raise StatesError("States.QueryEvaluationError", cause, location=self._name)
        assert isinstance(whole, (int, float))
        return whole


def _parse_quantity(value: Json, kind: str) -> int | float | None:
    """Returns the number at a path. Observed: AWS also accepts a string with a number."""
    if isinstance(value, str):
        if kind == "float":
            return float(value) if _FLOAT.fullmatch(value) else None
        if not _INTEGER.fullmatch(value):
            return None
        value = int(value)
    if kind == "integer":
        return value if _is_int_quantity(value) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


_INTEGER = re.compile(r"[-+]?0*\d{1,10}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][-+]?\d{1,9})?", re.ASCII)


def _is_int_quantity(value: Json) -> bool:
    """Whether the value is an integer that fits Java's int."""
    return isinstance(value, int) and not isinstance(value, bool) and -_INT <= value < _INT


_INT = 2**31

"""Fail: ends its machine or branch with an error. ASL: https://states-language.net/#fail-state"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.dataflow import JSONATA
from sfn_cli.asl.moves import Move, Stop
from sfn_cli.asl.states.state import LoadMachine, State
from sfn_cli.errors import StatesError
from sfn_cli.query.jsonata.expression import evaluate_expression_text, is_expression
from sfn_cli.query.payload_template import compile_path_or_intrinsic, evaluate_path_or_intrinsic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit


class FailState(State):
    type = "Fail"

    def __init__(
        self, name: str, fields: Mapping[str, Any], language: str, load_machine: LoadMachine
    ) -> None:
        super().__init__(name, fields, language, load_machine)
        self._error = _FailText("Error", fields, language)
        self._cause = _FailText("Cause", fields, language)

    def enter(self, visit: Visit) -> Move:
        return Stop(self._error.evaluate(visit), self._cause.evaluate(visit))


class _FailText:
    """The text of Error or Cause.

    That is a string, the string at a …Path (or from an intrinsic function), or a JSONata expression.
    """

    def __init__(self, name: str, fields: Mapping[str, Any], language: str) -> None:
        self._name = name
        self._value: str | None = fields.get(name)
        self._by_expression = language == JSONATA and is_expression(self._value)
        path = fields.get(f"{name}Path")
        self._path_text = path
        self._path = compile_path_or_intrinsic(path) if path is not None else None

    def evaluate(self, visit: Visit) -> str | None:
        if self._by_expression:
            text = evaluate_expression_text(str(self._value), self._name, visit.jsonata_scope(), "string")
            assert isinstance(text, str)
            return text
        if self._path is None:
            return self._value
        found = evaluate_path_or_intrinsic(
            self._path, f"{self._name}Path", visit.path_scope(visit.input.value)
        )
        if not isinstance(found, str):
            raise StatesError(
                "States.Runtime", f"The {self._name}Path field must refer to a string: {self._path_text}"
            )
        return found

"""Wait: completes at a given time. ASL: https://states-language.net/#wait-state

Seconds and SecondsPath count from StateEntered; Timestamp and TimestampPath are absolute, and
complete immediately if in the past. Under JSONata, Seconds and Timestamp may be expressions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli import quotas
from sfn_cli.asl.dataflow import JSONATA
from sfn_cli.asl.moves import Move, Sleep
from sfn_cli.asl.states.state import LoadMachine, State
from sfn_cli.asl.timestamp import parse_timestamp
from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, Payload, dumps_payload
from sfn_cli.query.intrinsics import LONG
from sfn_cli.query.jsonata.expression import evaluate_expression_text, is_expression
from sfn_cli.query.jsonpath.expression import Path, PathNotFound, compile_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit


class WaitState(State):
    type = "Wait"

    def __init__(
        self, name: str, fields: Mapping[str, Any], language: str, load_machine: LoadMachine
    ) -> None:
        super().__init__(name, fields, language, load_machine)
        self._form = next(
            form for form in ("Seconds", "Timestamp", "SecondsPath", "TimestampPath") if form in fields
        )
        self._value = fields[self._form]
        self._by_expression = language == JSONATA and is_expression(self._value)
        self._path: Path | None = compile_path(self._value) if self._form.endswith("Path") else None

    def enter(self, visit: Visit) -> Move:
        value = self._read(visit)
        if self._form.startswith("Seconds"):
            return Sleep(visit.entered_at + self._seconds(value) * 1000)
        return Sleep(self._moment(value))

    def complete(self, visit: Visit, result: Payload | None) -> Move:
        return super().complete(visit, self.flow.own_result(visit))

    def _read(self, visit: Visit) -> Json:
        if self._by_expression:
            wanted = "number" if self._form == "Seconds" else "string"
            return evaluate_expression_text(self._value, self._form, visit.jsonata_scope(), wanted)
        if self._path is None:
            return self._value
        own_result = self.flow.own_result(visit)
        assert own_result is not None
        try:
            return self._path.evaluate(visit.path_scope(own_result.value))
        except PathNotFound:
            raise StatesError(
                "States.Runtime",
                f"The {self._form} parameter does not reference an input value: {self._value}",
            ) from None

    def _seconds(self, value: Json) -> int:
        if isinstance(value, float) and value.is_integer() and self._by_expression:
            value = int(value)
        if self._path is not None and isinstance(value, str) and _LONG.fullmatch(value):
            value = int(value)  # recorded on AWS in 2026: a text with an integer will do
        if isinstance(value, bool) or not isinstance(value, int) or not -LONG <= value < LONG:
            raise StatesError(
                "States.Runtime",
                f"The {self._form} parameter cannot be parsed as a long value: "
                f"{self._value} == {_wait_value_text(value)}",
            )
        if value < 0:
            raise StatesError(
                "States.Runtime",
                f"The {self._form} parameter references a negative value: {self._value} == {value}",
            )
        if value > quotas.WAIT_SECONDS:
            raise StatesError("States.Runtime", "Wait state delay is too long.")
        return value

    def _moment(self, value: Json) -> int:
        nanoseconds = parse_timestamp(value) if isinstance(value, str) else None
        if nanoseconds is None:
            raise StatesError(
                "States.Runtime",
                f"The {self._form} parameter "
                "does not reference a valid ISO-8601 extended offset date-time format string: "
                f"{self._value} == {_wait_value_text(value)}",
            )
        return -(-nanoseconds // 1_000_000)  # rounded up, so that a Wait never ends early


_LONG = re.compile(r"[-+]?\d{1,19}", re.ASCII)


def _wait_value_text(value: Json) -> str:
    return value if isinstance(value, str) else dumps_payload(value)

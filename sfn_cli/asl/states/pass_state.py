"""Pass: outputs its input, or a fixed Result. ASL: https://states-language.net/#pass-state"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.states.state import LoadMachine, State
from sfn_cli.jsonvalue import Payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.moves import Move
    from sfn_cli.asl.visit import Visit


class PassState(State):
    type = "Pass"

    def __init__(
        self, name: str, fields: Mapping[str, Any], language: str, load_machine: LoadMachine
    ) -> None:
        super().__init__(name, fields, language, load_machine)
        # Observed on AWS in 2026: a Result of null is as if it were absent.
        self._result = Payload(fields["Result"]) if fields.get("Result") is not None else None

    def enter(self, visit: Visit) -> Move:
        if self._result is None:
            return self.complete(visit, self.flow.own_result(visit))
        visit.trace.note("result", self._result)
        return self.complete(visit, self._result)

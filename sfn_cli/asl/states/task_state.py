"""Task: work done outside the machine. ASL: https://states-language.net/#task-state"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.asl.dataflow import JSONPATH
from sfn_cli.asl.moves import Call, Move
from sfn_cli.asl.quantity import Quantity
from sfn_cli.asl.requests.refused_arguments import refuse_arguments
from sfn_cli.asl.resource import parse_resource
from sfn_cli.asl.states.state import LoadMachine, State
from sfn_cli.asl.validation.fields import RANGES
from sfn_cli.errors import StatesError
from sfn_cli.query.payload_template import compile_jsonata_template, compile_jsonpath_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.visit import Visit


class TaskState(State):
    type = "Task"
    counts_retries = True

    def __init__(
        self, name: str, fields: Mapping[str, Any], language: str, load_machine: LoadMachine
    ) -> None:
        super().__init__(name, fields, language, load_machine)
        self._resource_text: str = fields["Resource"]
        self.resource = parse_resource(self._resource_text)
        self._timeout = Quantity.load(fields, "TimeoutSeconds", language)
        self._heartbeat = Quantity.load(fields, "HeartbeatSeconds", language)
        compile_template = compile_jsonpath_template if language == JSONPATH else compile_jsonata_template
        self._credentials = (
            compile_template(fields["Credentials"], "Credentials") if "Credentials" in fields else None
        )

    def enter(self, visit: Visit) -> Move:
        if self.resource is None:
            raise StatesError(
                "States.Runtime", f"The resource provided {self._resource_text} is not recognized."
            )
        scope = visit.path_scope(visit.input.value) if self.language == JSONPATH else visit.jsonata_scope()
        arguments = self.flow.arguments(visit)
        refuse_arguments(self.resource, arguments, self.language)
        return Call(
            self.resource,
            arguments,
            _task_timeout_seconds("TimeoutSeconds", self._timeout, visit),
            _task_timeout_seconds("HeartbeatSeconds", self._heartbeat, visit),
            self._credentials.evaluate(scope) if self._credentials is not None else None,
        )


def _task_timeout_seconds(name: str, quantity: Quantity | None, visit: Visit) -> int | None:
    """Returns a timeout at this visit. Raises StatesError if it is outside AWS's range.

    Observed in JSONata: the range begins at 0, unlike that of a number in the definition.
    """
    if quantity is None:
        return None
    seconds: int = quantity.evaluate(visit)
    most = RANGES[name][1]
    assert most is not None
    if not 0 <= seconds <= most:
        error = "States.QueryEvaluationError" if quantity.is_expression else "States.Runtime"
        cause = f"{name} must be between 0 and {most} but was: {seconds}"
        raise StatesError(error, cause, location=name if quantity.is_expression else None)
    return seconds

"""Definitions: ValidateStateMachineDefinition, and the check on create and update.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue, quotas
from sfn_cli.asl.validation.diagnostic import UNAVAILABLE
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_stepfunctions.type_defs import ValidateStateMachineDefinitionInputTypeDef

    from sfn_cli.api.model.answers import ValidateStateMachineDefinitionAnswer
    from sfn_cli.api.service import Service
    from sfn_cli.asl.validation.diagnostic import Diagnostic

INVALID_DEFINITION = "InvalidDefinition"

STATE_NAME = "StateName"
"""TestState's name for the state, also in the Context Object of a named state (observed)."""


class InvalidDefinitionError(ApiError):
    """A rejected definition; `diagnostics` are the errors in its message."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(INVALID_DEFINITION, message)
        self.diagnostics = diagnostics


def validate_state_machine_definition(
    service: Service, request: ValidateStateMachineDefinitionInputTypeDef
) -> ValidateStateMachineDefinitionAnswer:
    """Returns the problems of a definition. An invalid definition is not an error of the call."""
    from sfn_cli.asl.validation.validate import validate

    severities = ("ERROR", "WARNING") if request.get("severity") == "WARNING" else ("ERROR",)
    faults = map(
        _definition_fault_for_aws,
        validate(request["definition"], request.get("type", "STANDARD"), is_available=service.is_available),
    )
    found = [fault for fault in faults if fault.severity in severities]
    shown = found[: request.get("maxResults") or quotas.DIAGNOSTICS]
    return {
        "result": "FAIL" if any(fault.severity == "ERROR" for fault in found) else "OK",
        "diagnostics": [
            {
                "severity": fault.severity,
                "code": fault.code,
                "message": fault.message,
                "location": fault.location,
            }
            for fault in shown
        ],
        "truncated": len(shown) < len(found),
    }


def _definition_fault_for_aws(fault: Diagnostic) -> Diagnostic:
    """Downgrades features that only sfn does not support to warnings, because the result is AWS's."""
    return fault._replace(severity="WARNING") if fault.code == UNAVAILABLE else fault


def check_definition(service: Service, definition: str, machine_type: str) -> str:
    """Validates a definition and returns it. Raises InvalidDefinitionError."""
    from sfn_cli.asl.validation.validate import validate

    refuse_definition_faults(validate(definition, machine_type, is_available=service.is_available))
    return definition


def refuse_definition_faults(found: Iterable[Diagnostic]) -> None:
    """Raises InvalidDefinitionError with the errors among these, up to quotas.DIAGNOSTICS."""
    errors = [fault for fault in found if fault.severity == "ERROR"][: quotas.DIAGNOSTICS]
    if errors:
        listed = ", ".join(
            _format_definition_fault(fault.code, fault.message, fault.location) for fault in errors
        )
        raise InvalidDefinitionError(f"Invalid State Machine Definition: '{listed}'", errors)


def definition_variable_references(definition: str) -> dict[str, list[str]] | None:
    """Returns the variables that each state of a validated definition reads; None if none does."""
    from sfn_cli.asl.validation.variables.variable_references import variable_references

    return variable_references(jsonvalue.loads(definition)) or None


def _format_definition_fault(code: str, message: str, location: str | None) -> str:
    if location is None:
        return f"{code}: {message} at null"  # Observed: AWS's form for a problem without a location
    # As in Jackson, a location in text that is not JSON ("[Source: …]") is on its own line.
    return (
        f"{code}: {message}\n at {location}"
        if location.startswith("[")
        else f"{code}: {message} at {location}"
    )

"""The parameters of a request: their values, or the previous ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.parameter_values import HIDDEN, is_hidden_parameter
from sfn_cli.stacks.operations.identity import stack_validation_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.store.records.stacks import StoredStack

GIVEN = "given"
"""The member of a stack's details with the values that were sent, or defaults: UsePreviousValue repeats
them."""

STORED = "stored"
"""The member of a stack's details with the names of parameters that name SSM parameters."""


def requested_parameters(request: Mapping[str, Any], stack: StoredStack | None) -> dict[str, str]:
    """Returns the values of the request, by name. Raises ApiError ValidationError."""
    previous = previous_parameters(stack)
    values: dict[str, str] = {}
    for parameter in request.get("Parameters") or ():
        name = parameter.get("ParameterKey")
        if name is None:
            raise stack_validation_error("Each Parameters member must have a ParameterKey.")
        if parameter.get("UsePreviousValue"):
            if "ParameterValue" in parameter:
                raise stack_validation_error(
                    f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true and "
                    "parameterValue at the same time"
                )
            if name in previous:
                values[name] = previous[name]
        elif "ParameterValue" in parameter:
            values[name] = parameter["ParameterValue"]
        else:
            raise stack_validation_error(
                f"ParameterValue for parameter name {name} has to be a string or UsePreviousValue must be "
                "true"
            )
    return values


def previous_parameters(stack: StoredStack | None) -> dict[str, str]:
    """Returns the values that were sent for a stack; of a project's stack, those that it has."""
    if stack is None:
        return {}
    given = stack.details.get(GIVEN)
    if isinstance(given, dict):
        return {name: str(value) for name, value in given.items()}
    return {name: value for name, value in stack.parameters.items() if value != HIDDEN}


def check_parameter_names(template: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Raises ApiError ValidationError for unknown names, and for parameters without a value."""
    declared: Mapping[str, Mapping[str, Any]] = template.get("Parameters") or {}
    unknown = [name for name in values if name not in declared]
    if unknown:
        raise stack_validation_error(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    absent = [name for name, one in declared.items() if name not in values and "Default" not in one]
    if absent:
        raise stack_validation_error(f"Parameters: [{', '.join(absent)}] must have values")


def sent_parameter_values(template: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Returns the value of each parameter as it was sent, or its default."""
    return {
        name: values.get(name, _default_text(declaration.get("Default")))
        for name, declaration in (template.get("Parameters") or {}).items()
    }


def stored_parameter_names(template: Mapping[str, Any]) -> list[str]:
    """Returns the names of the parameters whose values are names of SSM parameters."""
    return [
        name
        for name, declaration in (template.get("Parameters") or {}).items()
        if str(declaration.get("Type")).startswith("AWS::SSM::Parameter::Value<")
    ]


def described_parameters(template: Mapping[str, Any], sent: Mapping[str, Any]) -> list[dict[str, str]]:
    """Returns CloudFormation's Parameter for each parameter of a template; `sent` has their values."""
    return [
        {
            "ParameterKey": name,
            "ParameterValue": HIDDEN if is_hidden_parameter(declaration) else str(sent.get(name, "")),
        }
        for name, declaration in (template.get("Parameters") or {}).items()
    ]


def _default_text(value: Any) -> str:
    """Returns a parameter's default value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_default_text, value))
    return "" if value is None else str(value)

"""State machines, as the Cloud Control API reads and updates them: by their ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sfn_cli.api.cloudcontrol.controlled_type import ControlledType
from sfn_cli.api.stepfunctions.state_machines import describe_state_machine, update_state_machine
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

_CONFIGURATIONS = {
    "LoggingConfiguration": "loggingConfiguration",
    "TracingConfiguration": "tracingConfiguration",
    "EncryptionConfiguration": "encryptionConfiguration",
}
"""Properties whose members differ from the operation's in the case of their first letter."""


def _read_machine_resource(service: Service, identifier: str) -> dict[str, Any] | None:
    try:
        found = cast("dict[str, Any]", describe_state_machine(service, {"stateMachineArn": identifier}))
    except ApiError:
        return None
    properties = {
        "Arn": found["stateMachineArn"],
        "Name": found["name"],
        "StateMachineName": found["name"],
        "StateMachineType": found["type"],
        "RoleArn": found["roleArn"],
        "DefinitionString": found["definition"],
    }
    for name, member in _CONFIGURATIONS.items():
        if found.get(member) is not None:
            properties[name] = _machine_members(found[member], str.capitalize)
    return properties


def _update_machine_resource(
    service: Service, identifier: str, properties: dict[str, Any], changed: set[str]
) -> None:
    request: dict[str, Any] = {"stateMachineArn": identifier}
    if changed & {"DefinitionString", "Definition", "DefinitionSubstitutions"}:
        definition = properties.get("Definition")
        text = dumps(definition) if definition is not None else properties.get("DefinitionString", "")
        for name, value in (properties.get("DefinitionSubstitutions") or {}).items():
            text = text.replace(f"${{{name}}}", str(value))
        request["definition"] = text
    if "RoleArn" in changed:
        request["roleArn"] = properties["RoleArn"]
    for name, member in _CONFIGURATIONS.items():
        if name in changed:
            request[member] = _machine_members(properties[name], str.lower)
    if len(request) > 1:
        update_state_machine(service, cast("Any", request))


def _machine_members(value: Any, case: Any) -> Any:
    """Returns a configuration whose members begin with a letter of the other case."""
    if isinstance(value, dict):
        return {case(name[:1]) + name[1:]: _machine_members(item, case) for name, item in value.items()}
    return [_machine_members(item, case) for item in value] if isinstance(value, list) else value


STATE_MACHINE = ControlledType(
    frozenset(
        {"DefinitionString", "Definition", "DefinitionSubstitutions", "RoleArn", "Tags", *_CONFIGURATIONS}
    ),
    _read_machine_resource,
    _update_machine_resource,
)

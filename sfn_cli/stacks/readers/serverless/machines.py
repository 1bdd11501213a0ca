"""State machines and activities of the plugin serverless-step-functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.serverless.naming import (
    activity_logical_id,
    function_logical_id,
    object_or_empty,
)
from sfn_cli.stacks.stack import STATE_MACHINE

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

_PSEUDO_PARAMETER = re.compile(r"[#$]\{(AWS::\w+)\}")
_MACHINE_ROLE = "StepFunctionsExecutionRole"


def machine_resource(machine: Mapping[str, Any], functions: Container[str]) -> dict[str, Any]:
    """Returns the resource of one entry of `stepFunctions.stateMachines`.

    `functions` are the keys of the service's functions, to which the definition may refer.
    """
    definition = machine.get("definition")
    logging = object_or_empty(machine.get("loggingConfig"))
    properties = {
        "StateMachineName": machine.get("name"),
        "StateMachineType": machine.get("type"),
        "RoleArn": with_function_ids(machine.get("role"), functions)
        or {"Fn::GetAtt": [_MACHINE_ROLE, "Arn"]},
        "LoggingConfiguration": {
            "Level": logging.get("level"),
            "IncludeExecutionData": logging.get("includeExecutionData"),
            "Destinations": [
                {"CloudWatchLogsLogGroup": {"LogGroupArn": each}}
                for each in logging.get("destinations") or []
            ],
        }
        if logging
        else None,
        "TracingConfiguration": {"Enabled": True}
        if object_or_empty(machine.get("tracingConfig")).get("enabled")
        else None,
        "Tags": [{"Key": key, "Value": value} for key, value in object_or_empty(machine.get("tags")).items()]
        or None,
    }
    definition = with_function_ids(definition, functions)
    properties["DefinitionString" if isinstance(definition, str) else "Definition"] = definition
    resource: dict[str, Any] = {
        "Type": STATE_MACHINE,
        "Properties": {name: value for name, value in properties.items() if value is not None},
    }
    if depends_on := machine.get("dependsOn"):
        resource["DependsOn"] = depends_on
    return resource


def machine_role() -> dict[str, dict[str, Any]]:
    """Returns the default role of machines."""
    return {_MACHINE_ROLE: {"Type": "AWS::IAM::Role", "Properties": {}}}


def with_function_ids(value: Any, functions: Container[str]) -> Any:
    """Replaces the keys of functions in Ref and Fn::GetAtt with their logical ids.

    Strings with `${AWS::Region}`, or with a plugin's `#{AWS::Region}`, become Fn::Sub.
    """
    if isinstance(value, list):
        return [with_function_ids(item, functions) for item in value]
    if isinstance(value, str) and _PSEUDO_PARAMETER.search(value):
        return {"Fn::Sub": _PSEUDO_PARAMETER.sub(r"${\1}", value)}
    if not isinstance(value, dict) or "Fn::Sub" in value:
        return value
    if len(value) == 1:
        (name, argument), *_ = value.items()
        if name == "Ref" and isinstance(argument, str) and argument in functions:
            return {"Ref": function_logical_id(argument)}
        if name == "Fn::GetAtt":
            parts = argument.split(".", 1) if isinstance(argument, str) else argument
            if isinstance(parts, list) and parts and isinstance(parts[0], str) and parts[0] in functions:
                return {"Fn::GetAtt": [function_logical_id(parts[0]), *parts[1:]]}
    return {key: with_function_ids(item, functions) for key, item in value.items()}


def activity_resources(activities: Any) -> dict[str, dict[str, Any]]:
    names = activities if isinstance(activities, list) else []
    return {
        activity_logical_id(name): {"Type": "AWS::StepFunctions::Activity", "Properties": {"Name": name}}
        for name in names
        if isinstance(name, str)
    }

"""A project for tests: a CloudFormation template with two state machines that call one function."""

from __future__ import annotations

import copy
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
HANDLER = "def lambda_handler(event, context):\n    return {'price': FACTOR * event.get('id', 1)}\n"

_TASK = {"Type": "Task", "Resource": "${Price}", "End": True}
_DEFINITION = {"StartAt": "Price", "States": {"Price": _TASK}}


def write_shop(
    folder: Path,
    *machines: str,
    factor: int = 10,
    resources: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
) -> Path:
    """Writes the project into a folder, and overwrites its files. Returns the folder.

    `machines` are logical ids, of one machine by default; `state` are fields of the only state of
    each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    code = folder / "functions" / "price"
    code.mkdir(parents=True, exist_ok=True)
    (code / "app.py").write_text(HANDLER.replace("FACTOR", str(factor)))
    definition = copy.deepcopy(_DEFINITION)
    definition["States"]["Price"].update(state or {})  # type: ignore[index]
    (folder / "order.asl.json").write_text(json.dumps(definition, indent=2))
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "DefinitionUri": "order.asl.json",
            "DefinitionSubstitutions": {"Price": {"Fn::GetAtt": ["Price", "Arn"]}},
        },
    }
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": RUNTIME,
            "Handler": "app.lambda_handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": "functions/price",
        },
    }
    template = {
        **({"Parameters": dict(parameters)} if parameters else {}),
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
            "Price": function,
            **dict.fromkeys(machines or ("OrderFlow",), machine),
            **(resources or {}),
        },
    }
    (folder / "template.json").write_text(json.dumps(template, indent=2))
    return folder

"""Logical ids in the form of the Serverless Framework and its plugin for Step Functions.

https://www.serverless.com/framework/docs/providers/aws/guide/resources
https://github.com/serverless-operations/serverless-step-functions
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ROLE_LOGICAL_ID = "IamRoleLambdaExecution"


def normalized_name(name: str) -> str:
    """Returns a name as part of a logical id: "hello-world" becomes "HelloDashworld"."""
    normal = name.replace("-", "Dash").replace("_", "Underscore")
    return normal[:1].upper() + normal[1:]


def function_logical_id(key: str) -> str:
    return f"{normalized_name(key)}LambdaFunction"


def layer_logical_id(key: str) -> str:
    return f"{normalized_name(key)}LambdaLayer"


def machine_logical_id(key: str, machine: Mapping[str, Any]) -> str:
    """Returns the machine's `id`, its `name`, or an id derived from its key."""
    own = machine.get("id") or machine.get("name")
    if isinstance(own, str) and own:
        return normalized_name(own)
    return f"{normalized_name(key)}StepFunctionsStateMachine"


def object_or_empty(value: Any) -> dict[str, Any]:
    """Returns a section of a service that must be an object; {} for anything else."""
    return value if isinstance(value, dict) else {}


def activity_logical_id(name: str) -> str:
    return f"{normalized_name(name)}StepFunctionsActivity"

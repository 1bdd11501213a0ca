"""Made-up values for what only a deployment of a real project knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.evaluation.context import Lookups, PseudoParameters
from sfn_cli.stacks.resources.resource import CreatedResource

if TYPE_CHECKING:
    from sfn_cli.stacks.stack import Stack

PSEUDO = PseudoParameters("123456789012", "us-east-1", "stack", "arn:aws:cloudformation:::stack/stack/1")
LOOKUPS = Lookups(
    export=lambda name: f"export-{name}",
    stored_parameter=lambda name, _: f"value-of-{name}",
    secret=lambda *_: '{"username": "ann", "password": "secret"}',
)
VALUES = {"MasterUserPassword": "Secret123", "MasterUsername": "ann", "ClusterName": "cluster"}


class _AnyAttributes(dict[str, Any]):
    """Has every attribute: an ARN for those that are named so."""

    def __init__(self, logical_id: str, type: str) -> None:
        super().__init__()
        self._arn = f"arn:aws:lambda:us-east-1:123456789012:function:{logical_id}"
        if type == "AWS::DynamoDB::Table":
            self._arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{logical_id}"

    def __missing__(self, name: str) -> str:
        return self._arn if name.endswith("Arn") else f"value-of-{name}"


def made_up(stack: Stack) -> dict[str, CreatedResource]:
    """Returns names and attributes for each resource of a stack."""
    return {
        name: CreatedResource(
            f"arn:aws:states:us-east-1:123456789012:activity:{name}"
            if (type := resource["Type"]) == "AWS::StepFunctions::Activity"
            else name.lower(),
            _AnyAttributes(name, type),
        )
        for name, resource in stack.resources.items()
    }


def made_up_parameters(stack: Stack) -> dict[str, str]:
    """Returns values for the parameters that have none."""
    return {
        name: VALUES.get(name, str((declaration.get("AllowedValues") or ["11"])[0]))
        for name, declaration in (stack.template.get("Parameters") or {}).items()
        if "Default" not in declaration
    }

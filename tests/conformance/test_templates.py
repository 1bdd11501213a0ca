"""Every template of CloudFormation and SAM of real projects is read and resolved, and its machines are valid.

Projects are there without their code: what a template names need not exist before it is deployed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.asl.validation.validate import validate
from sfn_cli.stacks.definitions import machine_definition, machine_members
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.evaluation.surroundings import Lookups, PseudoParameters
from sfn_cli.stacks.readers.cloudformation import read_cloudformation_stack
from sfn_cli.stacks.readers.project_files import TEMPLATE_KINDS, project_file_kind
from sfn_cli.stacks.resources.resource import Made
from sfn_cli.stacks.stack import STATE_MACHINE, TemplateError
from tests.conformance.workflows import WORKFLOWS, needs_workflows

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.stacks.stack import Stack

pytestmark = [needs_workflows, pytest.mark.slow]

NOT_YAML = {
    "event-sourcing": "6:1: Invalid YAML: while scanning a simple key could not find expected ':'",
    "parallelized-embedding-pipeline": (
        "88:19: Invalid YAML: while parsing a block collection did not find expected '-' indicator"
    ),
}
"""Templates that no tool of AWS reads either."""

INVALID_MACHINES = {
    "shared-fallback-state-jsonata": "QueryLanguage stands among the States",
    "parallel-agent-early-stopping": "a filter that refers to the root ($): sfn has none yet",
}

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


def _made_up(stack: Stack) -> dict[str, Made]:
    return {
        name: Made(
            f"arn:aws:states:us-east-1:123456789012:activity:{name}"
            if (type := resource["Type"]) == "AWS::StepFunctions::Activity"
            else name.lower(),
            _AnyAttributes(name, type),
        )
        for name, resource in stack.resources.items()
    }


def _made_up_parameters(stack: Stack) -> dict[str, str]:
    return {
        name: VALUES.get(name, str((declaration.get("AllowedValues") or ["11"])[0]))
        for name, declaration in (stack.template.get("Parameters") or {}).items()
        if "Default" not in declaration
    }


def _templates() -> list[Path]:
    files = (path for path in WORKFLOWS.rglob("*") if path.suffix in (".yaml", ".yml", ".json", ".template"))
    return sorted(path for path in files if project_file_kind(path) in TEMPLATE_KINDS)


@pytest.mark.parametrize("path", _templates(), ids=lambda path: str(path.relative_to(WORKFLOWS)))
def test_template(path: Path) -> None:
    """Every resource's properties and every output can be resolved; definitions are what AWS accepts."""
    project = path.relative_to(WORKFLOWS).parts[0]
    if project in NOT_YAML:
        with pytest.raises(TemplateError) as caught:
            read_cloudformation_stack(path)
        assert str(caught.value) == f"{path}:{NOT_YAML[project]}"
        return
    stack = read_cloudformation_stack(path)
    evaluation = StackEvaluation(stack, _made_up_parameters(stack), PSEUDO, LOOKUPS)
    made = _made_up(stack)
    properties = {name: evaluation.properties(name, made) for name in evaluation.order}
    assert len(evaluation.outputs(made)) == len(evaluation.output_names)
    errors = []
    for name, values in properties.items():
        if stack.resources[name]["Type"] == STATE_MACHINE and _has_definition(values):
            definition = machine_definition(stack, name, values)
            faults = validate(definition.text, machine_members(values).get("type", "STANDARD"))
            errors += [fault for fault in faults if fault.severity == "ERROR"]
    assert bool(errors) is (project in INVALID_MACHINES), errors


def _has_definition(properties: dict[str, Any]) -> bool:
    from pathlib import Path

    return "DefinitionUri" not in properties or Path(properties["DefinitionUri"]).is_file()


def test_every_well_formed_sam_template() -> None:
    """The collection has the templates that we count on."""
    kinds = [project_file_kind(path) for path in _templates()]
    assert len(kinds) - len(NOT_YAML) >= 50

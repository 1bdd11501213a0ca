"""Every template of CloudFormation and SAM of real projects is read and resolved, and its machines are valid.

Projects are there without their code: what a template names need not exist before it is deployed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.asl.validation.validate import validate
from sfn_cli.stacks.definitions import machine_definition
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.readers.cloudformation import read_cloudformation_stack
from sfn_cli.stacks.readers.project_files import TEMPLATE_KINDS, project_file_kind
from sfn_cli.stacks.stack import STATE_MACHINE, TemplateError
from tests.conformance.made_up import LOOKUPS, PSEUDO, made_up, made_up_parameters
from tests.conformance.workflows import WORKFLOWS, needs_workflows

if TYPE_CHECKING:
    from pathlib import Path

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
    evaluation = StackEvaluation(stack, made_up_parameters(stack), PSEUDO, LOOKUPS)
    created = made_up(stack)
    properties = {name: evaluation.properties(name, created) for name in evaluation.order}
    assert len(evaluation.outputs(created)) == len(evaluation.output_names)
    errors = []
    for name, values in properties.items():
        if stack.resources[name]["Type"] == STATE_MACHINE and _has_definition(values):
            definition = machine_definition(stack, name, values)
            faults = validate(definition.text, values.get("StateMachineType", "STANDARD"))
            errors += [fault for fault in faults if fault.severity == "ERROR"]
    assert bool(errors) is (project in INVALID_MACHINES), errors


def _has_definition(properties: dict[str, Any]) -> bool:
    from pathlib import Path

    return "DefinitionUri" not in properties or Path(properties["DefinitionUri"]).is_file()


def test_every_well_formed_sam_template() -> None:
    """The collection has the templates that we count on."""
    kinds = [project_file_kind(path) for path in _templates()]
    assert len(kinds) - len(NOT_YAML) >= 50

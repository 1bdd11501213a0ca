"""Every Terraform module of real projects is read and resolved, and its machines are valid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.asl.validation.validate import validate
from sfn_cli.stacks.definitions import machine_definition
from sfn_cli.stacks.evaluation.evaluation import StackEvaluation
from sfn_cli.stacks.readers.terraform.read import read_terraform_module
from sfn_cli.stacks.stack import STATE_MACHINE, TemplateError
from tests.conformance.made_up import LOOKUPS, PSEUDO, made_up, made_up_parameters
from tests.conformance.workflows import WORKFLOWS, needs_workflows

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_workflows


def _modules() -> list[Path]:
    return sorted({path.parent for path in WORKFLOWS.glob("*/*.tf")})


ABSENT = {"web-contact-form-processor-tf": "api.yaml"}
"""Modules that read a file which is not in the collection."""


@pytest.mark.parametrize("name, file", ABSENT.items())
def test_an_absent_file_is_named(name: str, file: str) -> None:
    with pytest.raises(TemplateError, match=rf"main\.tf:\d+:\d+: Cannot read \./{file}: No such file"):
        read_terraform_module(WORKFLOWS / name)


@pytest.mark.parametrize(
    "folder", [one for one in _modules() if one.name not in ABSENT], ids=lambda folder: folder.name
)
def test_module(folder: Path) -> None:
    """Properties and outputs can be resolved; the definition is what AWS accepts."""
    stack = read_terraform_module(folder)
    evaluation = StackEvaluation(stack, made_up_parameters(stack), PSEUDO, LOOKUPS)
    created = made_up(stack)
    properties = {name: evaluation.properties(name, created) for name in evaluation.order}
    assert len(evaluation.outputs(created)) == len(evaluation.output_names)
    machines = [name for name in properties if stack.resources[name]["Type"] == STATE_MACHINE]
    assert machines
    for name in machines:
        definition = machine_definition(stack, name, properties[name])
        faults = validate(definition.text, properties[name].get("StateMachineType", "STANDARD"))
        assert [fault for fault in faults if fault.severity == "ERROR"] == []


def test_count_of_modules() -> None:
    """The collection has the modules that we count on."""
    assert len(_modules()) >= 13

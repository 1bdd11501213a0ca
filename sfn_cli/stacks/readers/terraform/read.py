"""Reads a Terraform module as a stack.

    resource "aws_lambda_function" "price"   →   price: AWS::Lambda::Function

References between resources become Ref and Fn::GetAtt. Everything that is known when the module is
read is resolved in the stack: variables, local values, names, templates.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.errors import UsageError
from sfn_cli.stacks.evaluation.parameter_values import REGION
from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.readers.terraform.emission import Emission
from sfn_cli.stacks.readers.terraform.language.syntax import GetAttribute, Variable
from sfn_cli.stacks.readers.terraform.module import Module
from sfn_cli.stacks.readers.terraform.module_files import read_module_body, variable_values
from sfn_cli.stacks.readers.terraform.modules import load_child_module
from sfn_cli.stacks.readers.terraform.project import TerraformProject
from sfn_cli.stacks.stack import Stack, valid_stack_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.terraform.language.values import Value

_COMMON_NAMES = frozenset({"deploy", "iac", "infra", "infrastructure", "terraform", "tf"})


def read_terraform_module(
    folder: Path, given: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
) -> Stack:
    """Reads the module in a folder. Raises TemplateError and UsageError.

    `given` has the user's values of variables; `environment` has those of TF_VAR_NAME.
    """
    jsonvalue.raise_recursion_limit()
    folder = folder.absolute()
    project = TerraformProject(folder, environment or {})
    body = read_module_body(project, folder)
    if not body.blocks:
        raise UsageError(f"{folder} is not a Terraform module: it has no *.tf file.")
    inputs: dict[str, Callable[[], Value]] = {}
    root = Module(project, body, ".", inputs=inputs, load_child=load_child_module)
    values = _region_variables(root)
    values |= variable_values(folder, root.variables, given or {}, project, root)
    inputs.update({name: partial(_given, value) for name, value in values.items()})
    emission = Emission(project)
    emission.add_module(root)
    emission.add_outputs(root)
    return Stack(
        kind=ProjectKind.TERRAFORM.value,
        name=valid_stack_name(_project_name(folder)),
        source=folder,
        folder=folder,
        template={
            "Parameters": emission.parameters(root),
            "Resources": emission.resources,
            "Outputs": emission.outputs,
        },
        parameters={name: REGION for name, value in values.items() if value == project.region},
        places=emission.places,
        files=tuple(project.file_functions.files),
        notes=tuple(project.notes),
    )


def _project_name(folder: Path) -> str:
    """Returns the folder's name; a common name such as "infra" is prefixed with the parent folder's."""
    if folder.name.lower() in _COMMON_NAMES and folder.parent.name:
        return f"{folder.parent.name}-{folder.name}"
    return folder.name


def _given(value: Value) -> Value:
    return value


def _region_variables(root: Module) -> dict[str, Value]:
    """Returns sfn's region for the variable that sets the AWS provider's region."""
    for provider in root.providers:
        region = provider.body.attributes.get("region")
        if provider.labels != ("aws",) or "alias" in provider.body.attributes or region is None:
            continue
        expression = region.expression
        if (
            isinstance(expression, GetAttribute)
            and isinstance(expression.source, Variable)
            and expression.source.name == "var"
        ):
            return {expression.name: root.project.region}
    return {}

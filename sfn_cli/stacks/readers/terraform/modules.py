"""Finds called modules: folders of the project, and replacements for popular modules of the registry."""

from __future__ import annotations

import json
import os
from importlib import resources
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.language.evaluator import evaluate
from sfn_cli.stacks.readers.terraform.language.parser import parse_hcl_body
from sfn_cli.stacks.readers.terraform.language.syntax import HclBody, SourceText
from sfn_cli.stacks.readers.terraform.language.values import ConversionError, to_text
from sfn_cli.stacks.readers.terraform.made_up import made_up_output
from sfn_cli.stacks.readers.terraform.module import Module
from sfn_cli.stacks.readers.terraform.module_files import read_module_body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.terraform.language.syntax import Block, Position
    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.project import TerraformProject

_MAX_DEPTH = 20

_REGISTRY = {
    "terraform-aws-modules/step-functions/aws": "step_functions.tf",
    "terraform-aws-modules/lambda/aws": "lambda.tf",
    "terraform-aws-modules/dynamodb-table/aws": "dynamodb_table.tf",
    "terraform-aws-modules/sqs/aws": "sqs.tf",
    "terraform-aws-modules/sns/aws": "sns.tf",
    "terraform-aws-modules/s3-bucket/aws": "s3_bucket.tf",
}
"""Modules of the registry, with the module in `registry/` that replaces each. It has the variables and
outputs that matter locally. The original modules build packages with their own programs."""


class MissingModule(Module):
    """A module that is not available locally. Its outputs are made up."""

    def __init__(self, *arguments: Any, source: str) -> None:
        super().__init__(*arguments)
        self._source = source

    def output(self, name: str, at: Position) -> Value:
        return made_up_output(self.address, self._source, name, self.project.place)


def load_child_module(
    parent: Module, block: Block, address: str, inputs: Mapping[str, Callable[[], Value]]
) -> Module:
    """Returns the module that a `module` block calls. Raises TemplateError."""
    source = block.body.attributes.get("source")
    if source is None:
        raise block.at.error('The module has no "source"')
    name = to_text(evaluate(source.expression, parent))
    if address.count("module.") > _MAX_DEPTH:
        raise source.at.error(f"Modules call each other more than {_MAX_DEPTH} levels deep")
    body, path = _module_source(parent, block, address, name)
    if body is None:
        return MissingModule(parent.project, HclBody(), path, address, source=name)
    return Module(parent.project, body, path, address, inputs, load_child_module)


def _module_source(parent: Module, block: Block, address: str, name: str) -> tuple[HclBody | None, str]:
    """Returns a module's content and folder; None as the content if it is not available locally."""
    project = parent.project
    if name.startswith(("./", "../", "/")):
        path = os.path.join(parent.path, name)
        folder = project.file_functions.path(path)
        if not folder.is_dir():
            raise block.at.error(f"The module's folder {name} does not exist")
        return read_module_body(project, folder), path
    registered = name.partition("//")[0].removeprefix("registry.terraform.io/")
    if registered in _REGISTRY:
        return _registry_body(_REGISTRY[registered]), "."
    installed = _installed_module(project, address)
    if installed is not None:
        return read_module_body(project, installed), os.path.relpath(installed, project.folder)
    project.note(f"module.{block.labels[0]} is left out: {name} is not installed. Run: terraform init")
    return None, "."


def _registry_body(name: str) -> HclBody:
    text = resources.files(__package__).joinpath("registry", name).read_text(encoding="utf-8")
    return parse_hcl_body(SourceText(name, text))


def _installed_module(project: TerraformProject, address: str) -> Path | None:
    """Returns the folder into which `terraform init` has installed a module."""
    path = project.folder / ".terraform" / "modules" / "modules.json"
    try:
        modules = json.loads(project.file_functions.text(str(path)))["Modules"]
        wanted = address.replace("module.", "")
        found = next(each["Dir"] for each in modules if each["Key"] == wanted)
    except (ConversionError, ValueError, KeyError, TypeError, StopIteration):
        return None
    return project.file_functions.path(found)

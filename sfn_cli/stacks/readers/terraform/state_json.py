"""Reads the output of `terraform show -json` for a state or a plan.

It has the values of a deployment to AWS: ARNs and URLs of resources that the stack creates become
references to them. A plan does not contain values that are known only after `terraform apply`.
https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.readers.template_file import read_template_file
from sfn_cli.stacks.readers.terraform.language.values import ConversionError
from sfn_cli.stacks.readers.terraform.project import TerraformProject, project_references
from sfn_cli.stacks.readers.terraform.resources.arguments import JsonArguments
from sfn_cli.stacks.readers.terraform.resources.names import without_none
from sfn_cli.stacks.readers.terraform.resources.table import PARTS, RESOURCE_KINDS, is_silent
from sfn_cli.stacks.stack import (
    STATE_MACHINE,
    WRITTEN_NAME,
    Path_,
    SourcePlace,
    Stack,
    TemplateError,
    valid_stack_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfn_cli.stacks.readers.template_file import TemplateFile
    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments

_MIN_LENGTH = 12
"""Shorter values are not treated as ARNs or URLs."""


class _StateResource(NamedTuple):
    address: str
    type: str
    name: str
    values: Mapping[str, Any]
    path: Path_
    """The resource's path in the file."""


def read_terraform_json(path: Path) -> Stack:
    """Reads the JSON of a state or a plan. Raises TemplateError and UsageError."""
    path = path.absolute()
    file = read_template_file(path)
    document = file.value if isinstance(file.value, dict) else {}
    section = "values" if "values" in document else "planned_values"
    root = (document.get(section) or {}).get("root_module")
    if not isinstance(root, dict):
        raise file.error((), "The file has no resources. Is it the output of `terraform show -json`?")
    resources = list(_resources(root, (section, "root_module")))
    state = _State(file, resources, path.parent)
    template = {"Resources": state.template_resources()}
    return Stack(
        kind=ProjectKind.TERRAFORM_JSON.value,
        name=valid_stack_name(path.parent.name),
        source=path,
        folder=path.parent,
        template=template,
        parameters={},
        places=state.places,
        files=(path,),
        notes=file.notes,
    )


def _resources(module: Mapping[str, Any], path: Path_) -> Iterator[_StateResource]:
    for number, each in enumerate(module.get("resources") or []):
        address = str(each.get("address", ""))
        if each.get("mode") == "data":
            address = f"data.{address.removeprefix('data.')}"
        yield _StateResource(
            address,
            str(each.get("type", "")),
            str(each.get("name", "")),
            each.get("values") or {},
            (*path, "resources", number),
        )
    for number, child in enumerate(module.get("child_modules") or []):
        yield from _resources(child, (*path, "child_modules", number))


class _State:
    """The resources of a state, and the references between them."""

    def __init__(self, file: TemplateFile, resources: list[_StateResource], folder: Path) -> None:
        self._file = file
        self._project = TerraformProject(folder, {})
        self._made = [each for each in resources if _is_created(each)]
        self._others = [each for each in resources if not _is_created(each)]
        self._logical_ids = {
            each.address: self._project.logical_id(each.address, each.type, _flat_name(each))
            for each in sorted(self._made, key=_state_rank)
        }
        self._texts = self._reference_texts()
        self._pattern = re.compile(
            "|".join(re.escape(text) for text in sorted(self._texts, key=len, reverse=True)) or r"(?!)"
        )
        for each in resources:
            if each.type == "archive_file":
                self._project.archives.append(JsonArguments(each.values))
        self.places: dict[Path_, SourcePlace] = {}

    def _reference_texts(self) -> dict[str, str]:
        """Returns the texts that stand for references: ARNs and URLs of created resources."""
        found: dict[str, str] = {}
        for each in self._made:
            references = RESOURCE_KINDS[each.type].references
            for name, pattern in references.items():
                value = each.values.get(name)
                if isinstance(value, str) and len(value) >= _MIN_LENGTH and ":" in value:
                    names = project_references(self._project, self._logical_ids[each.address])
                    found.setdefault(value, pattern.format_map(names))
        return found

    def template_resources(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in self._made:
            logical_id = self._logical_ids[each.address]
            place = self._file.error(each.path, "").place
            self.places["Resources", logical_id] = place
            kind = RESOURCE_KINDS[each.type]
            try:
                arguments = JsonArguments(self._with_references(each.values), place)
                properties = without_none(kind.properties(arguments, _StateContext(self, each)))
                filled = self._project.holes.filled(properties)
            except (ConversionError, ValueError) as error:
                raise TemplateError(place, f"{each.address}: {error}") from None
            if kind.type == STATE_MACHINE and "DefinitionString" not in filled:
                raise TemplateError(
                    place,
                    f"The definition of {each.address} is known only after `terraform apply`. "
                    "Name the module's folder or its state instead of the plan.",
                )
            found[logical_id] = {
                "Type": kind.type,
                "Properties": filled,
                "Metadata": {WRITTEN_NAME: each.address},
            }
        for each in self._others:
            if not each.address.startswith("data.") and not is_silent(each.type):
                logical_id = self._project.logical_id(each.address, each.type, _flat_name(each))
                found[logical_id] = {"Type": f"Terraform::{each.type}", "Properties": {}}
        return found

    def _with_references(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._pattern.sub(lambda match: self._texts[match.group()], value)
        if isinstance(value, list):
            return [self._with_references(item) for item in value]
        if isinstance(value, dict):
            return {key: self._with_references(item) for key, item in value.items()}
        return value

    def code(self, arguments: ResourceArguments) -> dict[str, Any]:
        return self._project.code(arguments)

    def path(self, path: Value) -> str:
        return str(self._project.file_functions.path(path))

    def parts(self, owner: _StateResource, type: str) -> list[ResourceArguments]:
        """Returns the resources of a type that are part of a resource."""
        own = {owner.values.get(name) for name in ("id", "arn", "name")} - {None, ""}
        _, argument = PARTS[type]
        return [
            JsonArguments(self._with_references(each.values))
            for each in self._others
            if each.type == type and each.values.get(argument) in own
        ]


class _StateContext:
    def __init__(self, state: _State, resource: _StateResource) -> None:
        self._state = state
        self._resource = resource

    def code(self, arguments: ResourceArguments) -> dict[str, Any]:
        return self._state.code(arguments)

    def path(self, path: Value) -> str:
        return self._state.path(path)

    def related(self, type: str) -> list[ResourceArguments]:
        return self._state.parts(self._resource, type)


def _is_created(resource: _StateResource) -> bool:
    return not resource.address.startswith("data.") and resource.type in RESOURCE_KINDS


def _state_rank(resource: _StateResource) -> int:
    return {"aws_sfn_state_machine": 0, "aws_lambda_function": 1}.get(resource.type, 2)


def _flat_name(resource: _StateResource) -> str:
    """Returns the address as one name without the type: module.orders.aws_x.this[0] → orders_this_0."""
    text = resource.address.replace(f"{resource.type}.", "").replace("module.", "")
    return "_".join(part for part in re.split(r"[^\w-]+", text) if part)

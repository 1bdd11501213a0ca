"""Writes the resources of modules into a template in CloudFormation's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.language.values import ConversionError, to_text
from sfn_cli.stacks.readers.terraform.resources.names import without_none
from sfn_cli.stacks.readers.terraform.resources.table import PARTS, RESOURCE_KINDS, is_silent
from sfn_cli.stacks.stack import WRITTEN_NAME, Path_, SourcePlace, TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.stacks.readers.terraform.instances import Instance
    from sfn_cli.stacks.readers.terraform.language.syntax import Block
    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.module import Module
    from sfn_cli.stacks.readers.terraform.project import TerraformProject
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments
    from sfn_cli.stacks.readers.terraform.resources.kind import ResourceKind


class Emission:
    """The template under construction, with the place of each resource and property."""

    def __init__(self, project: TerraformProject) -> None:
        self._project = project
        self.resources: dict[str, dict[str, Any]] = {}
        self.outputs: dict[str, dict[str, Any]] = {}
        self.places: dict[Path_, SourcePlace] = {}

    def add_module(self, module: Module) -> None:
        """Adds the resources of a module and of the modules that it calls."""
        _collect(module)
        for block in sorted(module.resources.values(), key=_rank):
            self._add_block(module, block)
        for call in module.calls.values():
            for child in module.children(call):
                self.add_module(child)

    def _add_block(self, module: Module, block: Block) -> None:
        type, label = block.labels
        kind = RESOURCE_KINDS.get(type)
        if kind is not None:
            for instance in module.instances(block):
                self._add_instance(module, instance, kind)
        elif not is_silent(type):
            address = f"{module.address}.{type}.{label}".lstrip(".")
            logical_id = self._project.logical_id(address, type, label)
            self.resources[logical_id] = {"Type": f"Terraform::{type}", "Properties": {}}
            self.places["Resources", logical_id] = block.at.place

    def _add_instance(self, module: Module, instance: Instance, kind: ResourceKind) -> None:
        logical_id = instance.logical_id
        self.places["Resources", logical_id] = instance.block.at.place
        dependencies = self._project.start_dependencies()
        try:
            properties = self._properties(module, instance, kind)
            self._add_dependencies(module, instance)
        finally:
            self._project.end_dependencies()
        resource: dict[str, Any] = {"Type": kind.type, "Properties": properties}
        if dependencies := dependencies - {logical_id}:
            resource["DependsOn"] = sorted(dependencies)
        resource["Metadata"] = {WRITTEN_NAME: instance.address}
        self.resources[logical_id] = resource

    def _properties(self, module: Module, instance: Instance, kind: ResourceKind) -> dict[str, Any]:
        try:
            properties = kind.properties(instance.arguments, _ProjectContext(module, instance))
            self._add_property_places(instance, properties)
            filled: dict[str, Any] = self._project.holes.filled(without_none(properties))
        except (ConversionError, ValueError) as error:
            if kind.is_lenient:
                return {}
            text = str(error)
            raise instance.block.at.error(f"{instance.address}: {text}") from None
        except TemplateError:
            if kind.is_lenient:
                return {}
            raise
        return filled

    def _add_property_places(self, instance: Instance, properties: dict[str, Any]) -> None:
        base: Path_ = ("Resources", instance.logical_id, "Properties")
        for property, argument in (
            ("DefinitionString", "definition"),
            ("Code", "filename"),
            ("Handler", "handler"),
            ("Runtime", "runtime"),
        ):
            if property in properties and (place := instance.arguments.place(argument)):
                self.places[*base, property] = place

    def _add_dependencies(self, module: Module, instance: Instance) -> None:
        """Adds DependsOn for the resources in `depends_on` that the template creates."""
        from sfn_cli.stacks.readers.terraform.language.syntax import GetAttribute, TupleItems, Variable

        attribute = instance.block.body.attributes.get("depends_on")
        if attribute is None or not isinstance(attribute.expression, TupleItems):
            return
        for item in attribute.expression.items:
            if isinstance(item, GetAttribute) and isinstance(item.source, Variable):
                block = module.resources.get((item.source.name, item.name))
                if block is not None and item.source.name in RESOURCE_KINDS:
                    found = {other.logical_id for other in module.instances(block)}
                    self._project.depend_on(found)

    def add_outputs(self, root: Module) -> None:
        """Adds the root module's outputs, except for those that cannot be evaluated locally."""
        for name, block in root.outputs.items():
            try:
                value = self._project.holes.filled(root.output(name, block.at))
            except (TemplateError, ConversionError, ValueError):
                continue
            if isinstance(value, str | int | float | bool | list) or (
                isinstance(value, dict) and len(value) == 1
            ):
                self.outputs[name] = {"Value": value}

    def parameters(self, root: Module) -> dict[str, Any]:
        """Returns the root module's variables as parameters.

        Their values are already in the template. Only a variable without a value is referred to.
        """
        found: dict[str, Any] = {}
        for name, block in root.variables.items():
            found[name] = {"Type": "String", **({"NoEcho": True} if _is_sensitive(block) else {})}
            self.places["Parameters", name] = block.at.place
            try:
                value = self._project.holes.filled(root.lookup("var", block.at).attribute(name, block.at))
            except (TemplateError, ConversionError, ValueError):
                continue
            if value == {"Ref": name}:
                continue
            try:
                found[name]["Default"] = to_text(value)
            except ConversionError:
                found[name]["Default"] = ""
        return found


def _is_sensitive(variable: Block) -> bool:
    attribute = variable.body.attributes.get("sensitive")
    return attribute is not None and getattr(attribute.expression, "value", None) is True


def _rank(block: Block) -> int:
    """The order of logical ids: machines and functions get theirs first."""
    return {"aws_sfn_state_machine": 0, "aws_lambda_function": 1}.get(block.labels[0], 2)


def _collect(module: Module) -> None:
    """Collects the module's archives and S3 objects, which functions' code may come from."""
    for (type, _), block in module.data.items():
        if type == "archive_file":
            module.project.archives += [each.arguments for each in _instances_if_known(module, block)]
    for (type, _), block in module.resources.items():
        if type in {"aws_s3_object", "aws_s3_bucket_object"}:
            module.project.objects += [
                (each.arguments, each.attribute("id", block.at))
                for each in _instances_if_known(module, block)
            ]
        elif type == "archive_file":
            module.project.archives += [each.arguments for each in _instances_if_known(module, block)]


def _instances_if_known(module: Module, block: Block) -> Sequence[Instance]:
    try:
        return module.instances(block)
    except TemplateError:
        return ()


class _ProjectContext:
    """Answers questions of a resource's conversion about the rest of the project."""

    def __init__(self, module: Module, instance: Instance) -> None:
        self._module = module
        self._instance = instance

    def code(self, arguments: ResourceArguments) -> dict[str, Any]:
        return self._instance.module.project.code(arguments)

    def path(self, path: Value) -> str:
        return str(self._instance.module.project.file_functions.path(path))

    def related(self, type: str) -> list[ResourceArguments]:
        """Returns the arguments of resources of a type that belong to this resource."""
        module = self._module
        _, argument = PARTS[type]
        own = {self._instance.attribute(name, self._instance.block.at) for name in ("id", "arn", "name")}
        found: list[ResourceArguments] = []
        for (other_type, _), block in module.resources.items():
            if other_type == type:
                found += [
                    other.arguments
                    for other in _instances_if_known(module, block)
                    if other.arguments.get(argument) in own
                ]
        return found

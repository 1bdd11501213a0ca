"""Instances of resources, data sources and module calls: one, or several by count or for_each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.data_sources import data_attribute
from sfn_cli.stacks.readers.terraform.language.evaluator import HclScope, LocalScope, evaluate
from sfn_cli.stacks.readers.terraform.language.values import Value, to_integer, to_text
from sfn_cli.stacks.readers.terraform.made_up import LOCAL_RESOURCES, made_up_attribute
from sfn_cli.stacks.readers.terraform.project import is_known, project_references
from sfn_cli.stacks.readers.terraform.resources.arguments import HclArguments
from sfn_cli.stacks.readers.terraform.resources.table import RESOURCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.stacks.readers.terraform.language.syntax import Block, Position
    from sfn_cli.stacks.readers.terraform.module_scope import ModuleScope
    from sfn_cli.stacks.readers.terraform.resources.kind import ResourceKind

_MAX_INSTANCES = 1000


def instances_of(block: Block, scope: HclScope, make: Callable[[Any, HclScope], Value]) -> Value:
    """Returns the value of a block: one instance, a list (count) or an object (for_each)."""
    attributes = block.body.attributes
    if "count" in attributes:
        count = to_integer(evaluate(attributes["count"].expression, scope))
        if count > _MAX_INSTANCES:
            raise attributes["count"].at.error(f"More than {_MAX_INSTANCES} instances are not supported")
        return [make(index, LocalScope({"count": {"index": index}}, scope)) for index in range(count)]
    if "for_each" in attributes:
        items = evaluate(attributes["for_each"].expression, scope)
        pairs = items.items() if isinstance(items, dict) else [(to_text(item), item) for item in items or []]
        return {
            key: make(key, LocalScope({"each": {"key": key, "value": value}}, scope)) for key, value in pairs
        }
    return make(None, scope)


class Instance:
    """An instance of a resource or a data source, with its attributes."""

    def __init__(self, module: ModuleScope, block: Block, key: Any, scope: HclScope) -> None:
        self.module = module
        self.block = block
        self.type, self.label = block.labels
        self.key = key
        self.arguments = HclArguments(block.body, scope)
        suffix = "" if key is None else f"[{key}]"
        name = f"{self.type}.{self.label}{suffix}"
        if block.type == "data":
            name = f"data.{name}"
        self.address = f"{module.address}.{name}" if module.address else name

    @property
    def kind(self) -> ResourceKind | None:
        return RESOURCE_KINDS.get(self.type) if self.block.type == "resource" else None

    @property
    def logical_id(self) -> str:
        return self.module.project.logical_id(self.address, self.type, _flat_name(self))

    def attribute(self, name: str, at: Position) -> Value:
        project = self.module.project
        kind = self.kind
        if kind is not None:
            project.depend_on({self.logical_id})
            return self._attribute_of_kind(kind, name)
        if self.block.type == "data":
            found = data_attribute(self, name, at)
            if found is not None:
                return found
        if self.type in LOCAL_RESOURCES:
            seed = f"{project.folder} {self.address}"
            found = LOCAL_RESOURCES[self.type](self.arguments, seed)
            if name in found:
                return found[name]
        if name in self.block.body.attributes:
            return self.arguments.get(name)
        if not self.type.startswith("aws_"):
            raise at.error(f"{self.address}.{name} is known only after `terraform apply`")
        seed = f"{project.folder} {self.address}"
        return made_up_attribute(self.type, _flat_name(self), seed, self.arguments, name, project.place)

    def _attribute_of_kind(self, kind: ResourceKind, name: str) -> Value:
        project = self.module.project
        if kind.name == name and isinstance(given := self.arguments.get(name), str) and is_known(given):
            return given
        if name in kind.references:
            return self.reference(kind.references[name])
        if name in self.block.body.attributes:
            return self.arguments.get(name)
        if blocks := self.block.body.blocks_of(name):
            return [each.body for each in blocks]
        place = {"region": project.region, "account": project.account}
        return (
            _UNSET.get(name)
            if name in _UNSET
            else made_up_attribute(self.type, _flat_name(self), self.address, self.arguments, name, place)
        )

    def reference(self, pattern: str) -> str:
        """Returns the text for a pattern of the table, such as "{Arn}"."""
        project = self.module.project
        return pattern.format_map(project_references(project, self.logical_id))


_UNSET: dict[str, Value] = {"version": "$LATEST", "tags": {}, "tags_all": {}, "layers": []}


def _flat_name(instance: Instance) -> str:
    """Returns the resource's name with those of its module and its key: "orders_queue_0".

    The only resource of its type in a module has the module's name.
    """
    parts = [part for part in instance.module.address.split(".") if part and part != "module"]
    same_type = [label for type, label in instance.module.resources if type == instance.type]
    if not (parts and same_type == [instance.label]):
        parts.append(instance.label)
    if instance.key not in {None, ""}:
        parts.append(str(instance.key))
    return "_".join(
        "".join(c if c.isalnum() or c in "-_" else "_" for c in part).strip("_") for part in parts
    )

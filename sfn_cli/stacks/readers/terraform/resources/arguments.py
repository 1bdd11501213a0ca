"""The arguments of a resource, from HCL or from the output of `terraform show -json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sfn_cli.stacks.readers.terraform.language.evaluator import HclScope, LocalScope, evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.stacks.readers.terraform.language.syntax import Block, HclBody
    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.stack import SourcePlace


class ResourceArguments(Protocol):
    """Arguments by name; nested blocks also have arguments."""

    def get(self, name: str) -> Value:
        """Returns a value; None if it is not set. Raises TemplateError."""

    def blocks(self, name: str) -> Sequence[ResourceArguments]:
        """Returns the nested blocks of a type, in order."""

    def place(self, name: str) -> SourcePlace | None:
        """Returns the place of an argument, if it is known."""


def block(arguments: ResourceArguments, name: str) -> ResourceArguments:
    """Returns the first nested block of a type; if there is none, one without arguments."""
    blocks = arguments.blocks(name)
    return blocks[0] if blocks else JsonArguments({})


class JsonArguments:
    """Arguments whose values are known; blocks are lists of objects, or one object."""

    def __init__(self, values: Mapping[str, Value], at: SourcePlace | None = None) -> None:
        self._values = values
        self._at = at

    def get(self, name: str) -> Value:
        return self._values.get(name)

    def blocks(self, name: str) -> Sequence[ResourceArguments]:
        return value_blocks(self._values.get(name))

    def place(self, name: str) -> SourcePlace | None:
        return self._at

    @property
    def names(self) -> list[str]:
        return list(self._values)


def value_blocks(value: Value) -> list[ResourceArguments]:
    items = value if isinstance(value, list) else [value]
    return [JsonArguments(item) for item in items if isinstance(item, dict)]


class HclArguments:
    """Arguments that are evaluated when they are used."""

    def __init__(self, body: HclBody, scope: HclScope) -> None:
        self._body = body
        self._scope = scope
        self._known: dict[str, Value] = {}

    def get(self, name: str) -> Value:
        if name not in self._known:
            attribute = self._body.attributes.get(name)
            self._known[name] = None if attribute is None else evaluate(attribute.expression, self._scope)
        return self._known[name]

    def blocks(self, name: str) -> Sequence[ResourceArguments]:
        if name in self._body.attributes:
            return value_blocks(self.get(name))
        found: list[ResourceArguments] = []
        for each in self._body.blocks:
            if each.type == name:
                found.append(HclArguments(each.body, self._scope))
            elif each.type == "dynamic" and each.labels == (name,):
                found += _dynamic_blocks(each, name, self._scope)
        return found

    def place(self, name: str) -> SourcePlace | None:
        attribute = self._body.attributes.get(name)
        return None if attribute is None else attribute.at.place

    @property
    def names(self) -> list[str]:
        return list(self._body.attributes)


def _dynamic_blocks(dynamic: Block, name: str, scope: HclScope) -> list[ResourceArguments]:
    """Returns the blocks of `dynamic "name" { for_each … content { … } }`."""
    attributes = dynamic.body.attributes
    collection = attributes.get("for_each")
    contents = dynamic.body.blocks_of("content")
    if collection is None or not contents:
        raise dynamic.at.error('A dynamic block needs "for_each" and "content"')
    iterator = name
    if "iterator" in attributes:
        iterator = getattr(attributes["iterator"].expression, "name", name)
    items = evaluate(collection.expression, scope)
    pairs = items.items() if isinstance(items, dict) else [(item, item) for item in items or []]
    return [
        HclArguments(contents[0].body, LocalScope({iterator: {"key": key, "value": value}}, scope))
        for key, value in pairs
    ]

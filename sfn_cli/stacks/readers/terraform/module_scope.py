"""The interface of modules for instances and data sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.readers.terraform.language.syntax import Block, Position, SourceText
    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.project import TerraformProject
    from sfn_cli.stacks.readers.terraform.resources.arguments import HclArguments


class ModuleScope(Protocol):
    """A module, as the scope of its expressions."""

    project: TerraformProject
    address: str
    resources: Mapping[tuple[str, ...], Block]

    def lookup(self, name: str, at: Position) -> Value: ...

    def call(self, name: str, arguments: list[Value], at: Position) -> Value: ...

    def rendered(self, template: SourceText, variables: Mapping[str, Value]) -> str: ...


class DataInstance(Protocol):
    """The parts of a data source on which its attributes depend."""

    module: ModuleScope
    block: Block
    type: str
    label: str
    address: str
    arguments: HclArguments

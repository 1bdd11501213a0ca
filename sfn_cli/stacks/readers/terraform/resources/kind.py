"""The rows of the table of Terraform's resource types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments


class ResourceContext(Protocol):
    """What a conversion can look up in the rest of the project."""

    def code(self, arguments: ResourceArguments) -> dict[str, Any]:
        """Returns a function's or a layer's code, as CloudFormation's Code or Content."""

    def path(self, path: Value) -> str:
        """Returns the absolute path for a path in the module."""

    def related(self, type: str) -> list[ResourceArguments]:
        """Returns the arguments of all resources of a type that refer to this resource."""


class ResourceKind(NamedTuple):
    """A type of resource that has a type in CloudFormation."""

    type: str
    """CloudFormation's type."""
    properties: Callable[[ResourceArguments, ResourceContext], dict[str, Any]]
    """Returns CloudFormation's properties; None for a property that is not set."""
    references: Mapping[str, str]
    """The attributes that are known only after the deploy, by their Terraform names: patterns with
    {Ref}, {NAME} for Fn::GetAtt, {region} and {account}."""
    name: str | None = "name"
    """The argument with the resource's name; it is a literal if the module sets it."""
    is_lenient: bool = False
    """Whether the resource is only listed, so that properties that cannot be evaluated are left out."""

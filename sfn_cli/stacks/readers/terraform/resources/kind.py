"""What each row of the table of Terraform's resource types has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments


class ResourceContext(Protocol):
    """What a conversion may ask about the rest of the project."""

    def code(self, arguments: ResourceArguments) -> dict[str, Any]:
        """Returns a function's or a layer's code, as CloudFormation's Code or Content."""

    def path(self, path: Value) -> str:
        """Returns the absolute path that a path in the module means."""

    def related(self, type: str) -> list[ResourceArguments]:
        """Returns the arguments of all resources of a type that refer to this resource."""


class ResourceKind(NamedTuple):
    """A type of resource that becomes one of CloudFormation's."""

    type: str
    """CloudFormation's type."""
    properties: Callable[[ResourceArguments, ResourceContext], dict[str, Any]]
    """Returns CloudFormation's properties; None stands for a property that is not set."""
    references: Mapping[str, str]
    """The attributes that the deployment knows, by their name in Terraform: a text with {Ref},
    {NAME} for Fn::GetAtt, and {region} and {account}."""
    name: str | None = "name"
    """The argument that is the resource's name: a literal where the module gives it."""
    is_lenient: bool = False
    """Whether a property that cannot be evaluated is left out: the resource is only listed."""

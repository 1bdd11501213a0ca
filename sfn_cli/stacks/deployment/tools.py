"""What makes and deletes the resources of a stack, and the error that says which one failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import SfnError
from sfn_cli.stacks.deployment.changes import PENDING, created_from_row
from sfn_cli.stacks.resources.resource import Extent, ResourceError
from sfn_cli.stacks.resources.table import resource_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.asl.resource import Resource
    from sfn_cli.stacks.definitions import MachineDefinition
    from sfn_cli.stacks.resources.resource import Naming, ProvisioningContext
    from sfn_cli.stacks.stack import SourcePlace, Stack
    from sfn_cli.store.protocols.stacks import Stacks
    from sfn_cli.store.records.stacks import StoredResource


class DeployError(SfnError):
    """A resource could not be made: what, where it is written, and why."""

    def __init__(
        self,
        place: SourcePlace,
        logical_id: str,
        type: str,
        reason: ResourceError,
        definition: MachineDefinition | None = None,
    ) -> None:
        super().__init__(f"{place}: {logical_id} ({type}): {reason}")
        self.place = place
        self.logical_id = logical_id
        self.type = type
        self.reason = reason
        self.definition = definition
        """Of a state machine."""


class Tools(NamedTuple):
    """What makes resources, for all of a stack."""

    stacks: Stacks
    context: Callable[[Naming], ProvisioningContext]
    report: Callable[[str], None]
    """Shows the user one line."""
    is_available: Callable[[Resource], bool] | None
    """Whether sfn can run tasks on a resource; None: all count as such."""
    is_real: bool
    """Whether the other services are AWS itself, where no stack makes anything."""
    server: Callable[[], str | None]
    """Returns which start of the local services is running, None if none is."""
    start_server: Callable[[], str | None]
    """Acts as `server`, and starts the services first."""


class ExplainedDeploy:
    """Turns a ResourceError inside its block into a DeployError that says where and what."""

    def __init__(
        self, stack: Stack, logical_id: str, type: str, definition: MachineDefinition | None
    ) -> None:
        self._stack = stack
        self._logical_id = logical_id
        self._type = type
        self._definition = definition

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ResourceError):
            place = self._stack.place(("Resources", self._logical_id))
            raise DeployError(place, self._logical_id, self._type, error, self._definition) from error


def delete_resource(
    tools: Tools, stack: str, naming: Naming, resource: StoredResource, server: str | None
) -> None:
    """Deletes a resource of a stack, unless another stack shares it, and its row. Raises ResourceError."""
    owners = {owner.name for owner in tools.stacks.owners(resource.type, resource.physical_id)}
    if owners > {stack}:
        tools.stacks.delete_resource(stack, resource.logical_id, resource.physical_id)
        return
    if resource.server is None or resource.server == server:  # otherwise it is gone already
        tools.stacks.save_resource(stack, resource._replace(status=f"DELETE{PENDING}"))
        row = resource_type(resource.type)
        if row.extent is Extent.CREATED:
            row.delete(tools.context(naming), created_from_row(resource), resource.properties)
    tools.stacks.delete_resource(stack, resource.logical_id, resource.physical_id)

"""The tools that create and delete a stack's resources, and the error for one that fails."""

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
    """A resource could not be created or changed; names the resource, its place and the reason."""

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
        """The definition, if the resource is a state machine."""


class Tools(NamedTuple):
    """The tools that create resources, shared by all of a stack."""

    stacks: Stacks
    context: Callable[[Naming], ProvisioningContext]
    report: Callable[[str], None]
    """Shows the user one line."""
    is_available: Callable[[Resource], bool] | None
    """Whether sfn can run a task with this resource; None: treat all as supported."""
    is_real: bool
    """Whether calls go to AWS itself (SFN_AWS=real), where a deploy creates nothing."""
    server: Callable[[], str | None]
    """Returns the current start of the local AWS services; None if they are not running."""
    start_server: Callable[[], str | None]
    """Starts the services if necessary, then returns what `server` does."""


class ExplainedDeploy:
    """Turns a ResourceError inside its block into a DeployError with the resource and its place."""

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
    """Deletes a resource and its row; a resource that another stack shares stays. Raises ResourceError."""
    owners = {owner.name for owner in tools.stacks.owners(resource.type, resource.physical_id)}
    if owners > {stack}:
        tools.stacks.delete_resource(stack, resource.logical_id, resource.physical_id)
        return
    if resource.server is None or server is not None:  # otherwise it was lost when the services stopped
        tools.stacks.save_resource(stack, resource._replace(status=f"DELETE{PENDING}"))
        row = resource_type(resource.type)
        if row.extent is Extent.CREATED:
            row.delete(tools.context(naming), created_from_row(resource), resource.properties)
    tools.stacks.delete_resource(stack, resource.logical_id, resource.physical_id)

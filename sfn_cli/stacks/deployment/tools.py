"""The tools that create and delete a stack's resources, and the error for one that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import ConfigurationError, SfnError
from sfn_cli.stacks.deployment.changes import PENDING, created_from_row
from sfn_cli.stacks.resources.resource import Extent, ProvisioningContext, ResourceError
from sfn_cli.stacks.resources.table import sent_resource_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.asl.resource import Resource
    from sfn_cli.stacks.definitions import MachineDefinition
    from sfn_cli.stacks.deployment.records.journal import StackJournal
    from sfn_cli.stacks.resources.resource import Naming, ResourceType
    from sfn_cli.stacks.stack import SourcePlace, Stack
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


def lives_in_server(row: ResourceType) -> bool:
    """Whether a resource of this type is in the memory of the local AWS services."""
    return row.extent is Extent.CREATED and not row.is_local


def delete_resource(
    tools: Tools,
    journal: StackJournal,
    naming: Naming,
    resource: StoredResource,
    server: str | None,
    *,
    is_silent: bool = False,
) -> None:
    """Deletes a resource and its row, with events unless `is_silent`; a shared resource stays.

    Raises ResourceError, after recording it.
    """
    begun = () if is_silent else (journal.event(resource, f"DELETE{PENDING}"),)
    done = () if is_silent else (journal.event(resource, "DELETE_COMPLETE"),)
    row = sent_resource_type(resource.type)
    owners = {owner.name for owner in journal.stacks.owners(resource.type, resource.physical_id)}
    is_there = resource.server is None or server is not None  # otherwise lost when the services stopped
    if resource.status == "CREATE_FAILED" and not row.may_be_partial:
        begun, is_there = (), False
    if owners > {journal.name} or not is_there or row.extent is not Extent.CREATED:
        journal.forget_resource(resource.logical_id, resource.physical_id, *begun, *done)
        return
    journal.save_resource(resource._replace(status=f"DELETE{PENDING}"), *begun)
    try:
        row.delete(tools.context(naming), created_from_row(resource), resource.properties)
    except (ResourceError, ConfigurationError) as error:
        if not is_silent:
            failed = journal.event(resource, "DELETE_FAILED", str(error))
            journal.save_resource(resource._replace(status="DELETE_FAILED"), failed)
        raise
    journal.forget_resource(resource.logical_id, resource.physical_id, *done)


def keep_resource(journal: StackJournal, resource: StoredResource) -> None:
    """Removes a resource from its stack without deleting it."""
    skipped = journal.event(resource, "DELETE_SKIPPED")
    journal.forget_resource(resource.logical_id, resource.physical_id, skipped)


def deploy_tools(
    service: Service,
    report: Callable[[str], None],
    role_arn: str,
    available: Callable[[Resource], bool] | None = None,
) -> Tools:
    """Returns the tools for the stacks in a store."""
    from sfn_cli.integrations.aws import embedded_aws
    from sfn_cli.integrations.aws.clients import shared_clients

    settings = service.settings
    clients = shared_clients(settings)

    def context(naming: Naming) -> ProvisioningContext:
        return ProvisioningContext(service, clients, report, naming, role_arn)

    def server() -> str | None:
        return settings.common_endpoint or embedded_aws.embedded_aws_start(settings.home)

    def start_server() -> str | None:
        if settings.common_endpoint is None:
            embedded_aws.embedded_aws_endpoint(settings)
        return server()

    is_real = settings.calls_aws and settings.common_endpoint is None
    return Tools(context, report, available, is_real, server, start_server)

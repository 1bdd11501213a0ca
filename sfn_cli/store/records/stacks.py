"""Stacks: what deploying a project has created."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json


class StoredStack(NamedTuple):
    """One stack. Its folder and its source are absolute paths."""

    name: str
    arn: str
    kind: str
    folder: str
    source: str
    status: str
    reason: str | None
    parameters: dict[str, str]
    outputs: list[dict[str, str]]
    """CloudFormation's Output: OutputKey, OutputValue and, where given, Description, ExportName."""
    left_out: dict[str, str]
    """The resources that were not created: type by logical id."""
    created_at: int
    updated_at: int
    template: str | None = None
    """The template's text as it was sent; None if the project was read from `source`."""
    details: Mapping[str, Json] = {}
    """Members of CloudFormation's Stack: Description, Tags, Capabilities, RoleARN, ParentId, …"""
    is_stopped: bool = False
    """Whether its schedules and event sources are stopped."""
    data_lost_at: int | None = None
    """When the local services last created its resources again, without their data."""
    imports: tuple[str, ...] = ()
    """The names of the exports of other stacks that it uses."""

    @property
    def is_sent(self) -> bool:
        """Whether its template was sent to CloudFormation, and not read from a project."""
        return self.template is not None


class StoredResource(NamedTuple):
    """A resource of a stack. `status` says whether it exists, or is being created or deleted."""

    position: int
    logical_id: str
    type: str
    physical_id: str
    status: str
    properties: dict[str, Json]
    ref: Json
    attributes: dict[str, Json]
    server: str | None
    """The start of the local services in which it exists; None if it exists in this store."""
    fingerprint: str
    """The fingerprint of the files that the properties refer to."""
    is_retained: bool
    """Whether the resource is kept when it leaves the stack (DeletionPolicy)."""
    updated_at: int = 0
    """When the status last changed; 0 if that is not known."""
    reason: str | None = None
    """Why the resource has this status."""
    generation: int = 0
    """How often the resource was replaced; its generated names depend on this number."""

    @property
    def shown_id(self) -> str:
        """The PhysicalResourceId that CloudFormation shows, which is the value of Ref."""
        return self.ref if isinstance(self.ref, str) else self.physical_id


class LostResource(NamedTuple):
    """A resource that was in an earlier start of the local AWS services."""

    stack: str
    folder: str
    """The folder of the stack's project."""
    resource: StoredResource


class StackEvent(NamedTuple):
    """One event of a stack, as DescribeStackEvents returns it."""

    stack_arn: str
    logical_id: str
    """The stack's name in events of the stack itself."""
    physical_id: str
    type: str
    status: str
    reason: str | None = None
    properties: str | None = None
    """The resource's properties as JSON text."""
    token: str | None = None
    """The ClientRequestToken of the operation."""
    at: int = 0
    """Rises from event to event of a stack; for a new event, the earliest time that it may get."""
    id: int = 0


class DeletedStack(NamedTuple):
    """A stack that was deleted, with the resources that it had, each with its last status."""

    stack: StoredStack
    resources: list[StoredResource]
    deleted_at: int


class StackOperation(NamedTuple):
    """The operation that changes a stack, or that has failed and can be rolled back."""

    stack_arn: str
    verb: str
    """CREATE, UPDATE, CLEANUP (the end of an update, which deletes what is not needed any more) or DELETE."""
    before: StoredStack | None
    """The stack before the operation."""
    options: dict[str, Json]
    """What a rollback or a continued deletion needs: retained logical ids, the request's token."""
    started_at: int
    is_cancelled: bool = False
    """Whether CancelUpdateStack was called."""


class StackStep(NamedTuple):
    """One change of an operation, stored before the change is made."""

    logical_id: str
    action: str
    before: StoredResource | None
    """The resource before the change."""
    physical_id: str
    """The physical id of the new or changed resource."""
    properties: dict[str, Json] | None = None
    """The properties after an update."""
    id: int = 0

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

"""Stacks: what a deploy of a project made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
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
    """The resources that were not made: logical id → type."""
    created_at: int
    updated_at: int


class StoredResource(NamedTuple):
    """A resource of a stack: made, or being made or deleted (`status`)."""

    position: int
    logical_id: str
    type: str
    physical_id: str
    status: str
    properties: dict[str, Json]
    ref: Json
    attributes: dict[str, Json]
    server: str | None
    """Which start of the local services holds it; None: this store."""
    fingerprint: str
    """Of the files that the properties only name."""
    is_retained: bool
    """Whether it stays when it leaves the stack (DeletionPolicy)."""

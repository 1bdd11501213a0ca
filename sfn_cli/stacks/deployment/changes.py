"""Decides what a deploy does with each resource, from its old and its new properties."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.stacks.resources.resource import CreatedResource, Extent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.resources.resource import Properties, ResourceType
    from sfn_cli.store.records.stacks import StoredResource

PENDING = "_IN_PROGRESS"

_UNFINISHED = (PENDING, "_FAILED")


class Action(Enum):
    """What a deploy does with a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    RESTORE = "restore"
    """Creates the resource again: the local AWS services were restarted and have lost it."""
    DELETE = "delete"
    RETAIN = "retain"
    """Removes the resource from the stack without deleting it (DeletionPolicy)."""
    KEEP = "keep"
    LEAVE_OUT = "leave out"

    @property
    def done(self) -> str:
        """The action in the past tense, for output."""
        return _DONE[self]


_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.REPLACE: "replaced",
    Action.RESTORE: "created again",
    Action.DELETE: "deleted",
    Action.RETAIN: "retained",
    Action.KEEP: "unchanged",
    Action.LEAVE_OUT: "left out",
}


class PropertyChange(NamedTuple):
    """A property that differs, as CloudFormation's ResourceChangeDetail describes it."""

    name: str
    requires_recreation: str
    """Never, Conditionally or Always."""
    evaluation: str = "Static"
    """Static, or Dynamic if the value is known only when the deploy runs."""
    source: str = "DirectModification"
    """The ChangeSource: DirectModification, ParameterReference, ResourceReference, ResourceAttribute."""
    cause: str | None = None
    """The CausingEntity: the parameter, the resource, or "Resource.Attribute"."""
    before: str | None = None
    after: str | None = None


class Change(NamedTuple):
    """What a deploy does with one resource."""

    action: Action
    logical_id: str
    type: str
    physical_id: str
    reason: str = ""
    """For output: the properties that differ, or why the resource is left out."""
    details: tuple[PropertyChange, ...] = ()
    """The properties that differ; empty unless the change comes from `plan_stack`."""


TYPE_NOT_SUPPORTED = "sfn does not support this type"
NOTHING_AT_AWS = "SFN_AWS=real: a deploy creates nothing at AWS"
OTHER_FILES = "its files"
"""The reason for a change if no property differs: the files that the properties point to differ."""


def decide_change(
    old: StoredResource | None,
    type: str,
    row: ResourceType,
    properties: Properties,
    fingerprint: str,
    *,
    server: str | None,
) -> Action:
    """Returns what to do with a resource of the template.

    `server` is the current start of the local AWS services, for a resource that is in them.
    """
    if row.extent is Extent.LEFT_OUT:
        return Action.LEAVE_OUT
    if old is None:
        return Action.CREATE
    if old.type != type:
        return Action.REPLACE
    if old.server != server:
        return Action.RESTORE
    is_unfinished = old.status.endswith(_UNFINISHED)  # a deploy was killed, or has failed
    if is_unfinished and not old.status.startswith("UPDATE"):
        return Action.CREATE
    if old.properties == properties and old.fingerprint == fingerprint:
        return Action.UPDATE if is_unfinished else Action.KEEP
    if row.update is None or _changed_members(old.properties, properties) & row.replaced_by:
        return Action.REPLACE
    return Action.UPDATE


def change_reason(
    action: Action, old: StoredResource | None, row: ResourceType, properties: Properties
) -> str:
    """Returns the reason for a change, for output."""
    if action is Action.LEAVE_OUT:
        return TYPE_NOT_SUPPORTED if row.extent is Extent.LEFT_OUT else NOTHING_AT_AWS
    if action in (Action.UPDATE, Action.REPLACE) and old is not None:
        return ", ".join(sorted(_changed_members(old.properties, properties))) or OTHER_FILES
    return ""


def _changed_members(old: Mapping[str, object], new: Mapping[str, object]) -> set[str]:
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def created_from_row(resource: StoredResource) -> CreatedResource:
    """Returns the names and attributes of a stored resource."""
    return CreatedResource(resource.physical_id, resource.attributes, resource.ref)

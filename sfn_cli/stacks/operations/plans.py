"""What a request would change: CloudFormation's ResourceChange for each resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import SfnError
from sfn_cli.stacks.deployment.changes import Action
from sfn_cli.stacks.deployment.deploy import StackRequest, plan_stack
from sfn_cli.stacks.operations.requests.request_parameters import previous_parameters, sent_parameter_values
from sfn_cli.stacks.operations.requests.sent_request import deploy_options
from sfn_cli.stacks.operations.requests.stored_template import processed_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.deployment.changes import Change, PropertyChange
    from sfn_cli.stacks.operations.requests.sent_request import SentRequest
    from sfn_cli.stacks.stack import Stack
    from sfn_cli.store.records.stacks import StoredStack

_ATTRIBUTES = ("Metadata", "DeletionPolicy", "UpdateReplacePolicy")
"""Attributes of a resource whose change is a change of the stack, although no property differs."""

_COMPARED = ("Tags", "NotificationARNs", "RoleARN")


class SentPlan(NamedTuple):
    changes: list[dict[str, Any]]
    """CloudFormation's Change, for the resources that change."""
    has_changes: bool
    """Whether the stack would differ afterwards, if only in its tags, parameters or outputs."""


def plan_sent_stack(
    service: Service, arn: str, stored: StoredStack | None, stack: Stack, sent: SentRequest
) -> SentPlan:
    """Returns what a deploy would do, without changing anything. Raises UsageError (TemplateError)."""
    planned = plan_stack(service, stack, deploy_options(service, sent, StackRequest(arn)))
    changes = list(_resource_changes(planned.changes, stored))
    if stored is None or (stored.template is None and not service.stacks.resources(stored.name)):
        return SentPlan(changes, True)
    changes += _attribute_changes(planned.changes, stored, stack)
    differs = (
        changes
        or any(stored.details.get(member) != sent.details.get(member) for member in _COMPARED)
        or previous_parameters(stored) != sent_parameter_values(stack.template, sent.given)
        or list(planned.outputs) != stored.outputs
    )
    return SentPlan(changes, bool(differs))


def _resource_changes(changes: Any, stored: StoredStack | None) -> Iterator[dict[str, Any]]:
    left_out = {} if stored is None else stored.left_out
    for change in changes:
        if change.action is Action.KEEP:
            continue
        if change.action is Action.LEAVE_OUT and change.logical_id in left_out:
            continue
        yield {"Type": "Resource", "ResourceChange": _resource_change(change)}


def _resource_change(change: Change) -> dict[str, Any]:
    described: dict[str, Any] = {
        "LogicalResourceId": change.logical_id,
        "ResourceType": change.type,
        "Scope": [],
        "Details": [],
    }
    if change.action in (Action.CREATE, Action.LEAVE_OUT):
        return {**described, "Action": "Add"}
    described["PhysicalResourceId"] = change.physical_id
    if change.action in (Action.DELETE, Action.RETAIN):
        policy = "Retain" if change.action is Action.RETAIN else "Delete"
        return {**described, "Action": "Remove", "PolicyAction": policy}
    is_replaced = change.action in (Action.REPLACE, Action.RESTORE)
    modified = {
        **described,
        "Action": "Modify",
        "Replacement": _replacement(change) if change.details else str(is_replaced),
        "Scope": ["Properties"],
        "Details": [_property_detail(one) for one in change.details],
    }
    if is_replaced:
        modified["PolicyAction"] = "ReplaceAndDelete"
    return modified


def _replacement(change: Change) -> str:
    if change.action is not Action.REPLACE:
        return "False"
    is_certain = any(
        one.requires_recreation == "Always" and one.evaluation == "Static" for one in change.details
    )
    return "True" if is_certain else "Conditional"


def _property_detail(change: PropertyChange) -> dict[str, Any]:
    target: dict[str, Any] = {
        "Attribute": "Properties",
        "Name": change.name,
        "RequiresRecreation": change.requires_recreation,
        "Path": f"/Properties/{change.name}",
        "BeforeValue": change.before,
        "AfterValue": change.after,
        "AttributeChangeType": "Add"
        if change.before is None
        else "Remove"
        if change.after is None
        else "Modify",
    }
    return {
        "Target": target,
        "Evaluation": change.evaluation,
        "ChangeSource": change.source,
        "CausingEntity": change.cause,
    }


def _attribute_changes(changes: Any, stored: StoredStack, stack: Stack) -> Iterator[dict[str, Any]]:
    """Yields the resources of which only an attribute changes."""
    before = _processed_resources(stored)
    for change in changes:
        if change.action is not Action.KEEP or change.logical_id not in before:
            continue
        old, new = before[change.logical_id], stack.resources[change.logical_id]
        attributes = [name for name in _ATTRIBUTES if old.get(name) != new.get(name)]
        if attributes:
            yield {
                "Type": "Resource",
                "ResourceChange": {
                    "Action": "Modify",
                    "LogicalResourceId": change.logical_id,
                    "PhysicalResourceId": change.physical_id,
                    "ResourceType": change.type,
                    "Replacement": "False",
                    "Scope": attributes,
                    "Details": [
                        {
                            "Target": {"Attribute": name, "RequiresRecreation": "Never"},
                            "Evaluation": "Static",
                            "ChangeSource": "DirectModification",
                        }
                        for name in attributes
                    ],
                },
            }


def _processed_resources(stored: StoredStack) -> Mapping[str, Any]:
    """Returns the resources of a stack's template after its transforms; {} if there is none."""
    try:
        found = processed_template(stored).get("Resources")
    except (SfnError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

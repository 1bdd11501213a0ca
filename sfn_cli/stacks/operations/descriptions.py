"""DescribeStacks, ListStacks, and the settings of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.deployment.names import stored_stacks
from sfn_cli.stacks.evaluation.parameter_values import HIDDEN
from sfn_cli.stacks.operations.identity import existing_stack, known_stack
from sfn_cli.stacks.operations.paging import stack_list_page
from sfn_cli.stacks.operations.requests.request_parameters import GIVEN, STORED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StoredStack

_MEMBERS = (
    "ChangeSetId",
    "Description",
    "ParentId",
    "RoleARN",
    "RootId",
    "TimeoutInMinutes",
)
_DRIFT = {"StackDriftStatus": "NOT_CHECKED"}


def describe_stacks(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = request.get("StackName")
    if name is not None:
        known = known_stack(service, name)
        return {"Stacks": [_described_stack(known.stack, known.deleted_at)]}
    page, token = stack_list_page(request, list(stored_stacks(service.stacks)))
    return {"Stacks": [_described_stack(stack, None) for stack in page], "NextToken": token}


def list_stacks(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns all stacks, also those that were deleted in the last 90 days, latest first."""
    wanted = request.get("StackStatusFilter")
    found = [(stack, None) for stack in stored_stacks(service.stacks)] + list(_deleted_stacks(service))
    found = [one for one in found if not wanted or one[0].status in wanted]
    found.sort(key=lambda one: -one[0].created_at)
    page, token = stack_list_page(request, found)
    return {"StackSummaries": [_stack_summary(*one) for one in page], "NextToken": token}


def update_termination_protection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stored = existing_stack(service, request["StackName"])
    details = {**stored.details, "EnableTerminationProtection": request["EnableTerminationProtection"]}
    service.stacks.save(stored._replace(details=details))
    return {"StackId": stored.arn}


def _described_stack(stack: StoredStack, deleted_at: int | None) -> dict[str, Any]:
    details = stack.details
    tags = details.get("Tags")
    return {
        "StackId": stack.arn,
        "StackName": stack.name,
        **{member: details.get(member) for member in _MEMBERS},
        "Parameters": _described_parameters(stack),
        "CreationTime": stack.created_at,
        "DeletionTime": deleted_at,
        "LastUpdatedTime": stack.updated_at if stack.status.startswith("UPDATE") else None,
        "RollbackConfiguration": details.get("RollbackConfiguration") or {},
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": bool(details.get("DisableRollback")),
        "NotificationARNs": details.get("NotificationARNs") or [],
        "Capabilities": details.get("Capabilities") or [],
        "Outputs": stack.outputs,
        # sam takes a stack without these two for a broken one, so they are never left out.
        "Tags": tags if isinstance(tags, list) else [],
        "EnableTerminationProtection": bool(details.get("EnableTerminationProtection")),
        "DriftInformation": _DRIFT,
    }


def _described_parameters(stack: StoredStack) -> list[dict[str, str]]:
    given, stored = stack.details.get(GIVEN), stack.details.get(STORED)
    sent = given if isinstance(given, dict) else {}
    described = []
    for name, resolved in stack.parameters.items():
        text = resolved if resolved == HIDDEN else str(sent.get(name, resolved))
        parameter = {"ParameterKey": name, "ParameterValue": text}
        if isinstance(stored, list) and name in stored:
            parameter["ResolvedValue"] = resolved
        described.append(parameter)
    return described


def _stack_summary(stack: StoredStack, deleted_at: int | None) -> dict[str, Any]:
    details = stack.details
    return {
        "StackId": stack.arn,
        "StackName": stack.name,
        "TemplateDescription": details.get("Description"),
        "CreationTime": stack.created_at,
        "LastUpdatedTime": stack.updated_at if stack.status.startswith("UPDATE") else None,
        "DeletionTime": deleted_at,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "ParentId": details.get("ParentId"),
        "RootId": details.get("RootId"),
        "DriftInformation": _DRIFT,
    }


def _deleted_stacks(service: Service) -> Iterator[tuple[StoredStack, int]]:
    after = None
    while page := service.deleted_stacks.page(after, 100):
        yield from ((one.stack, one.deleted_at) for one in page)
        after = page[-1].deleted_at, page[-1].stack.arn

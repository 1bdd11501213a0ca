"""DescribeStackResource, DescribeStackResources and ListStackResources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.deployment.names import stored_stacks
from sfn_cli.stacks.operations.identity import IN_QUOTES, KnownStack, known_stack, stack_validation_error
from sfn_cli.stacks.operations.paging import stack_list_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StoredResource

_DRIFT = {"StackResourceDriftStatus": "NOT_CHECKED"}


def describe_stack_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, logical_id = request["StackName"], request["LogicalResourceId"]
    known = known_stack(service, name, IN_QUOTES)
    for resource in known.resources:
        if resource.logical_id == logical_id:
            metadata = _resource_metadata(known, logical_id)
            return {
                "StackResourceDetail": {
                    **_of_stack(known),
                    **_described_resource(known, resource),
                    "LastUpdatedTimestamp": _changed_at(known, resource),
                    "Metadata": None if metadata is None else dumps(metadata),
                    "DriftInformation": _DRIFT,
                }
            }
    raise stack_validation_error(f"Resource {logical_id} does not exist for stack {name}")


def describe_stack_resources(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns the resources of a stack, or of the stack that a physical id belongs to."""
    physical_id, logical_id = request.get("PhysicalResourceId"), request.get("LogicalResourceId")
    name = request.get("StackName")
    if (name is None) == (physical_id is None):
        raise stack_validation_error("Either stackName or physicalResourceId must be specified")
    known = _owner(service, physical_id) if name is None else known_stack(service, name)
    return {
        "StackResources": [
            {
                **_of_stack(known),
                **_described_resource(known, resource),
                "Timestamp": _changed_at(known, resource),
                "DriftInformation": _DRIFT,
            }
            for resource in known.resources
            if logical_id in (None, resource.logical_id)
        ]
    }


def list_stack_resources(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    known = known_stack(service, request["StackName"])
    page, token = stack_list_page(request, list(known.resources))
    return {
        "StackResourceSummaries": [
            {
                **_described_resource(known, resource),
                "LastUpdatedTimestamp": _changed_at(known, resource),
                "DriftInformation": _DRIFT,
            }
            for resource in page
        ],
        "NextToken": token,
    }


def _owner(service: Service, physical_id: str | None) -> KnownStack:
    for stack in stored_stacks(service.stacks):
        resources = service.stacks.resources(stack.name)
        if any(resource.shown_id == physical_id for resource in resources):
            return KnownStack(stack, resources)
    raise stack_validation_error(f"Stack for {physical_id} does not exist")


def _of_stack(known: KnownStack) -> Mapping[str, str]:
    return {"StackName": known.stack.name, "StackId": known.stack.arn}


def _described_resource(known: KnownStack, resource: StoredResource) -> dict[str, Any]:
    status = resource.status if known.deleted_at is None else "DELETE_COMPLETE"
    return {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.shown_id,
        "ResourceType": resource.type,
        "ResourceStatus": status,
        "ResourceStatusReason": resource.reason,
    }


def _changed_at(known: KnownStack, resource: StoredResource) -> int:
    return resource.updated_at or known.stack.updated_at


def _resource_metadata(known: KnownStack, logical_id: str) -> Any:
    from sfn_cli.errors import SfnError
    from sfn_cli.stacks.operations.requests.stored_template import processed_template

    try:
        resources = processed_template(known.stack).get("Resources")
    except (SfnError, ValueError):
        return None
    resource = resources.get(logical_id) if isinstance(resources, dict) else None
    return resource.get("Metadata") if isinstance(resource, dict) else None

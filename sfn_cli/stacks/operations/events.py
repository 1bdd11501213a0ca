"""DescribeStackEvents and DescribeEvents: what happened to a stack, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.operations.identity import IN_BRACKETS, known_stack, stack_validation_error
from sfn_cli.stacks.operations.paging import PAGE_ITEMS, stack_page_key, stack_page_token
from sfn_cli.stacks.readers.nested_stacks import STACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StackEvent

_NEWEST = 999_999_999_999_999_999


def describe_stack_events(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if request.get("StackName") is None:
        raise stack_validation_error(
            "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member "
            "must not be null"
        )
    stack = known_stack(service, request["StackName"], IN_BRACKETS).stack
    events, token = _page_of_events(service, request, stack.arn)
    return {"StackEvents": [_described_event(stack.name, event) for event in events], "NextToken": token}


def describe_events(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns a stack's events in the form of the newer operation; only failures, if so filtered."""
    name = request.get("StackName")
    if name is None:
        raise stack_validation_error("sfn supports DescribeEvents with StackName only.")
    stack = known_stack(service, name, IN_BRACKETS).stack
    events, token = _page_of_events(service, request, stack.arn)
    is_filtered = bool((request.get("Filters") or {}).get("FailedEvents"))
    return {
        "OperationEvents": [
            {
                **_described_event(stack.name, event),
                "EventType": "STACK_EVENT",
            }
            for event in events
            if not is_filtered or event.status.endswith("_FAILED")
        ],
        "NextToken": token,
    }


def _page_of_events(
    service: Service, request: Mapping[str, Any], arn: str
) -> tuple[Sequence[StackEvent], str | None]:
    before = stack_page_key(request, _NEWEST)
    events = service.stack_events.page(arn, before, PAGE_ITEMS + 1)
    if len(events) <= PAGE_ITEMS:
        return events, None
    events = events[:PAGE_ITEMS]
    return events, stack_page_token(events[-1].id)


def _described_event(stack_name: str, event: StackEvent) -> dict[str, Any]:
    is_stack = event.type == STACK and event.physical_id == event.stack_arn
    stem = f"{event.id:08x}" if is_stack else f"{event.logical_id}-{event.status}-{event.at}"
    return {
        "StackId": event.stack_arn,
        "StackName": stack_name,
        "EventId": stem,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.at,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.token,
    }

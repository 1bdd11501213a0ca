"""API destinations, HTTP endpoints that rules call with a connection: CreateApiDestination and others.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.events.connections import find_connection
from sfn_cli.api.events.lists import events_page
from sfn_cli.api.events.names import events_arn
from sfn_cli.errors import ApiError
from sfn_cli.store.records.events.rules import API_DESTINATION, EventItem
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service

_MEMBERS = (
    "Description",
    "ConnectionArn",
    "InvocationEndpoint",
    "HttpMethod",
    "InvocationRateLimitPerSecond",
)
_DEFAULT_RATE = 300


def create_api_destination(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, now = request["Name"], service.clock()
    _check_destination_connection(service, request["ConnectionArn"])
    key = _destination_key(service, name)
    destination = EventItem(
        API_DESTINATION, key, f"{key}/{random_uuid()}", name, _destination_members(request), {}, now, now
    )
    if not service.event_items.create(destination):
        raise ApiError("ResourceAlreadyExistsException", f"An api-destination '{name}' already exists.")
    return _destination_change_response(destination)


def update_api_destination(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members."""
    name = request["Name"]
    if request.get("ConnectionArn"):
        _check_destination_connection(service, request["ConnectionArn"])

    def change(old: EventItem) -> EventItem:
        return old._replace(
            details={**old.details, **_destination_members(request)}, modified_at=service.clock()
        )

    changed = service.event_items.change(API_DESTINATION, _destination_key(service, name), change)
    if changed is None:
        raise _no_such_destination("update", name)
    return _destination_change_response(changed)


def describe_api_destination(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    destination = service.event_items.find(API_DESTINATION, _destination_key(service, request["Name"]))
    if destination is None:
        raise _no_such_destination("describe", request["Name"])
    return _destination_description(destination)


def list_api_destinations(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stem = _destination_key(service, request.get("NamePrefix") or "")
    connection = request.get("ConnectionArn")

    def read(after: str, limit: int) -> list[EventItem]:
        found = service.event_items.page(API_DESTINATION, stem, after, 10_000)
        return [one for one in found if connection in (None, one.details["ConnectionArn"])][:limit]

    destinations, token = events_page(service, request, "ListApiDestinations", read, lambda one: one.key)
    listed = [_destination_description(one) for one in destinations]
    return {"ApiDestinations": listed, "NextToken": token}


def delete_api_destination(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if not service.event_items.delete(API_DESTINATION, _destination_key(service, request["Name"])):
        raise _no_such_destination("delete", request["Name"])
    return {}


def find_api_destination(service: Service, arn: str) -> EventItem | None:
    """Finds an API destination by its ARN, or by its name if its id is another."""
    name = arn.rpartition("api-destination/")[2].partition("/")[0]
    return service.event_items.find(API_DESTINATION, _destination_key(service, name))


def _check_destination_connection(service: Service, arn: str) -> None:
    if find_connection(service, arn) is None:
        raise ApiError("ResourceNotFoundException", f"Connection '{arn}' does not exist.")


def _destination_members(request: Mapping[str, Any]) -> dict[str, Any]:
    return {member: request[member] for member in _MEMBERS if request.get(member) is not None}


def _destination_change_response(destination: EventItem) -> dict[str, Any]:
    return {
        "ApiDestinationArn": destination.arn,
        "ApiDestinationState": "ACTIVE",
        "CreationTime": destination.created_at,
        "LastModifiedTime": destination.modified_at,
    }


def _destination_description(destination: EventItem) -> dict[str, Any]:
    return {
        "Name": destination.name,
        "InvocationRateLimitPerSecond": _DEFAULT_RATE,
        **destination.details,
        **_destination_change_response(destination),
    }


def _destination_key(service: Service, name: str) -> str:
    return events_arn(service, f"api-destination/{name}")


def _no_such_destination(verb: str, name: str) -> ApiError:
    return ApiError(
        "ResourceNotFoundException",
        f"Failed to {verb} the api-destination(s). An api-destination '{name}' does not exist.",
    )

"""Event buses: CreateEventBus and related operations, and the permissions of a bus, which are only stored.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.events.lists import events_page
from sfn_cli.api.events.names import (
    DEFAULT_BUS,
    bus_arn,
    bus_name,
    default_bus,
    ensure_default_bus,
    events_arn,
    existing_bus,
)
from sfn_cli.api.events.tags import tags_of_request
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.store.records.events.rules import BUS, EventItem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service

_DETAILS = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")


def create_event_bus(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, now = request["Name"], service.clock()
    if "EventSourceName" in request or name.startswith("aws.partner/"):
        raise ApiError("ResourceNotFoundException", f"Event source {name} does not exist.")
    if "/" in name:
        raise ApiError("ValidationException", "Event bus name must not contain '/'.")
    arn = events_arn(service, f"event-bus/{name}")
    details = _bus_details(request)
    bus = EventItem(BUS, arn, arn, name, details, tags_of_request(request), now, now)
    if name == DEFAULT_BUS or not service.event_items.create(bus):
        raise ApiError("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
    return {"EventBusArn": arn, **details}


def describe_event_bus(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _bus_description(service, request.get("Name"))


def update_event_bus(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members."""
    name = bus_name(request.get("Name"))
    details = _bus_details(request)
    _change_bus_details(service, name, details)
    described = _bus_description(service, name)
    return {member: described[member] for member in ("Arn", "Name", *_DETAILS) if member in described}


def list_event_buses(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Lists the buses by name. The default bus is one of them."""
    stem = events_arn(service, "event-bus/")

    def read(after: str, limit: int) -> list[EventItem]:
        buses = {bus.name: bus for bus in service.event_items.page(BUS, stem, "", 10_000)}
        buses.setdefault(DEFAULT_BUS, default_bus(service))
        prefix = request.get("NamePrefix", "")
        names = sorted(name for name in buses if name.startswith(prefix) and name > after)
        return [buses[name] for name in names[:limit]]

    buses, token = events_page(service, request, "ListEventBuses", read, lambda bus: bus.name)
    return {"EventBuses": [_bus_summary(bus) for bus in buses], "NextToken": token}


def delete_event_bus(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes a bus. A bus that does not exist is no error."""
    name = bus_name(request["Name"])
    if name == DEFAULT_BUS:
        raise ApiError("ValidationException", "Cannot delete event bus default.")
    arn = bus_arn(service, name)
    if service.event_rules.page(arn, "", "", 1):
        raise ApiError("ValidationException", "Event bus can't be deleted since it has rules.")
    service.event_items.delete(BUS, arn)
    return {}


def put_permission(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Stores a statement of the bus's policy. sfn checks no permissions."""
    name = bus_name(request.get("EventBusName"))
    if (policy := request.get("Policy")) is not None:
        try:
            loads(policy)
        except ValueError as error:
            raise ApiError("ValidationException", "Policy is not valid JSON.") from error
        _change_bus_details(service, name, {"Policy": policy})
        return {}
    for member in ("Action", "Principal", "StatementId"):
        if not request.get(member):
            raise ApiError("ValidationException", f"Parameter(s) {member} must be specified.")
    principal = request["Principal"]
    statement = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
        "Action": request["Action"],
        "Resource": bus_arn(service, name),
    }
    if condition := request.get("Condition"):
        statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    kept = [one for one in _bus_statements(service, name) if one.get("Sid") != statement["Sid"]]
    _change_bus_details(service, name, {"Policy": _bus_policy([*kept, statement])})
    return {}


def remove_permission(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = bus_name(request.get("EventBusName"))
    statements = _bus_statements(service, name)
    kept = []
    if not request.get("RemoveAllPermissions"):
        kept = [one for one in statements if one.get("Sid") != request.get("StatementId")]
        if len(kept) == len(statements):
            what = "EventBus does not have a policy." if not statements else "Statement does not exist."
            raise ApiError("ResourceNotFoundException", what)
    _change_bus_details(service, name, {"Policy": _bus_policy(kept) if kept else None})
    return {}


def _bus_statements(service: Service, name: str) -> list[dict[str, Any]]:
    bus = existing_bus(service, name)
    policy = bus.details.get("Policy") if bus is not None else None
    statements = loads(policy).get("Statement", []) if policy else []
    return list(statements if isinstance(statements, list) else [statements])


def _bus_policy(statements: list[dict[str, Any]]) -> str:
    return dumps({"Version": "2012-10-17", "Statement": statements})


def _bus_details(request: Mapping[str, Any]) -> dict[str, Any]:
    return {member: request[member] for member in _DETAILS if request.get(member) is not None}


def _change_bus_details(service: Service, name: str, changed: Mapping[str, Any]) -> None:
    """Changes members of a bus; None removes one. Raises ApiError if the bus does not exist."""
    if existing_bus(service, name) is None:
        ensure_default_bus(service)

    def change(old: EventItem) -> EventItem:
        details = {key: value for key, value in {**old.details, **changed}.items() if value is not None}
        return old._replace(details=details, modified_at=service.clock())

    service.event_items.change(BUS, bus_arn(service, name), change)


def _bus_description(service: Service, name: str | None) -> dict[str, Any]:
    bus = existing_bus(service, name) or default_bus(service)
    return {**_bus_summary(bus), **_bus_details(bus.details)}


def _bus_summary(bus: EventItem) -> dict[str, Any]:
    summary: dict[str, Any] = {"Name": bus.name, "Arn": bus.arn}
    if bus.modified_at:
        summary |= {"CreationTime": bus.created_at, "LastModifiedTime": bus.modified_at}
    return summary | {
        member: bus.details[member] for member in ("Description", "Policy") if member in bus.details
    }

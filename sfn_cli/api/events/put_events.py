"""PutEvents, and TestEventPattern.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
An event is acknowledged after all of its deliveries are stored. One for a bus that does not exist is
accepted and dropped, as on AWS. Sources that begin with "aws." are AWS's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import quotas
from sfn_cli.api.events.names import bus_arn
from sfn_cli.api.events.routing import route_events
from sfn_cli.api.events.rules import check_event_pattern
from sfn_cli.asl.timestamp import format_timestamp_seconds
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import Json, loads
from sfn_cli.query.event_pattern import event_pattern
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service

_TIME_BYTES = 14
"""What an entry's Time counts, in bytes."""

_EVENT_MEMBERS = ("id", "account", "source", "time", "region", "resources", "detail-type")
"""The members that TestEventPattern requires of an event."""


def put_events(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    entries = request["Entries"]
    if sum(map(_entry_bytes, entries)) > quotas.PUT_EVENTS_BYTES:
        raise ApiError("ValidationException", "Total size of the entries in the request is over the limit.")
    results: list[dict[str, Any]] = []
    events: list[tuple[str, Mapping[str, Json]]] = []
    for entry in entries:
        problem = _entry_problem(entry)
        if problem is not None:
            results.append(problem)
            continue
        event = event_of_entry(service, entry)
        events.append((bus_arn(service, entry.get("EventBusName")), event))
        results.append({"EventId": event["id"]})
    route_events(service, events)
    return {"FailedEntryCount": len(results) - len(events), "Entries": results}


def event_of_entry(service: Service, entry: Mapping[str, Any]) -> dict[str, Json]:
    """Returns the event of an entry, which has no problem, with a new id."""
    at = entry["Time"] if entry.get("Time") is not None else service.clock()
    return {
        "version": "0",
        "id": random_uuid(),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": service.settings.account_id,
        "time": format_timestamp_seconds(at),
        "region": service.settings.region,
        "resources": list(entry.get("Resources") or ()),
        "detail": loads(entry["Detail"]),
    }


def _entry_problem(entry: Mapping[str, Any]) -> dict[str, str] | None:
    """Returns the ErrorCode and ErrorMessage of an entry that is refused, or None."""
    for member in ("Source", "DetailType", "Detail"):
        if not entry.get(member):
            return {
                "ErrorCode": "InvalidArgument",
                "ErrorMessage": f"Parameter {member} is not valid. Reason: {member} is a required argument.",
            }
    if entry["Source"].startswith("aws."):
        return {
            "ErrorCode": "NotAuthorizedForSourceException",
            "ErrorMessage": "Not authorized for the source.",
        }
    try:
        detail = loads(entry["Detail"])
    except (RecursionError, ValueError):
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    return None


def _entry_bytes(entry: Mapping[str, Any]) -> int:
    texts = [entry.get(member) or "" for member in ("Source", "DetailType", "Detail")]
    size = sum(len(text.encode("utf-8", "replace")) for text in [*texts, *(entry.get("Resources") or ())])
    return size + (_TIME_BYTES if entry.get("Time") is not None else 0)


def test_event_pattern(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    check_event_pattern(request["EventPattern"])
    try:
        event = loads(request["Event"])
    except (RecursionError, ValueError) as error:
        raise ApiError("ValidationException", "Parameter Event is not valid.") from error
    if not isinstance(event, dict):
        raise ApiError("ValidationException", "Parameter Event is not valid.")
    if missing := [member for member in _EVENT_MEMBERS if member not in event]:
        raise ApiError(
            "ValidationException", f"Parameter Event is not valid. Reason: {missing[0]} is missing."
        )
    return {"Result": event_pattern(request["EventPattern"]).matches(event)}

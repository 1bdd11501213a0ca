"""Targets of EventBridge itself: another event bus, and API destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.events.names import bus_arn, existing_bus
from sfn_cli.api.events.routing import route_events
from sfn_cli.integrations.targets.target import TargetError
from sfn_cli.jsonvalue import loads
from sfn_cli.uuids import derived_uuid

if TYPE_CHECKING:
    from sfn_cli.integrations.targets.target import TargetCall


def call_events_target(call: TargetCall) -> str | None:
    if ":api-destination/" in call.delivery.target:
        from sfn_cli.integrations.targets.http_endpoints import call_api_destination

        return call_api_destination(call)
    return _forward_to_bus(call)


def _forward_to_bus(call: TargetCall) -> str | None:
    """Routes the event on another bus. It keeps its id, so that a loop of buses ends.

    A payload that is no event, such as that of a schedule, becomes the detail of one.
    """
    delivery, service = call.delivery, call.service
    existing_bus(service, delivery.target)
    try:
        payload = loads(delivery.payload)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise TargetError("MalformedDetail", "Detail is malformed.", is_final=True)
    event = payload
    if not {"id", "source", "detail-type", "detail"} <= payload.keys():
        parameters = delivery.options.get("EventBridgeParameters")
        facts = parameters if isinstance(parameters, dict) else {}
        from sfn_cli.api.events.put_events import event_of_entry

        entry = {
            "Source": "aws.scheduler",
            "DetailType": "Scheduled Event",
            **facts,
            "Detail": delivery.payload,
        }
        event = event_of_entry(service, entry) | {
            "id": derived_uuid(f"{delivery.event_id} {delivery.target_key}")
        }
    route_events(service, [(bus_arn(service, delivery.target), event)])
    return str(event["id"])

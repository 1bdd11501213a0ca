"""PutEvents to a bus that does not exist: EventBridge accepts and drops the event; moto refuses it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sfn_cli.uuids import random_uuid

PUT_EVENTS = "AWSEvents.PutEvents"
"""The X-Amz-Target of these requests."""


@cache
def accept_events_for_missing_buses() -> None:
    """Patches moto's EventBridge in this process. It is imported late, because that is slow."""
    from moto.events.models import EventsBackend

    put_events = EventsBackend.put_events

    def put_events_for_any_bus(backend: Any, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        buses = (str(event.get("EventBusName") or "default").rpartition("/")[2] for event in events)
        has_bus = [bus in backend.event_buses for bus in buses]
        results = iter(
            put_events(backend, [event for event, found in zip(events, has_bus, strict=True) if found])
        )
        return [next(results) if found else {"EventId": random_uuid()} for found in has_bus]

    setattr(EventsBackend, "put_events", put_events_for_any_bus)  # noqa: B010 (mypy refuses the assignment)

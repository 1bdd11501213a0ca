"""PutEvents as EventBridge answers it, where moto refuses the whole request.

EventBridge accepts every event. It drops those for a bus that does not exist, and an event for a
target that cannot be reached does not affect other targets. moto reaches queues, log groups and other
buses, and fails for a target of another kind, such as a function.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
"""

from __future__ import annotations

import copy
import sys
from functools import cache
from typing import Any

from sfn_cli.uuids import random_uuid

PUT_EVENTS = "AWSEvents.PutEvents"
"""The X-Amz-Target of these requests."""


@cache
def accept_all_events() -> None:
    """Changes moto's EventBridge in this process. Importing it takes a while: only PutEvents needs it."""
    from moto.events.models import EventsBackend, Rule

    put_events, send_to_targets = EventsBackend.put_events, Rule.send_to_targets

    def put_events_for_any_bus(backend: Any, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        buses = (str(event.get("EventBusName") or "default").rpartition("/")[2] for event in events)
        has_bus = [bus in backend.event_buses for bus in buses]
        results = iter(
            put_events(backend, [event for event, found in zip(events, has_bus, strict=True) if found])
        )
        return [next(results) if found else {"EventId": random_uuid()} for found in has_bus]

    def send_to_each_target(rule: Any, *arguments: Any, **options: Any) -> None:
        for target in rule.targets:
            of_target = copy.copy(rule)
            of_target.targets = [target]
            try:
                send_to_targets(of_target, *arguments, **options)
            except Exception as error:
                # To aws.log.
                why = (
                    "the local services (moto) send events to queues, log groups and other buses only"
                    if isinstance(error, NotImplementedError)
                    else repr(error)
                )
                print(
                    f"Rule {rule.name}: no event sent to {target['Arn']}: {why}", file=sys.stderr, flush=True
                )

    setattr(EventsBackend, "put_events", put_events_for_any_bus)  # noqa: B010 (mypy refuses the assignment)
    setattr(Rule, "send_to_targets", send_to_each_target)  # noqa: B010

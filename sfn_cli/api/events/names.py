"""The names and ARNs of EventBridge, and the errors for what does not exist.

Every account is the local one: an event bus that is named by an ARN of another account is the bus of
this name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.errors import ApiError
from sfn_cli.store.records.events.rules import BUS, EventItem

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.events.rules import EventRule

DEFAULT_BUS = "default"


def events_arn(service: Service, resource: str) -> str:
    """Returns an ARN of EventBridge in this account and region."""
    return f"arn:aws:events:{service.settings.region}:{service.settings.account_id}:{resource}"


def bus_name(name_or_arn: str | None) -> str:
    """Returns the name of an event bus, given its name or its ARN; without one, the default bus."""
    return (name_or_arn or DEFAULT_BUS).rpartition("event-bus/")[2]


def bus_arn(service: Service, name_or_arn: str | None) -> str:
    return events_arn(service, f"event-bus/{bus_name(name_or_arn)}")


def rule_arn(of_bus: str, name: str) -> str:
    """Returns the ARN of a rule of the bus with this ARN."""
    bus = bus_name(of_bus)
    stem = of_bus.rpartition(":")[0]
    return f"{stem}:rule/{name}" if bus == DEFAULT_BUS else f"{stem}:rule/{bus}/{name}"


def is_rule_arn(text: str) -> bool:
    parsed = arn.parse_arn(text)
    return parsed is not None and parsed.service == "events" and parsed.resource.startswith("rule/")


def existing_bus(service: Service, name_or_arn: str | None) -> EventItem | None:
    """Returns an event bus; None for an unchanged default bus, which always exists.

    Raises ApiError ResourceNotFoundException.
    """
    found = service.event_items.find(BUS, bus_arn(service, name_or_arn))
    name = bus_name(name_or_arn)
    if found is None and name != DEFAULT_BUS:
        raise ApiError("ResourceNotFoundException", f"Event bus {name} does not exist.")
    return found


def default_bus(service: Service) -> EventItem:
    """Returns the default bus as it is before it is changed."""
    arn = bus_arn(service, None)
    return EventItem(BUS, arn, arn, DEFAULT_BUS, {}, {}, 0, 0)


def ensure_default_bus(service: Service) -> None:
    """Stores the default bus, so that it can have tags, a policy and a description."""
    service.event_items.create(default_bus(service))


def existing_rule(service: Service, name: str, bus: str | None) -> EventRule:
    """Returns a rule. Raises ApiError ResourceNotFoundException."""
    existing_bus(service, bus)
    rule = service.event_rules.find(rule_arn(bus_arn(service, bus), name))
    if rule is None:
        raise no_such_rule(name, bus)
    return rule


def no_such_rule(name: str, bus: str | None) -> ApiError:
    return ApiError("ResourceNotFoundException", f"Rule {name} does not exist on EventBus {bus_name(bus)}.")

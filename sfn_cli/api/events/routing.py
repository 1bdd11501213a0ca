"""From an event to deliveries: the rules of its bus whose patterns match, and their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.events.archives import archive_events
from sfn_cli.asl.timestamp import format_timestamp_seconds
from sfn_cli.query.event_pattern import EventPatternError, event_pattern
from sfn_cli.query.input_transformer import RuleFacts, target_input
from sfn_cli.store.records.events.deliveries import NewDelivery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.events.rules import EventRule

_PAYLOAD_MEMBERS = ("Id", "Arn", "Input", "InputPath", "InputTransformer")
"""The members of a target that are used up when its delivery is stored."""


def route_events(service: Service, events: Sequence[tuple[str, Mapping[str, Json]]]) -> None:
    """Stores the deliveries of events, each with the ARN of its bus, and adds them to archives.

    When it returns, no event can be lost. An event that is routed again causes nothing new.
    """
    at = service.clock()
    deliveries = [
        delivery for of_bus, event in events for delivery in deliveries_of_event(service, of_bus, event, at)
    ]
    archive_events(service, events)
    service.deliveries.add(deliveries, at)


def deliveries_of_event(
    service: Service, of_bus: str, event: Mapping[str, Json], at: int
) -> Iterator[NewDelivery]:
    """Yields the deliveries of an event to the targets of all rules of a bus that match it."""
    for rule in service.event_rules.matching_candidates(of_bus):
        if rule_matches(rule, event):
            yield from deliveries_of_rule(rule, event, at)


def deliveries_of_rule(
    rule: EventRule, event: Mapping[str, Json], at: int, *, event_id: str | None = None
) -> Iterator[NewDelivery]:
    """Yields a delivery of the event to each target of the rule.

    `event_id`, if it is not the event's own, distinguishes the deliveries of a replay.
    """
    facts = RuleFacts(rule.arn, rule.name, format_timestamp_seconds(at))
    for target in rule.targets:
        options = {name: value for name, value in target.items() if name not in _PAYLOAD_MEMBERS}
        yield NewDelivery(
            event_id=event_id or event["id"],
            source=f"rule/{rule.bus_name}/{rule.name}",
            target=target["Arn"],
            target_key=target["Id"],
            payload=target_input(target, event, facts),
            options={**options, "RuleArn": rule.arn},
        )


def rule_matches(rule: EventRule, event: Mapping[str, Json]) -> bool:
    """Whether a rule's pattern matches an event."""
    try:
        return rule.pattern is not None and event_pattern(rule.pattern).matches(event)
    except EventPatternError:
        return False  # stored by a version of sfn that accepted it

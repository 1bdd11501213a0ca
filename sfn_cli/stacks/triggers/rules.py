"""Rules of event buses and schedules, as triggers: their event is sent to their targets only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.api.events.firing import deliveries_at, schedule_delivery
from sfn_cli.api.events.names import bus_arn
from sfn_cli.api.events.routing import deliveries_of_rule, rule_matches
from sfn_cli.asl.timestamp import format_timestamp_seconds
from sfn_cli.jsonvalue import Json, loads
from sfn_cli.query.event_pattern.sample import sample_event_values
from sfn_cli.stacks.triggers.trigger import Fired, Trigger, TriggerError
from sfn_cli.store.records.events.rules import BUS
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.triggers.trigger import Firing
    from sfn_cli.store.records.events.rules import EventRule, Schedule

_PAGE = 100
_DEFAULT_BUS = "default"
_ENVELOPE = ("detail", "source", "detail-type")
"""An event with one of these members is a whole event; any other is the detail of one."""


def rule_triggers(service: Service) -> Iterator[Trigger]:
    """Yields the rules of all buses, enabled or not."""
    buses = [bus.name for bus in service.event_items.page(BUS, "", "", 10_000)]
    for bus in dict.fromkeys([_DEFAULT_BUS, *buses]):
        after = ""
        while page := service.event_rules.page(bus_arn(service, bus), "", after, _PAGE):
            for rule in page:
                names = (rule.name,) if bus == _DEFAULT_BUS else (f"{bus}/{rule.name}", rule.name)
                detail = rule.schedule or rule.pattern or ""
                yield Trigger("rule", (*names, rule.arn), detail, partial(_fire_rule, rule))
            after = page[-1].name


def schedule_triggers(service: Service) -> Iterator[Trigger]:
    """Yields the schedules of EventBridge Scheduler."""
    after = ""
    while page := service.schedules.page(None, "", after, _PAGE):
        for schedule in page:
            whole = f"{schedule.group_name}/{schedule.name}"
            names = (schedule.name, whole) if schedule.group_name == "default" else (whole, schedule.name)
            yield Trigger(
                "schedule", (*names, schedule.arn), schedule.expression, partial(_fire_schedule, schedule)
            )
        after = f"{page[-1].group_name}/{page[-1].name}"


def _fire_rule(rule: EventRule, firing: Firing) -> Fired:
    if not rule.targets:
        raise TriggerError(f"The rule {rule.name} has no targets.")
    now, id = firing.service.clock(), random_uuid()
    if rule.pattern is None and firing.event is None:
        firing.service.deliveries.add(deliveries_at(rule, now, event_id=id), now)
        return Fired(f"sent a scheduled event to the targets of the rule {rule.name}", id)
    event = _event_for(rule, firing, id)
    if rule.pattern is not None and not rule_matches(rule, event):
        how = (
            "No example could be made for its pattern" if firing.event is None else "The event does not match"
        )
        raise TriggerError(f"{how}: {rule.pattern}. Pass one that does with --event.")
    firing.service.deliveries.add(list(deliveries_of_rule(rule, event, now)), now)
    return Fired(f"sent an event to the targets of the rule {rule.name}", id)


def _event_for(rule: EventRule, firing: Firing, id: str) -> dict[str, Json]:
    """Returns the event that the user gives, completed, or an example of what the pattern matches."""
    sample = {} if rule.pattern is None else sample_event_values(loads(rule.pattern))
    given = _given_object(firing.event)
    if given is not None:
        sample.pop("detail", None)
        if not any(name in given for name in _ENVELOPE):
            given = {"detail": given}
    settings = firing.service.settings
    event: dict[str, Json] = {
        "version": "0",
        "id": id,
        "detail-type": "Example",
        "source": "example",
        "account": settings.account_id,
        "time": format_timestamp_seconds(firing.service.clock()),
        "region": settings.region,
        "resources": [],
        "detail": {},
    }
    return {**event, **sample, **(given or {}), "id": id}


def _given_object(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        given = loads(text)
    except (RecursionError, ValueError) as error:
        raise TriggerError(f"The event is not JSON: {error}") from error
    given = _from_put_events(given)
    if not isinstance(given, dict):
        raise TriggerError("The event must be a JSON object.")
    return given


def _from_put_events(given: Any) -> Any:
    """Returns the event of an entry of PutEvents: what files for `put-events --entries` contain."""
    if isinstance(given, dict) and isinstance(given.get("Entries"), list):
        given = given["Entries"]
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, dict) or not isinstance(given.get("Detail"), str):
        return given
    try:
        event = {"detail": loads(given["Detail"])}
    except (RecursionError, ValueError) as error:
        raise TriggerError(f"The entry's Detail is not JSON: {error}") from error
    names = {"Source": "source", "DetailType": "detail-type", "Resources": "resources"}
    return {**event, **{name: given[member] for member, name in names.items() if member in given}}


def _fire_schedule(schedule: Schedule, firing: Firing) -> Fired:
    now, id = firing.service.clock(), random_uuid()
    delivery = schedule_delivery(schedule, now, event_id=id)
    if firing.event is not None:
        delivery = delivery._replace(payload=firing.event)
    firing.service.deliveries.add([delivery], now)
    return Fired(f"sent the input of the schedule {schedule.name} to {delivery.target}", id)

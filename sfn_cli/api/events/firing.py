"""The events of schedules: what a rule with a schedule, or a schedule of Scheduler, sends at a time.

Their ids are derived from the time, so that a schedule sends one event at each of its times, whichever
worker is first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.api.events.routing import deliveries_of_rule
from sfn_cli.asl.timestamp import format_timestamp_seconds
from sfn_cli.jsonvalue import Json, dumps
from sfn_cli.store.records.events.deliveries import NewDelivery
from sfn_cli.uuids import derived_uuid

if TYPE_CHECKING:
    from sfn_cli.store.records.events.rules import EventRule, Schedule

_TARGET_MEMBERS = ("Arn", "Input")
_DETAIL_TYPE = "Scheduled Event"


def deliveries_at(rule: EventRule, at: int, *, event_id: str | None = None) -> list[NewDelivery]:
    """Returns the deliveries of a rule's event of the time `at`, in milliseconds since 1970."""
    event = _scheduled_event("aws.events", rule.arn, at, {}, event_id)
    return list(deliveries_of_rule(rule, event, at))


def schedule_delivery(schedule: Schedule, at: int, *, event_id: str | None = None) -> NewDelivery:
    """Returns the delivery of a schedule's event of the time `at`."""
    target = schedule.details["Target"]
    event = _scheduled_event("aws.scheduler", schedule.arn, at, "{}", event_id)
    options = {name: value for name, value in target.items() if name not in _TARGET_MEMBERS}
    if sqs := options.get("SqsParameters"):
        options["MessageGroupId"] = sqs.get("MessageGroupId")
    return NewDelivery(
        event_id=event["id"],
        source=f"schedule/{schedule.group_name}/{schedule.name}",
        target=target["Arn"],
        target_key=target["Arn"],
        payload=_schedule_input(target.get("Input"), event),
        options={**options, "ScheduleArn": schedule.arn},
    )


def _scheduled_event(
    source: str, of_arn: str, at: int, detail: Json, event_id: str | None
) -> dict[str, Json]:
    parsed = arn.parse_arn(of_arn)
    assert parsed is not None
    return {
        "version": "0",
        "id": event_id or derived_uuid(f"{of_arn} {at}"),
        "detail-type": _DETAIL_TYPE,
        "source": source,
        "account": parsed.account,
        "time": format_timestamp_seconds(at),
        "region": parsed.region,
        "resources": [of_arn],
        "detail": detail,
    }


def _schedule_input(text: str | None, event: dict[str, Json]) -> str:
    """Returns the target's Input with its context attributes filled in; by default, the event."""
    if text is None:
        return dumps(event)
    attributes = {
        "<aws.scheduler.schedule-arn>": event["resources"][0],
        "<aws.scheduler.scheduled-time>": event["time"],
        "<aws.scheduler.execution-id>": event["id"],
        "<aws.scheduler.attempt-number>": "1",
    }
    for name, value in attributes.items():
        text = text.replace(name, value)
    return text

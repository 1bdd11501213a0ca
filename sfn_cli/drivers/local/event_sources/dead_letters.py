"""Dead letters: what the queue of DeadLetterConfig receives for an event that was not delivered.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.store.records.events.deliveries import NewDelivery

if TYPE_CHECKING:
    from sfn_cli.integrations.targets.target import TargetError
    from sfn_cli.store.records.events.deliveries import Delivery

SOURCE = "dead-letter/"
"""Begins the source of a delivery of a dead letter; the source of the event follows."""


def dead_letter(delivery: Delivery, error: TargetError, exhausted: str | None) -> NewDelivery | None:
    """Returns the delivery of a dead letter, if a queue takes them; `exhausted` is the limit reached."""
    configured: Any = delivery.options.get("DeadLetterConfig") or {}
    queue = configured.get("Arn") if isinstance(configured, dict) else None
    if not isinstance(queue, str) or delivery.source.startswith(SOURCE):
        return None
    facts: dict[str, object] = {
        "ERROR_CODE": error.code,
        "ERROR_MESSAGE": error.message,
        "RETRY_ATTEMPTS": str(delivery.tries),
        "TARGET_ARN": delivery.target,
        "RULE_ARN": delivery.options.get("RuleArn"),
        "SCHEDULE_ARN": delivery.options.get("ScheduleArn"),
        "EXHAUSTED_RETRY_CONDITION": exhausted,
    }
    attributes = {
        name: {"DataType": "String", "StringValue": str(value)[:1024]}
        for name, value in facts.items()
        if value
    }
    return NewDelivery(
        event_id=delivery.event_id,
        source=f"{SOURCE}{delivery.source}",
        target=queue,
        target_key=delivery.target_key,
        payload=delivery.payload,
        options={"MessageAttributes": attributes},
    )

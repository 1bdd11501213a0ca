"""The events of functions and machines, as rules and event source mappings; a note names all others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.serverless.api_events import API_EVENTS
from sfn_cli.stacks.readers.serverless.implied_resources import (
    implied_bucket_logical_id,
    implied_bucket_name,
    implied_topic_logical_id,
    implied_topic_name,
)
from sfn_cli.stacks.readers.serverless.naming import normalized_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def event_resources(
    key: str, events: Any, target: Mapping[str, Any], function: Mapping[str, Any] | None, notes: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the resources for the `events` of a function or a machine, by logical id.

    `target` is the ARN of the function or machine; `function` names it if it is a function.
    """
    left_out: dict[str, None] = {}
    for number, event in enumerate(events if isinstance(events, list) else [], 1):
        kind, settings = next(iter(event.items())) if isinstance(event, dict) and event else (str(event), {})
        name = normalized_name(key)
        if kind in API_EVENTS and not (kind == "httpApi" and function is None):
            continue  # they are parts of the service's API
        if kind == "schedule":
            yield f"{name}EventsRuleSchedule{number}", _schedule_rule(settings, target)
        elif kind in {"eventBridge", "cloudwatchEvent"}:
            yield f"{name}EventBridgeRule{number}", _event_rule(settings, target)
        elif kind in {"sqs", "stream", "msk", "kafka"} and function is not None:
            yield f"{name}EventSourceMapping{kind.upper()}{number}", _source_mapping(settings, function)
        elif kind == "sns" and (topic := _event_topic(settings)) is not None:
            yield f"{name}SnsSubscription{number}", _subscription(topic, target)
        elif kind == "s3" and function is not None:
            yield f"{name}S3Notification{number}", _bucket_notification(settings, target)
        else:
            left_out[kind] = None
    if left_out:
        notes.append(f"{key}: unsupported events are left out: {', '.join(left_out)}.")


def _rule(properties: Mapping[str, Any], target: Mapping[str, Any], settings: Any) -> dict[str, Any]:
    given = settings if isinstance(settings, dict) else {}
    text = given.get("input")
    rule_target = {
        "Id": "target0",
        "Arn": target,
        "Input": json.dumps(text) if isinstance(text, dict | list) else text,
        "InputPath": given.get("inputPath"),
    }
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            **{name: value for name, value in properties.items() if value is not None},
            "State": "DISABLED" if given.get("enabled") is False else "ENABLED",
            "Targets": [{name: value for name, value in rule_target.items() if value is not None}],
        },
    }


def _schedule_rule(settings: Any, target: Mapping[str, Any]) -> dict[str, Any]:
    given = settings if isinstance(settings, dict) else {"rate": settings}
    rate = given.get("rate")
    properties = {
        "ScheduleExpression": rate[0] if isinstance(rate, list) and rate else rate,
        "Name": given.get("name"),
        "Description": given.get("description"),
    }
    return _rule(properties, target, settings)


def _event_rule(settings: Any, target: Mapping[str, Any]) -> dict[str, Any]:
    given = settings if isinstance(settings, dict) else {}
    properties = {
        "EventPattern": given.get("pattern") or given.get("event"),
        "EventBusName": given.get("eventBus") or given.get("eventBusName"),
        "ScheduleExpression": given.get("schedule"),
        "Name": given.get("name"),
        "Description": given.get("description"),
    }
    return _rule(properties, target, settings)


def _source_mapping(settings: Any, function: Mapping[str, Any]) -> dict[str, Any]:
    given = settings if isinstance(settings, dict) else {"arn": settings}
    properties = {
        "EventSourceArn": given.get("arn"),
        "FunctionName": function,
        "BatchSize": given.get("batchSize"),
        "StartingPosition": given.get("startingPosition"),
        "Enabled": given.get("enabled"),
    }
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {name: value for name, value in properties.items() if value is not None},
    }


def _event_topic(settings: Any) -> Any:
    """Returns the ARN of the topic of an `sns` event; None if it cannot be determined."""
    name = implied_topic_name(settings)
    if name is not None:
        return {"Ref": implied_topic_logical_id(name)}
    return settings.get("arn") if isinstance(settings, dict) else settings


def _subscription(topic: Any, target: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"TopicArn": topic, "Protocol": "lambda", "Endpoint": target},
    }


def _bucket_notification(settings: Any, target: Mapping[str, Any]) -> dict[str, Any]:
    given = settings if isinstance(settings, dict) else {"bucket": settings}
    implied = implied_bucket_name(settings)
    rules = [
        {"Name": name, "Value": value}
        for rule in given.get("rules") or []
        if isinstance(rule, dict)
        for name, value in rule.items()
    ]
    notification = {
        "Event": given.get("event") or "s3:ObjectCreated:*",
        "Function": target,
        **({"Filter": {"S3Key": {"Rules": rules}}} if rules else {}),
    }
    return {
        "Type": "Terraform::S3::BucketNotification",
        "Properties": {
            "Bucket": {"Ref": implied_bucket_logical_id(implied)} if implied else given.get("bucket"),
            "NotificationConfiguration": {"LambdaConfigurations": [notification]},
        },
    }

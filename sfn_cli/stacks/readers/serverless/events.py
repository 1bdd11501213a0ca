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


_SCHEDULER_ROLE = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/scheduler"}
"""The role of a schedule without `roleArn`: nothing is refused because of it."""

_MAPPING_MEMBERS = {
    "batchSize": "BatchSize",
    "batchWindow": "MaximumBatchingWindowInSeconds",
    "bisectBatchOnFunctionError": "BisectBatchOnFunctionError",
    "enabled": "Enabled",
    "maximumBatchingWindow": "MaximumBatchingWindowInSeconds",
    "maximumRecordAgeInSeconds": "MaximumRecordAgeInSeconds",
    "maximumRetryAttempts": "MaximumRetryAttempts",
    "parallelizationFactor": "ParallelizationFactor",
    "startingPosition": "StartingPosition",
    "startingPositionTimestamp": "StartingPositionTimestamp",
    "tumblingWindowInSeconds": "TumblingWindowInSeconds",
}
"""Members of sqs and stream events → properties of a mapping."""


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
            yield from _schedule_rules(f"{name}EventsRuleSchedule{number}", settings, target)
        elif kind in {"eventBridge", "cloudwatchEvent"}:
            yield f"{name}EventBridgeRule{number}", _event_rule(settings, target)
        elif kind in {"sqs", "stream", "msk", "kafka"} and function is not None:
            yield f"{name}EventSourceMapping{kind.upper()}{number}", _source_mapping(kind, settings, function)
        elif kind == "sns" and (topic := _event_topic(settings)) is not None:
            yield f"{name}SnsSubscription{number}", _subscription(topic, settings, target)
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
        "InputTransformer": _capitalised(given.get("inputTransformer")),
        "RetryPolicy": _retry_policy(given.get("retryPolicy")),
        "DeadLetterConfig": {"Arn": letters} if (letters := given.get("deadLetterQueueArn")) else None,
    }
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            **{name: value for name, value in properties.items() if value is not None},
            "State": "DISABLED" if given.get("enabled") is False else "ENABLED",
            "Targets": [{name: value for name, value in rule_target.items() if value is not None}],
        },
    }


def _capitalised(members: Any) -> Any:
    """Returns members with the names that CloudFormation has for them."""
    if not isinstance(members, dict):
        return members
    return {str(name)[:1].upper() + str(name)[1:]: value for name, value in members.items()}


def _retry_policy(given: Any) -> Any:
    policy = _capitalised(given)
    if isinstance(policy, dict) and "MaximumEventAge" in policy:
        policy["MaximumEventAgeInSeconds"] = policy.pop("MaximumEventAge")
    return policy


def _schedule_rules(
    logical_id: str, settings: Any, target: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields a rule for each of the rates, or a schedule with `method: scheduler`."""
    given = settings if isinstance(settings, dict) else {"rate": settings}
    rates = given.get("rate")
    for number, rate in enumerate(rates if isinstance(rates, list) else [rates], 1):
        properties = {
            "ScheduleExpression": rate,
            "Name": given.get("name"),
            "Description": given.get("description"),
        }
        row = _schedule if given.get("method") == "scheduler" else _rule
        yield logical_id if number == 1 else f"{logical_id}Rate{number}", row(properties, target, given)


def _schedule(properties: Mapping[str, Any], target: Mapping[str, Any], given: Any) -> dict[str, Any]:
    rule = _rule(properties, target, given)["Properties"]
    (rule_target,) = rule.pop("Targets")
    called = {"Arn": target, "RoleArn": given.get("roleArn") or _SCHEDULER_ROLE}
    if "Input" in rule_target:
        called["Input"] = rule_target["Input"]
    zone = {"ScheduleExpressionTimezone": given["timezone"]} if given.get("timezone") else {}
    return {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {**rule, **zone, "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": called},
    }


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


def _source_mapping(kind: str, settings: Any, function: Mapping[str, Any]) -> dict[str, Any]:
    given = settings if isinstance(settings, dict) else {"arn": settings}
    types = given.get("functionResponseType")
    patterns = given.get("filterPatterns")
    concurrency = given.get("maximumConcurrency")
    properties = {
        "EventSourceArn": given.get("arn"),
        "FunctionName": function,
        **{name: given[member] for member, name in _MAPPING_MEMBERS.items() if member in given},
        "FunctionResponseTypes": [types] if isinstance(types, str) else types,
        "FilterCriteria": _filter_criteria(patterns) if isinstance(patterns, list) else None,
        "ScalingConfig": {"MaximumConcurrency": concurrency} if concurrency is not None else None,
    }
    if kind == "stream":
        properties["StartingPosition"] = given.get("startingPosition") or "TRIM_HORIZON"
        properties["DestinationConfig"] = _failure_destination(given.get("destinations"))
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {name: value for name, value in properties.items() if value is not None},
    }


def _filter_criteria(patterns: list[Any]) -> dict[str, Any]:
    return {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]}


def _failure_destination(destinations: Any) -> dict[str, Any] | None:
    failure = destinations.get("onFailure") if isinstance(destinations, dict) else None
    if isinstance(failure, dict) and "arn" in failure:
        failure = failure["arn"]
    return None if failure is None else {"OnFailure": {"Destination": failure}}


def _event_topic(settings: Any) -> Any:
    """Returns the ARN of the topic of an `sns` event; None if it cannot be determined."""
    name = implied_topic_name(settings)
    if name is not None:
        return {"Ref": implied_topic_logical_id(name)}
    return settings.get("arn") if isinstance(settings, dict) else settings


def _subscription(topic: Any, settings: Any, target: Mapping[str, Any]) -> dict[str, Any]:
    given = settings if isinstance(settings, dict) else {}
    filters = {"FilterPolicy": given.get("filterPolicy"), "FilterPolicyScope": given.get("filterPolicyScope")}
    return {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": topic,
            "Protocol": "lambda",
            "Endpoint": target,
            **{name: value for name, value in filters.items() if value is not None},
        },
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

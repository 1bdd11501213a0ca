"""Topics, queues, buses, rules, schedules and connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.resources.arguments import block
from sfn_cli.stacks.readers.terraform.resources.kind import ResourceKind
from sfn_cli.stacks.readers.terraform.resources.names import (
    filled_block,
    json_value,
    renamed,
    tags,
)

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments
    from sfn_cli.stacks.readers.terraform.resources.kind import ResourceContext


def _topic(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {
        **renamed(arguments, "display_name", "fifo_topic", "content_based_deduplication", name="TopicName"),
        "Tags": tags(arguments),
    }


def _subscription(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {
        **renamed(
            arguments, "topic_arn", "protocol", "endpoint", "raw_message_delivery", "filter_policy_scope"
        ),
        "FilterPolicy": json_value(arguments, "filter_policy"),
    }


def _queue(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {
        **renamed(
            arguments,
            "delay_seconds",
            "fifo_queue",
            "content_based_deduplication",
            name="QueueName",
            visibility_timeout_seconds="VisibilityTimeout",
            message_retention_seconds="MessageRetentionPeriod",
            max_message_size="MaximumMessageSize",
            receive_wait_time_seconds="ReceiveMessageWaitTimeSeconds",
        ),
        "RedrivePolicy": json_value(arguments, "redrive_policy"),
        "Tags": tags(arguments),
    }


def _event_bus(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {"Name": arguments.get("name")}


def _rule(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    state = arguments.get("state")
    if state is None and arguments.get("is_enabled") is not None:
        state = "ENABLED" if arguments.get("is_enabled") else "DISABLED"
    return {
        **renamed(arguments, "name", "description", "schedule_expression", "event_bus_name"),
        "EventPattern": json_value(arguments, "event_pattern"),
        "State": state,
        "Targets": [
            _rule_target(target, number)
            for number, target in enumerate(context.related("aws_cloudwatch_event_target"))
        ],
    }


def _rule_target(target: ResourceArguments, number: int) -> dict[str, Any]:
    transformer = block(target, "input_transformer")
    return {
        **renamed(target, "arn", "role_arn", "input", "input_path"),
        "Id": target.get("target_id") or f"target{number}",
        "InputTransformer": filled_block(renamed(transformer, "input_template", input_paths="InputPathsMap")),
        "DeadLetterConfig": filled_block(renamed(block(target, "dead_letter_config"), "arn")),
        "RetryPolicy": _retry_policy(target),
        "SqsParameters": filled_block(renamed(block(target, "sqs_target"), "message_group_id")),
        "KinesisParameters": filled_block(renamed(block(target, "kinesis_target"), "partition_key_path")),
        "HttpParameters": filled_block(
            renamed(
                block(target, "http_target"),
                "header_parameters",
                "path_parameter_values",
                "query_string_parameters",
            )
        ),
    }


def _retry_policy(target: ResourceArguments) -> dict[str, Any] | None:
    policy = block(target, "retry_policy")
    return filled_block(renamed(policy, "maximum_event_age_in_seconds", "maximum_retry_attempts"))


def _connection(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    auth = block(arguments, "auth_parameters")
    key, basic, oauth = block(auth, "api_key"), block(auth, "basic"), block(auth, "oauth")
    return {
        **renamed(arguments, "name", "description", "authorization_type"),
        "AuthParameters": {
            "ApiKeyAuthParameters": filled_block(renamed(key, key="ApiKeyName", value="ApiKeyValue")),
            "BasicAuthParameters": filled_block(renamed(basic, "username", "password")),
            "OAuthParameters": _oauth_parameters(oauth),
            "InvocationHttpParameters": _http_parameters(block(auth, "invocation_http_parameters")),
        },
    }


def _oauth_parameters(oauth: ResourceArguments) -> dict[str, Any] | None:
    client = block(oauth, "client_parameters")
    return filled_block(
        {
            **renamed(oauth, "authorization_endpoint", "http_method"),
            "ClientParameters": filled_block(
                renamed(client, client_id="ClientID", client_secret="ClientSecret")
            ),
            "OAuthHttpParameters": _http_parameters(block(oauth, "oauth_http_parameters")),
        }
    )


def _http_parameters(parameters: ResourceArguments) -> dict[str, Any] | None:
    found = {}
    for name, property in (
        ("body", "BodyParameters"),
        ("header", "HeaderParameters"),
        ("query_string", "QueryStringParameters"),
    ):
        items = [renamed(each, "key", "value", "is_value_secret") for each in parameters.blocks(name)]
        found[property] = items or None
    return filled_block(found)


def _api_destination(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return renamed(
        arguments,
        "name",
        "description",
        "connection_arn",
        "http_method",
        "invocation_endpoint",
        "invocation_rate_limit_per_second",
    )


def _schedule(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    target = block(arguments, "target")
    window = block(arguments, "flexible_time_window")
    return {
        **renamed(
            arguments,
            "name",
            "group_name",
            "description",
            "schedule_expression",
            "schedule_expression_timezone",
            "state",
            "start_date",
            "end_date",
        ),
        "FlexibleTimeWindow": filled_block(renamed(window, "mode", "maximum_window_in_minutes")),
        "Target": {
            **renamed(target, "arn", "role_arn", "input"),
            "RetryPolicy": _retry_policy(target),
            "DeadLetterConfig": filled_block(renamed(block(target, "dead_letter_config"), "arn")),
            "SqsParameters": filled_block(renamed(block(target, "sqs_parameters"), "message_group_id")),
            "KinesisParameters": filled_block(renamed(block(target, "kinesis_parameters"), "partition_key")),
            "EventBridgeParameters": filled_block(
                renamed(block(target, "eventbridge_parameters"), "detail_type", "source")
            ),
        },
    }


def _archive(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {
        **renamed(
            arguments, "description", "retention_days", name="ArchiveName", event_source_arn="SourceArn"
        ),
        "EventPattern": json_value(arguments, "event_pattern"),
    }


def _schedule_group(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {"Name": arguments.get("name"), "Tags": tags(arguments)}


_NAMED = {"arn": "{Arn}", "id": "{Ref}", "name": "{Ref}"}

MESSAGING_KINDS: dict[str, ResourceKind] = {
    "aws_sns_topic": ResourceKind(
        "AWS::SNS::Topic", _topic, {"arn": "{Ref}", "id": "{Ref}", "name": "{TopicName}"}
    ),
    "aws_sns_topic_subscription": ResourceKind(
        "AWS::SNS::Subscription", _subscription, {"arn": "{Ref}", "id": "{Ref}"}, name=None
    ),
    "aws_sqs_queue": ResourceKind(
        "AWS::SQS::Queue",
        _queue,
        {"arn": "{Arn}", "id": "{Ref}", "url": "{Ref}", "name": "{QueueName}"},
    ),
    "aws_cloudwatch_event_bus": ResourceKind("AWS::Events::EventBus", _event_bus, _NAMED),
    "aws_cloudwatch_event_rule": ResourceKind("AWS::Events::Rule", _rule, _NAMED),
    "aws_cloudwatch_event_connection": ResourceKind(
        "AWS::Events::Connection", _connection, {**_NAMED, "secret_arn": "{SecretArn}"}
    ),
    "aws_cloudwatch_event_api_destination": ResourceKind(
        "AWS::Events::ApiDestination", _api_destination, _NAMED
    ),
    "aws_cloudwatch_event_archive": ResourceKind("AWS::Events::Archive", _archive, _NAMED),
    "aws_scheduler_schedule": ResourceKind("AWS::Scheduler::Schedule", _schedule, _NAMED),
    "aws_scheduler_schedule_group": ResourceKind("AWS::Scheduler::ScheduleGroup", _schedule_group, _NAMED),
}

"""The NotificationConfiguration of an S3 bucket, as its operation takes it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-notificationconfiguration.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.properties import is_true, property_object, property_objects

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {
    "LambdaConfigurations": ("LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
    "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
    "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
}
"""A template's list → the operation's list, and the name of the target in both."""

NOTIFICATION_LISTS = tuple(operation_name for operation_name, _, _ in _KINDS.values())
"""The operation's lists of notifications."""


def bucket_notifications(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the request's NotificationConfiguration; empty if there are no notifications."""
    given = property_object(properties, "NotificationConfiguration")
    found: dict[str, Any] = {}
    for name, (operation_name, target, target_arn) in _KINDS.items():
        if configurations := property_objects(given, name):
            found[operation_name] = [
                _bucket_notification(name, number, one, target, target_arn)
                for number, one in enumerate(configurations, 1)
            ]
    bridge = given.get("EventBridgeConfiguration")
    # Without EventBridgeEnabled, the configuration itself enables it.
    if isinstance(bridge, dict) and is_true(bridge.get("EventBridgeEnabled", True)):
        found["EventBridgeConfiguration"] = {}
    return found


def _bucket_notification(
    kind: str, number: int, given: Mapping[str, Any], target: str, target_arn: str
) -> dict[str, Any]:
    found: dict[str, Any] = {
        # The same for each deploy: it is part of the events.
        "Id": f"{kind.removesuffix('Configurations').lower()}-{number}",
        target_arn: given.get(target),
        "Events": given.get("Events") or [given.get("Event")],
    }
    rules = property_objects(property_object(property_object(given, "Filter"), "S3Key"), "Rules")
    if rules:
        named = [{"Name": str(rule.get("Name")).lower(), "Value": rule.get("Value")} for rule in rules]
        found["Filter"] = {"Key": {"FilterRules": named}}
    return found

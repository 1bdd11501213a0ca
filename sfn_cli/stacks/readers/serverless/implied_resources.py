"""Resources that the framework creates for events; a service may refer to their logical ids.

https://www.serverless.com/framework/docs/providers/aws/guide/resources
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_APIS: dict[str, tuple[str, dict[str, Any]]] = {
    "http": ("ApiGatewayRestApi", {"Type": "AWS::ApiGateway::RestApi"}),
    "httpApi": ("HttpApi", {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}}),
    "websocket": (
        "WebsocketsApi",
        {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}},
    ),
}


def implied_resources(api_name: str, events: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the API, topics and buckets of the `events` of a function or a machine, by logical id.

    An event that names an existing topic or bucket, or its ARN, implies none.
    """
    for event in events if isinstance(events, list) else ():
        kind, settings = next(iter(event.items())) if isinstance(event, dict) and event else (event, None)
        if kind in _APIS:
            logical_id, resource = _APIS[kind]
            properties = {"Name": api_name, **resource.get("Properties", {})}
            yield logical_id, {**resource, "Properties": properties}
        elif kind == "sns" and (topic := implied_topic_name(settings)) is not None:
            yield (
                implied_topic_logical_id(topic),
                {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": topic}},
            )
        elif kind == "s3" and (bucket := implied_bucket_name(settings)) is not None:
            logical_id = implied_bucket_logical_id(bucket)
            yield logical_id, {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}


def implied_topic_name(settings: Any) -> str | None:
    """Returns the name of the topic that an `sns` event creates."""
    given = settings if isinstance(settings, dict) else {"topicName": settings}
    name = given.get("topicName")
    if given.get("arn") or not isinstance(name, str) or name.startswith("arn:"):
        return None
    return name


def implied_topic_logical_id(name: str) -> str:
    return f"SNSTopic{_alphanumeric_name(name)}"


def implied_bucket_logical_id(name: str) -> str:
    return f"S3Bucket{_alphanumeric_name(name)}"


def implied_bucket_name(settings: Any) -> str | None:
    """Returns the name of the bucket that an `s3` event creates."""
    given = settings if isinstance(settings, dict) else {"bucket": settings}
    name = given.get("bucket")
    return name if isinstance(name, str) and not given.get("existing") else None


def _alphanumeric_name(name: str) -> str:
    letters = re.sub(r"[^0-9A-Za-z]", "", name)
    return letters[:1].upper() + letters[1:]

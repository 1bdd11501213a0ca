"""S3 notifications, as deliveries to functions and event buses; queues and topics are moto's own.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus

from sfn_cli.integrations.aws.emulator.handover import handover_text, report_handover
from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.deliveries import DELIVERED, FAILED, NewDelivery
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.api.service import Service
    from sfn_cli.integrations.aws.emulator.handover import EventHandover


_REASONS = {
    "ObjectCreated:Put": "PutObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}
_DELETIONS = {
    "ObjectRemoved:Delete": "Permanently Deleted",
    "ObjectRemoved:DeleteMarkerCreated": "Delete Marker Created",
}

_sequence = itertools.count(time.time_ns())


class _ObjectEvent(NamedTuple):
    """One event of an object in moto's bucket. `name` has no "s3:"."""

    bucket: Any
    object: Any
    name: str
    id: str
    sequencer: str


def hand_over_buckets(handover: EventHandover) -> None:
    """Changes moto's S3 in this process."""
    from moto.s3 import notifications
    from moto.s3.models import S3Backend
    from moto.s3.responses import S3Response

    set_delete_marker = S3Backend._set_delete_marker
    read_configuration = S3Response._notification_config_from_body

    def send_event(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
        configuration = bucket.notification_configuration
        if configuration is None or key is None:
            return
        name = str(getattr(event_name, "value", event_name)).removeprefix("s3:")
        event = _ObjectEvent(bucket, key, name, random_uuid(), f"{next(_sequence):018X}")
        handover.add_deliveries(
            [
                _bucket_delivery(event, one, notification_text(event, one.id))
                for one in _matching(configuration.cloud_function, event)
            ]
        )
        for kind, send in (("queue", _send_to_queue), ("topic", _send_to_topic)):
            for one in _matching(getattr(configuration, kind), event):
                delivery = _bucket_delivery(event, one, notification_text(event, one.id))
                try:
                    send(account_id, one.arn, delivery.payload)
                except Exception as error:
                    text = handover_text(error)
                    report_handover(f"Bucket {bucket.name}: no notification sent to {one.arn}: {text}")
                    handover.record_delivery(delivery, FAILED, text)
                else:
                    handover.record_delivery(delivery, DELIVERED, None)
        if configuration.event_bridge is not None:
            bridge_event = _bridge_event(event, account_id)
            handover.run(lambda service: _put_on_bus(service, bridge_event))

    def mark_deleted(backend: Any, bucket_name: str, key_name: str) -> Any:
        marker = set_delete_marker(backend, bucket_name, key_name)
        created = notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT
        send_event(backend.account_id, created, backend.get_bucket(bucket_name), marker)
        return marker

    def read_any_case(response: Any) -> Any:
        """Reads a configuration whose filters are named "Prefix" and "Suffix", which S3 accepts too."""
        response.body = re.sub(
            rb"(?<=<Name>)(?:prefix|suffix)(?=</Name>)",
            lambda name: name[0].lower(),
            response.body if isinstance(response.body, bytes) else str(response.body).encode(),
            flags=re.IGNORECASE,
        )
        return read_configuration(response)

    setattr(S3Response, "_notification_config_from_body", read_any_case)  # noqa: B010
    setattr(notifications, "send_event", send_event)  # noqa: B010 (mypy refuses the assignment)
    setattr(S3Backend, "_set_delete_marker", mark_deleted)  # noqa: B010


def _matching(configurations: list[Any], event: _ObjectEvent) -> Iterator[Any]:
    """Yields the notifications for this event and key."""
    return (
        one
        for one in configurations
        if one._event_matches(f"s3:{event.name}") and _key_matches(one.filters, event.object.name)
    )


def _key_matches(filters: Any, key: str) -> bool:
    rules = ((filters or {}).get("S3Key") or {}).get("FilterRule") or []
    for rule in [rules] if isinstance(rules, dict) else rules:
        name, value = str(rule["Name"]).lower(), str(rule.get("Value") or "")
        if not (key.startswith(value) if name == "prefix" else key.endswith(value)):
            return False
    return True


def _bucket_delivery(event: _ObjectEvent, notification: Any, payload: str) -> NewDelivery:
    return NewDelivery(event.id, f"bucket/{event.bucket.name}", notification.arn, notification.id, payload)


def notification_text(event: _ObjectEvent, configuration_id: str) -> str:
    """Returns the message for a function, a queue or a topic."""
    bucket = event.bucket
    about: dict[str, Any] = {"key": quote_plus(event.object.name, safe="/")}
    if not event.name.startswith("ObjectRemoved:"):
        about |= {"size": event.object.size, "eTag": _etag(event.object)}
    if bucket.is_versioned:
        about["versionId"] = event.object.version_id
    owner = {"principalId": "AWS:SFN"}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": _bucket_time(),
        "eventName": event.name,
        "userIdentity": owner,
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": event.id[:16].upper(), "x-amz-id-2": event.id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {"name": bucket.name, "ownerIdentity": owner, "arn": bucket.arn},
            "object": {**about, "sequencer": event.sequencer},
        },
    }
    return dumps({"Records": [record]})


def _bridge_event(event: _ObjectEvent, account_id: str) -> dict[str, Any]:
    from moto.s3.notifications import _detail_type

    about: dict[str, Any] = {"key": event.object.name}
    if not event.name.startswith("ObjectRemoved:"):
        about |= {"size": event.object.size, "etag": _etag(event.object)}
    if event.bucket.is_versioned:
        about["version-id"] = event.object.version_id
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": event.bucket.name},
        "object": {**about, "sequencer": event.sequencer},
        "request-id": event.id[:16].upper(),
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
    }
    if event.name in _REASONS:
        detail["reason"] = _REASONS[event.name]
    if event.name in _DELETIONS:
        detail["deletion-type"] = _DELETIONS[event.name]
    return {
        "version": "0",
        "id": event.id,
        "detail-type": _detail_type(f"s3:{event.name}"),
        "source": "aws.s3",
        "account": account_id,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "region": event.bucket.region_name,
        "resources": [event.bucket.arn],
        "detail": detail,
    }


def _etag(object: Any) -> str:
    return str(object.etag).replace('"', "")


def _bucket_time() -> str:
    from moto.core.utils import iso_8601_datetime_with_milliseconds

    return str(iso_8601_datetime_with_milliseconds())


def _send_to_queue(account_id: str, queue_arn: str, text: str) -> None:
    from moto.sqs.models import sqs_backends

    _, _, _, region, _, name = queue_arn.split(":", 5)
    sqs_backends[account_id][region].send_message(queue_name=name, message_body=text)


def _send_to_topic(account_id: str, topic_arn: str, text: str) -> None:
    from moto.sns.models import sns_backends

    sns_backends[account_id][topic_arn.split(":")[3]].publish(
        message=text, arn=topic_arn, subject="Amazon S3 Notification"
    )


def _put_on_bus(service: Service, event: dict[str, Any]) -> None:
    """Stores the deliveries of an event to the targets of the default bus's rules."""
    from sfn_cli.api.events.names import DEFAULT_BUS, bus_arn
    from sfn_cli.api.events.routing import route_events

    route_events(service, [(bus_arn(service, DEFAULT_BUS), event)])

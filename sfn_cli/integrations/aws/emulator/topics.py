"""SNS: messages for functions and HTTP endpoints become deliveries; moto sends those for queues.

Filter policies, MessageStructure and raw delivery to queues are moto's. An HTTP endpoint gets messages
only after it has confirmed its subscription, as in AWS.
https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sfn_cli.jsonvalue import dumps
from sfn_cli.store.records.events.deliveries import FAILED, NewDelivery
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.integrations.aws.emulator.handover import EventHandover

FUNCTIONS, HTTP = "lambda", ("http", "https")

_TRIES = 3
"""How often SNS repeats a message for an HTTP endpoint by default."""

_SIGNATURE = "EXAMPLE"
"""Messages are not signed: clients would get the certificate from AWS."""


def hand_over_topics(handover: EventHandover, base_url: Callable[[], str]) -> None:
    """Changes moto's SNS in this process. `base_url` is its URL, for links in messages."""
    from moto.sns.models import SNSBackend, Subscription, Topic
    from moto.sns.responses import SNSResponse
    from moto.sqs.exceptions import QueueDoesNotExist

    of_request = threading.local()
    publish_topic, publish_subscription = Topic.publish, Subscription.publish
    subscribe_endpoint, confirm = SNSBackend.subscribe, SNSResponse.confirm_subscription

    def publish_to_all(topic: Any, *arguments: Any, **options: Any) -> str:
        """Stores the deliveries to all subscriptions in one transaction."""
        of_request.deliveries = []
        try:
            message_id: str = publish_topic(topic, *arguments, **options)
            handover.add_deliveries(of_request.deliveries)
        finally:
            of_request.deliveries = None
        return message_id

    def publish_to_one(subscription: Any, message: str, message_id: str, **options: Any) -> None:
        if subscription.protocol not in (FUNCTIONS, *HTTP):
            try:
                publish_subscription(subscription, message, message_id, **options)
            except QueueDoesNotExist as error:  # it affects no other subscription
                delivery = _topic_delivery(subscription, message_id, message, {})
                handover.record_delivery(delivery, FAILED, error.message)
            return
        matcher = subscription._filter_policy_matcher
        attributes = options.get("message_attributes")
        if (matcher is not None and not matcher.matches(attributes, message)) or is_pending(subscription):
            return
        if options.get("message_structure") == "json":
            message = subscription._parse_message_structure(message, subscription.protocol)
        notification = _topic_notification(subscription, message, message_id, options.get("subject"))
        of_request.deliveries.append(
            _function_delivery(subscription, notification, attributes or {})
            if subscription.protocol == FUNCTIONS
            else _http_delivery(subscription, notification, attributes or {}, base_url())
        )

    def subscribe(backend: Any, topic_arn: str, endpoint: str, protocol: str) -> Any:
        known = set(backend.subscriptions)
        subscription = subscribe_endpoint(backend, topic_arn, endpoint, protocol)
        if protocol in HTTP and (subscription.arn not in known or is_pending(subscription)):
            token = subscription.attributes.setdefault(_TOKEN, random_uuid().replace("-", "") * 4)
            subscription.attributes["PendingConfirmation"] = True
            handover.add_deliveries([_confirmation(subscription, token, base_url())])
        return subscription

    def get_subscription_attributes(backend: Any, arn: str) -> Any:
        return {name: value for name, value in read(backend, arn).items() if name != _TOKEN}

    def confirm_subscription(response: Any) -> Any:
        from moto.core.responses import ActionResult
        from moto.sns.exceptions import SNSInvalidParameter

        topic_arn, token = response._get_param("TopicArn"), response._get_param("Token")
        if topic_arn not in response.backend.topics:
            return confirm(response)
        for subscription in response.backend.subscriptions.values():
            if subscription.topic.arn == topic_arn and token and subscription.attributes.get(_TOKEN) == token:
                subscription.attributes["PendingConfirmation"] = False
                return ActionResult({"SubscriptionArn": subscription.arn})
        raise SNSInvalidParameter("Invalid parameter: Token")

    read = SNSBackend.get_subscription_attributes
    setattr(Topic, "publish", publish_to_all)  # noqa: B010 (mypy refuses the assignment)
    setattr(Subscription, "publish", publish_to_one)  # noqa: B010
    setattr(SNSBackend, "subscribe", subscribe)  # noqa: B010
    setattr(SNSBackend, "get_subscription_attributes", get_subscription_attributes)  # noqa: B010
    setattr(SNSResponse, "confirm_subscription", confirm_subscription)  # noqa: B010


_TOKEN = "sfn.Token"
"""The token of a subscription, among its attributes in moto."""


def is_pending(subscription: Any) -> bool:
    return bool(subscription.attributes.get("PendingConfirmation"))


def _topic_notification(
    subscription: Any, message: str, message_id: str, subject: str | None
) -> dict[str, Any]:
    return {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": subscription.topic.arn,
        "Subject": subject,
        "Message": message,
        "Timestamp": _topic_time(),
        "SignatureVersion": "1",
        "Signature": _SIGNATURE,
    }


def _topic_time() -> str:
    from moto.core.utils import iso_8601_datetime_with_milliseconds

    return str(iso_8601_datetime_with_milliseconds())


def _certificate_url(subscription: Any) -> str:
    region = subscription.topic.sns_backend.region_name
    return f"https://sns.{region}.amazonaws.com/SimpleNotificationService.pem"


def _function_delivery(
    subscription: Any, notification: dict[str, Any], attributes: dict[str, Any]
) -> NewDelivery:
    region = subscription.topic.sns_backend.region_name
    unsubscribe = urlencode({"Action": "Unsubscribe", "SubscriptionArn": subscription.arn})
    record = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "EventSource": "aws:sns",
        "Sns": {
            **notification,
            "SigningCertUrl": _certificate_url(subscription),
            "UnsubscribeUrl": f"https://sns.{region}.amazonaws.com/?{unsubscribe}",
            "MessageAttributes": attributes,
        },
    }
    return _topic_delivery(
        subscription, notification["MessageId"], dumps({"Records": [record]}), _dead_letters(subscription)
    )


def _http_delivery(
    subscription: Any, notification: dict[str, Any], attributes: dict[str, Any], base_url: str
) -> NewDelivery:
    is_raw = str(subscription.attributes.get("RawMessageDelivery")).lower() == "true"
    message = {name: value for name, value in notification.items() if value is not None}
    message["SigningCertURL"] = _certificate_url(subscription)
    message["UnsubscribeURL"] = f"{base_url}/?" + urlencode(
        {"Action": "Unsubscribe", "SubscriptionArn": subscription.arn}
    )
    if attributes:
        message["MessageAttributes"] = attributes
    headers = _http_headers(subscription, "Notification", notification["MessageId"])
    headers["x-amz-sns-subscription-arn"] = subscription.arn
    if is_raw:
        headers["x-amz-sns-rawdelivery"] = "true"
    return _topic_delivery(
        subscription,
        notification["MessageId"],
        notification["Message"] if is_raw else dumps(message),
        {**_http_options(headers), **_dead_letters(subscription)},
    )


def _confirmation(subscription: Any, token: str, base_url: str) -> NewDelivery:
    message_id = random_uuid()
    topic = subscription.topic.arn
    message = {
        "Type": "SubscriptionConfirmation",
        "MessageId": message_id,
        "Token": token,
        "TopicArn": topic,
        "Message": f"You have chosen to subscribe to the topic {topic}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message.",
        "SubscribeURL": f"{base_url}/?"
        + urlencode({"Action": "ConfirmSubscription", "TopicArn": topic, "Token": token}),
        "Timestamp": _topic_time(),
        "SignatureVersion": "1",
        "Signature": _SIGNATURE,
        "SigningCertURL": _certificate_url(subscription),
    }
    headers = _http_headers(subscription, "SubscriptionConfirmation", message_id)
    return _topic_delivery(subscription, message_id, dumps(message), _http_options(headers))


def _http_headers(subscription: Any, type: str, message_id: str) -> dict[str, str]:
    return {
        "x-amz-sns-message-type": type,
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": subscription.topic.arn,
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
    }


def _http_options(headers: dict[str, str]) -> dict[str, Any]:
    return {
        "HttpParameters": {"HeaderParameters": headers},
        "RetryPolicy": {"MaximumRetryAttempts": _TRIES},
    }


def _dead_letters(subscription: Any) -> dict[str, Any]:
    policy = subscription.attributes.get("RedrivePolicy")
    try:
        policy = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return {}
    queue = policy.get("deadLetterTargetArn") if isinstance(policy, dict) else None
    return {"DeadLetterConfig": {"Arn": queue}} if queue else {}


def _topic_delivery(subscription: Any, event_id: str, payload: str, options: dict[str, Any]) -> NewDelivery:
    return NewDelivery(
        event_id,
        f"topic/{subscription.topic.name}",
        subscription.endpoint,
        subscription.arn,
        payload,
        options,
    )

"""SNS topics and their subscriptions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
A subscription of a queue is made. Others, of functions or mailboxes, are listed: nothing delivers to
them here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_service, emulated_type, if_there, predicted_name
from sfn_cli.stacks.resources.properties import is_true, property_objects
from sfn_cli.stacks.resources.resource import Made, ResourceType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "sns"
_NAME_LENGTH = 256
_FIFO = ".fifo"

_TOPIC_ATTRIBUTES = (
    "ContentBasedDeduplication", "DisplayName", "FifoThroughputScope", "FifoTopic", "KmsMasterKeyId",
    "SignatureVersion", "TracingConfig",
)  # fmt: skip
_SUBSCRIPTION_ATTRIBUTES = (
    "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy",
    "SubscriptionRoleArn",
)  # fmt: skip

_DELIVERED = frozenset({"sqs"})
"""The protocols whose subscribers receive messages from the local services."""


# Topics


def _topic_name(naming: Naming, properties: Properties) -> str:
    if is_true(properties.get("FifoTopic")) and not properties.get("TopicName"):
        return naming.generated(_NAME_LENGTH - len(_FIFO)) + _FIFO
    return predicted_name(naming, properties, "TopicName", _NAME_LENGTH)


def _predict_topic(naming: Naming, properties: Properties) -> Made:
    return _made_topic(naming.arn("sns", _topic_name(naming, properties)))


def _made_topic(topic_arn: str) -> Made:
    return Made(topic_arn, {"TopicArn": topic_arn, "TopicName": topic_arn.rpartition(":")[2]})


def _topic_attributes(properties: Properties) -> dict[str, Any]:
    attributes = _given_attributes(properties, _TOPIC_ATTRIBUTES)
    if not is_true(attributes.get("FifoTopic")):
        attributes.pop("FifoTopic", None)
    return attributes


def _given_attributes(properties: Properties, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: properties[name] for name in names if properties.get(name) is not None}


def _create_topic(making: Making, properties: Properties) -> Made:
    """Creates the topic and the subscriptions of its own Subscription property."""
    predicted = _predict_topic(making.naming, properties)
    named = {"TopicArn": predicted.physical_id}
    if if_there(lambda: call_service(making, _SERVICE, "GetTopicAttributes", named)) is not None:
        return _update_topic(making, predicted, {}, properties)._replace(existed=True)
    request = {
        "Name": _topic_name(making.naming, properties),
        "Attributes": _topic_attributes(properties),
        "Tags": properties.get("Tags"),
    }
    made = _made_topic(call_service(making, _SERVICE, "CreateTopic", request)["TopicArn"])
    _subscribe_to_topic(making, made, properties)
    return made


def _update_topic(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    before, after = _topic_attributes(old), _topic_attributes(new)
    for name in sorted({*before, *after} - {"FifoTopic"}):
        if before.get(name) != after.get(name):
            request = {
                "TopicArn": made.physical_id,
                "AttributeName": name,
                "AttributeValue": after.get(name, ""),
            }
            call_service(making, _SERVICE, "SetTopicAttributes", request)
    _subscribe_to_topic(making, made, new)
    return made


def _subscribe_to_topic(making: Making, made: Made, properties: Properties) -> None:
    """Makes the subscriptions of the topic's own Subscription property; those there are stay."""
    for subscription in property_objects(properties, "Subscription"):
        if subscription.get("Protocol") in _DELIVERED:
            call_service(making, _SERVICE, "Subscribe", {**subscription, "TopicArn": made.physical_id})


def _delete_topic(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_service(making, _SERVICE, "DeleteTopic", {"TopicArn": made.physical_id}))


TOPIC = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_topic,
        create=_create_topic,
        update=_update_topic,
        delete=_delete_topic,
        replaced_by=frozenset({"TopicName", "FifoTopic"}),
        name_property="TopicName",
    ),
)


# Subscriptions


def _is_delivered(properties: Mapping[str, Any]) -> bool:
    return properties.get("Protocol") in _DELIVERED


def _predict_subscription(naming: Naming, properties: Properties) -> Made:
    return _made_subscription(f"{properties.get('TopicArn')}:{naming.uuid()}")


def _made_subscription(subscription_arn: str) -> Made:
    return Made(subscription_arn, {"Arn": subscription_arn})


def _create_subscription(making: Making, properties: Properties) -> Made:
    """Subscribes; a topic's subscriber is the same subscription however often it subscribes."""
    if not _is_delivered(properties):
        return _predict_subscription(making.naming, properties)
    request = {
        **{name: properties.get(name) for name in ("TopicArn", "Protocol", "Endpoint")},
        "Attributes": _given_attributes(properties, _SUBSCRIPTION_ATTRIBUTES),
        "ReturnSubscriptionArn": True,
    }
    return _made_subscription(call_service(making, _SERVICE, "Subscribe", request)["SubscriptionArn"])


def _update_subscription(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    before, after = (_given_attributes(each, _SUBSCRIPTION_ATTRIBUTES) for each in (old, new))
    for name in sorted({*before, *after}) if _is_delivered(new) else ():
        if before.get(name) != after.get(name):
            request = {
                "SubscriptionArn": made.physical_id,
                "AttributeName": name,
                "AttributeValue": after.get(name, {}),
            }
            call_service(making, _SERVICE, "SetSubscriptionAttributes", request)
    return made


def _delete_subscription(making: Making, made: Made, properties: Properties) -> None:
    if _is_delivered(properties):
        request = {"SubscriptionArn": made.physical_id}
        if_there(lambda: call_service(making, _SERVICE, "Unsubscribe", request))


SUBSCRIPTION = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_subscription,
        create=_create_subscription,
        update=_update_subscription,
        delete=_delete_subscription,
        replaced_by=frozenset({"Endpoint", "Protocol", "TopicArn"}),
    ),
)

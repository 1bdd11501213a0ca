"""SNS topics and their subscriptions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html
Subscriptions of queues, functions and HTTP endpoints are created. Those of email addresses, phones and
others are only listed: nothing delivers messages to them locally.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing, predicted_name
from sfn_cli.stacks.resources.properties import is_true, property_objects
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

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

_DELIVERED = frozenset({"http", "https", "lambda", "sqs"})
"""The protocols to which messages are delivered; a subscription of another is only named."""


# Topics


def _topic_name(naming: Naming, properties: Properties) -> str:
    if is_true(properties.get("FifoTopic")) and not properties.get("TopicName"):
        return naming.generated(_NAME_LENGTH - len(_FIFO)) + _FIFO
    return predicted_name(naming, properties, "TopicName", _NAME_LENGTH)


def _predict_topic(naming: Naming, properties: Properties) -> CreatedResource:
    return _created_topic(naming.arn("sns", _topic_name(naming, properties)))


def _created_topic(topic_arn: str) -> CreatedResource:
    return CreatedResource(topic_arn, {"TopicArn": topic_arn, "TopicName": topic_arn.rpartition(":")[2]})


def _topic_attributes(properties: Properties) -> dict[str, Any]:
    attributes = _given_attributes(properties, _TOPIC_ATTRIBUTES)
    if not is_true(attributes.get("FifoTopic")):
        attributes.pop("FifoTopic", None)
    return attributes


def _given_attributes(properties: Properties, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: properties[name] for name in names if properties.get(name) is not None}


def _create_topic(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    """Creates the topic and the subscriptions in its Subscription property."""
    predicted = _predict_topic(context.naming, properties)
    named = {"TopicArn": predicted.physical_id}
    if none_if_missing(lambda: call_service(context, _SERVICE, "GetTopicAttributes", named)) is not None:
        return _update_topic(context, predicted, {}, properties)._replace(existed=True)
    request = {
        "Name": _topic_name(context.naming, properties),
        "Attributes": _topic_attributes(properties),
        "Tags": properties.get("Tags"),
    }
    created = _created_topic(call_service(context, _SERVICE, "CreateTopic", request)["TopicArn"])
    _subscribe_to_topic(context, created, properties)
    return created


def _update_topic(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    before, after = _topic_attributes(old), _topic_attributes(new)
    for name in sorted({*before, *after} - {"FifoTopic"}):
        if before.get(name) != after.get(name):
            request = {
                "TopicArn": created.physical_id,
                "AttributeName": name,
                "AttributeValue": after.get(name, ""),
            }
            call_service(context, _SERVICE, "SetTopicAttributes", request)
    _subscribe_to_topic(context, created, new)
    return created


def _subscribe_to_topic(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    """Adds the subscriptions in the topic's Subscription property; existing ones stay."""
    for subscription in property_objects(properties, "Subscription"):
        if subscription.get("Protocol") in _DELIVERED:
            call_service(context, _SERVICE, "Subscribe", {**subscription, "TopicArn": created.physical_id})


def _delete_topic(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(lambda: call_service(context, _SERVICE, "DeleteTopic", {"TopicArn": created.physical_id}))


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


def _predict_subscription(naming: Naming, properties: Properties) -> CreatedResource:
    return _created_subscription(f"{properties.get('TopicArn')}:{naming.uuid()}")


def _created_subscription(subscription_arn: str) -> CreatedResource:
    return CreatedResource(subscription_arn, {"Arn": subscription_arn})


def _create_subscription(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    """Subscribes an endpoint. Subscribing it again returns the same subscription."""
    if not _is_delivered(properties):
        return _predict_subscription(context.naming, properties)
    request = {
        **{name: properties.get(name) for name in ("TopicArn", "Protocol", "Endpoint")},
        "Attributes": _given_attributes(properties, _SUBSCRIPTION_ATTRIBUTES),
        "ReturnSubscriptionArn": True,
    }
    return _created_subscription(call_service(context, _SERVICE, "Subscribe", request)["SubscriptionArn"])


def _update_subscription(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    before, after = (_given_attributes(each, _SUBSCRIPTION_ATTRIBUTES) for each in (old, new))
    for name in sorted({*before, *after}) if _is_delivered(new) else ():
        if before.get(name) != after.get(name):
            request = {
                "SubscriptionArn": created.physical_id,
                "AttributeName": name,
                "AttributeValue": after.get(name, {}),
            }
            call_service(context, _SERVICE, "SetSubscriptionAttributes", request)
    return created


def _delete_subscription(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    if _is_delivered(properties):
        request = {"SubscriptionArn": created.physical_id}
        none_if_missing(lambda: call_service(context, _SERVICE, "Unsubscribe", request))


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

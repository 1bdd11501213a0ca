"""SQS queues.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_service, emulated_type, if_there, predicted_name
from sfn_cli.stacks.resources.properties import is_true
from sfn_cli.stacks.resources.resource import Made, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "sqs"
_NAME_LENGTH = 80
_FIFO = ".fifo"

_ATTRIBUTES = (
    "ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled",
    "VisibilityTimeout",
)  # fmt: skip
"""The properties that are attributes of a queue by the same name."""

_DEFAULTS = {
    "DelaySeconds": 0,
    "MaximumMessageSize": 262144,
    "MessageRetentionPeriod": 345600,
    "ReceiveMessageWaitTimeSeconds": 0,
    "RedrivePolicy": "",
    "VisibilityTimeout": 30,
}
"""What an update sets the attributes to that are no longer given."""


def _queue_name(naming: Naming, properties: Properties) -> str:
    if is_true(properties.get("FifoQueue")) and not properties.get("QueueName"):
        return naming.generated(_NAME_LENGTH - len(_FIFO)) + _FIFO
    return predicted_name(naming, properties, "QueueName", _NAME_LENGTH)


def _predict_queue(naming: Naming, properties: Properties) -> Made:
    name = _queue_name(naming, properties)
    url = f"https://sqs.{naming.region}.amazonaws.com/{naming.account_id}/{name}"
    return _made_queue(url, naming.arn("sqs", name))


def _made_queue(url: str, queue_arn: str) -> Made:
    # The URL has the port of the local services, which changes when they restart.
    name = queue_arn.rpartition(":")[2]
    return Made(name, {"Arn": queue_arn, "QueueName": name, "QueueUrl": url}, ref=url)


def _queue_attributes(properties: Properties) -> dict[str, Any]:
    given = {name: properties.get(name) for name in _ATTRIBUTES}
    if not is_true(given["FifoQueue"]):
        del given["FifoQueue"]  # AWS refuses false
    return given


def _create_queue(making: Making, properties: Properties) -> Made:
    named = {"QueueName": _queue_name(making.naming, properties)}
    found = if_there(lambda: call_service(making, _SERVICE, "GetQueueUrl", named))
    if found is not None:
        _set_queue_attributes(making, found["QueueUrl"], properties, {})
        return _described_queue(making, found["QueueUrl"])._replace(existed=True)
    request = {**named, "Attributes": _queue_attributes(properties), "tags": properties.get("Tags")}
    created = call_service(making, _SERVICE, "CreateQueue", request)
    return _described_queue(making, created["QueueUrl"])


def _described_queue(making: Making, url: str) -> Made:
    request = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    found = call_service(making, _SERVICE, "GetQueueAttributes", request)
    return _made_queue(url, found["Attributes"]["QueueArn"])


def _update_queue(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    defaults = {name: value for name, value in _DEFAULTS.items() if name in old}
    _set_queue_attributes(making, str(made.reference), new, defaults)
    return made


def _set_queue_attributes(making: Making, url: str, properties: Properties, defaults: dict[str, Any]) -> None:
    given = {name: value for name, value in _queue_attributes(properties).items() if value is not None}
    given.pop("FifoQueue", None)
    if attributes := {**defaults, **given}:
        call_service(making, _SERVICE, "SetQueueAttributes", {"QueueUrl": url, "Attributes": attributes})


def _delete_queue(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_service(making, _SERVICE, "DeleteQueue", {"QueueUrl": made.reference}))


QUEUE = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_queue,
        create=_create_queue,
        update=_update_queue,
        delete=_delete_queue,
        replaced_by=frozenset({"QueueName", "FifoQueue"}),
        name_property="QueueName",
    ),
)

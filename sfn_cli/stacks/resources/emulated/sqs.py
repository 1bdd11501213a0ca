"""SQS queues.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing, predicted_name
from sfn_cli.stacks.resources.properties import is_true
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "sqs"
_NAME_LENGTH = 80
_FIFO = ".fifo"

_ATTRIBUTES = (
    "ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled",
    "VisibilityTimeout",
)  # fmt: skip
"""The properties that have the same name as a queue attribute."""

_DEFAULTS = {
    "DelaySeconds": 0,
    "MaximumMessageSize": 262144,
    "MessageRetentionPeriod": 345600,
    "ReceiveMessageWaitTimeSeconds": 0,
    "RedrivePolicy": "",
    "VisibilityTimeout": 30,
}
"""The values to which an update resets attributes that are no longer given."""


def _queue_name(naming: Naming, properties: Properties) -> str:
    if is_true(properties.get("FifoQueue")) and not properties.get("QueueName"):
        return naming.generated(_NAME_LENGTH - len(_FIFO)) + _FIFO
    return predicted_name(naming, properties, "QueueName", _NAME_LENGTH)


def _predict_queue(naming: Naming, properties: Properties) -> CreatedResource:
    name = _queue_name(naming, properties)
    url = f"https://sqs.{naming.region}.amazonaws.com/{naming.account_id}/{name}"
    return _created_queue(url, naming.arn("sqs", name))


def _created_queue(url: str, queue_arn: str) -> CreatedResource:
    # The URL contains the port of the local AWS services, which changes when they restart.
    name = queue_arn.rpartition(":")[2]
    return CreatedResource(name, {"Arn": queue_arn, "QueueName": name, "QueueUrl": url}, ref=url)


def _queue_attributes(properties: Properties) -> dict[str, Any]:
    given = {name: properties.get(name) for name in _ATTRIBUTES}
    if not is_true(given["FifoQueue"]):
        del given["FifoQueue"]  # AWS rejects false
    return given


def _create_queue(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    named = {"QueueName": _queue_name(context.naming, properties)}
    found = none_if_missing(lambda: call_service(context, _SERVICE, "GetQueueUrl", named))
    if found is not None:
        _set_queue_attributes(context, found["QueueUrl"], properties, {})
        return _described_queue(context, found["QueueUrl"])._replace(existed=True)
    request = {**named, "Attributes": _queue_attributes(properties), "tags": properties.get("Tags")}
    created = call_service(context, _SERVICE, "CreateQueue", request)
    return _described_queue(context, created["QueueUrl"])


def _described_queue(context: ProvisioningContext, url: str) -> CreatedResource:
    request = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    found = call_service(context, _SERVICE, "GetQueueAttributes", request)
    return _created_queue(url, found["Attributes"]["QueueArn"])


def _update_queue(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    defaults = {name: value for name, value in _DEFAULTS.items() if name in old}
    _set_queue_attributes(context, str(created.reference), new, defaults)
    return created


def _set_queue_attributes(
    context: ProvisioningContext, url: str, properties: Properties, defaults: dict[str, Any]
) -> None:
    given = {name: value for name, value in _queue_attributes(properties).items() if value is not None}
    given.pop("FifoQueue", None)
    if attributes := {**defaults, **given}:
        call_service(context, _SERVICE, "SetQueueAttributes", {"QueueUrl": url, "Attributes": attributes})


def _delete_queue(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(lambda: call_service(context, _SERVICE, "DeleteQueue", {"QueueUrl": created.reference}))


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

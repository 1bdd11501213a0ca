"""Kinesis streams.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing, predicted_name
from sfn_cli.stacks.resources.properties import property_object
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "kinesis"
_NAME_LENGTH = 128
_ON_DEMAND = "ON_DEMAND"


def _predict_stream(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH)
    return _created_stream(name, naming.arn("kinesis", f"stream/{name}"))


def _created_stream(name: str, stream_arn: str) -> CreatedResource:
    return CreatedResource(name, {"Arn": stream_arn})


def _described_stream(context: ProvisioningContext, name: str) -> CreatedResource | None:
    """Returns the stream; None if it does not exist."""
    request = {"StreamName": name}
    found = none_if_missing(lambda: call_service(context, _SERVICE, "DescribeStreamSummary", request))
    return None if found is None else _created_stream(name, found["StreamDescriptionSummary"]["StreamARN"])


def _stream_mode(properties: Properties) -> str:
    mode = property_object(properties, "StreamModeDetails").get("StreamMode")
    # AWS's default if there is no ShardCount.
    return str(mode or ("PROVISIONED" if properties.get("ShardCount") else _ON_DEMAND))


def _create_stream(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    predicted = _predict_stream(context.naming, properties)
    name = predicted.physical_id
    found = _described_stream(context, name)
    if found is not None:
        return _update_stream(context, found, {}, properties)._replace(existed=True)
    mode = _stream_mode(properties)
    request: dict[str, Any] = {"StreamName": name, "StreamModeDetails": {"StreamMode": mode}}
    if mode != _ON_DEMAND:
        request["ShardCount"] = properties.get("ShardCount", 1)
    call_service(context, _SERVICE, "CreateStream", request)
    return _described_stream(context, name) or predicted


def _update_stream(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    """Changes the number of shards; the retention period has no effect locally."""
    before, after = old.get("ShardCount"), new.get("ShardCount")
    if after and before != after and _stream_mode(new) != _ON_DEMAND:
        request = {
            "StreamName": created.physical_id,
            "TargetShardCount": after,
            "ScalingType": "UNIFORM_SCALING",
        }
        call_service(context, _SERVICE, "UpdateShardCount", request)
    return created


def _delete_stream(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"StreamName": created.physical_id, "EnforceConsumerDeletion": True}
    none_if_missing(lambda: call_service(context, _SERVICE, "DeleteStream", request))


STREAM = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_stream,
        create=_create_stream,
        update=_update_stream,
        delete=_delete_stream,
        replaced_by=frozenset({"Name"}),
        name_property="Name",
    ),
)

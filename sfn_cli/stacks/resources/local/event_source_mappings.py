"""Event source mappings of Lambda functions, which a worker polls.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
A mapping of a source that sfn cannot poll (Kafka, MQ, DocumentDB) has only its id and its ARN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.arn import parse_arn
from sfn_cli.stacks.resources.calls import already_exists, call_store, is_not_found, none_if_missing
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "lambda"
_POLLED = ("sqs", "dynamodb", "kinesis")

_RESET: dict[str, Any] = {
    "MaximumBatchingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
    "FilterCriteria": {},
}
"""The values of properties that are no longer given."""
_RESET_STREAM: dict[str, Any] = {
    **_RESET,
    "BatchSize": 100,
    "ParallelizationFactor": 1,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "TumblingWindowInSeconds": 0,
}


def _predict_mapping(naming: Naming, properties: Properties) -> CreatedResource:
    return _created_mapping(naming, naming.uuid())


def _created_mapping(naming: Naming, id: str) -> CreatedResource:
    return CreatedResource(
        id, {"Id": id, "EventSourceMappingArn": naming.arn(_SERVICE, f"event-source-mapping:{id}")}
    )


def _create_mapping(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    id = context.naming.uuid()
    created = _created_mapping(context.naming, id)
    if not _is_polled(context, properties):
        return created
    try:
        call_store(context, _SERVICE, "CreateEventSourceMapping", _mapping_request(properties), {"UUID": id})
    except ResourceError as error:
        if is_not_found(error):
            _report_no_function(context, properties)
            return created
        if not already_exists(error) or not _is_created(context, id):
            raise
        return _update_mapping(context, created, {}, properties)._replace(existed=True)
    return created


def _update_mapping(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    if not _is_polled(context, new):
        _delete_mapping(context, created, old)
        return created
    if not _is_created(context, created.physical_id):
        return _create_mapping(context, new)
    is_queue = _source_service(new) == "sqs"
    reset = {**_RESET, "BatchSize": 10, "ScalingConfig": {}} if is_queue else _RESET_STREAM
    request = {**reset, "Enabled": True, **_mapping_request(new)}
    call_store(context, _SERVICE, "UpdateEventSourceMapping", request, {"UUID": created.physical_id})
    return created


def _delete_mapping(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(
        lambda: call_store(context, _SERVICE, "DeleteEventSourceMapping", {"UUID": created.physical_id})
    )


def _is_created(context: ProvisioningContext, id: str) -> bool:
    found = none_if_missing(lambda: call_store(context, _SERVICE, "GetEventSourceMapping", {"UUID": id}))
    return found is not None


def _mapping_request(properties: Properties) -> dict[str, Any]:
    """Returns the properties; StartingPositionTimestamp is in seconds in templates."""
    request = {name: value for name, value in properties.items() if value is not None}
    if (at := request.get("StartingPositionTimestamp")) is not None:
        request["StartingPositionTimestamp"] = str(at)
    return request


def _source_service(properties: Properties) -> str | None:
    parsed = parse_arn(str(properties.get("EventSourceArn") or ""))
    return None if parsed is None else parsed.service


def _is_polled(context: ProvisioningContext, properties: Properties) -> bool:
    """Whether sfn can poll the source; if not, the user sees a line."""
    if _source_service(properties) in _POLLED:
        return True
    source = properties.get("EventSourceArn") or "its source"
    context.report(
        f"{context.naming.logical_id}: sfn polls SQS queues, DynamoDB streams and Kinesis streams; "
        f"{source} sends no events."
    )
    return False


def _report_no_function(context: ProvisioningContext, properties: Properties) -> None:
    context.report(
        f"{context.naming.logical_id}: the function {properties.get('FunctionName')} does not exist, "
        "so it gets no events."
    )


EVENT_SOURCE_MAPPING = ResourceType(
    predict=_predict_mapping,
    create=_create_mapping,
    update=_update_mapping,
    delete=_delete_mapping,
    replaced_by=frozenset({"EventSourceArn", "StartingPosition", "StartingPositionTimestamp"}),
    is_local=True,
)

"""Event source mappings of Lambda functions, which a worker polls.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
A mapping of a source that sfn cannot poll (Kafka, MQ, DocumentDB) has only its id and its ARN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.functions.mapping_settings import mapping_defaults
from sfn_cli.arn import service_in_arn
from sfn_cli.stacks.resources.calls import already_exists, call_store, is_not_found, none_if_missing
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType
from sfn_cli.store.records.events.source_mappings import POLLED_SOURCES

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "lambda"


def _predict_mapping(naming: Naming, properties: Properties) -> CreatedResource:
    return _created_mapping(naming, naming.uuid())


def _created_mapping(naming: Naming, id: str) -> CreatedResource:
    return CreatedResource(
        id, {"Id": id, "EventSourceMappingArn": naming.arn(_SERVICE, f"event-source-mapping:{id}")}
    )


def _create_mapping(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    id = context.naming.uuid()
    created = _created_mapping(context.naming, id)
    if not is_polled_source(context, properties.get("EventSourceArn")):
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
    if not is_polled_source(context, new.get("EventSourceArn")):
        _delete_mapping(context, created, old)
        return created
    if not _is_created(context, created.physical_id):
        return _create_mapping(context, new)
    request = {**_reset_settings(new), **_mapping_request(new)}
    call_store(context, _SERVICE, "UpdateEventSourceMapping", request, {"UUID": created.physical_id})
    return created


def _reset_settings(properties: Properties) -> dict[str, Any]:
    """Returns the values of properties that are no longer given."""
    kind = service_in_arn(str(properties.get("EventSourceArn")))
    reset = {**mapping_defaults(kind), "FilterCriteria": {}, "Enabled": True}
    return {**reset, "ScalingConfig": {}} if kind == "sqs" else reset


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


def is_polled_source(context: ProvisioningContext, source_arn: Any) -> bool:
    """Whether sfn can poll the source of a mapping or a pipe; if not, the user sees a line."""
    if service_in_arn(str(source_arn)) in POLLED_SOURCES:
        return True
    context.report(
        f"{context.naming.logical_id}: sfn polls SQS queues, DynamoDB streams and Kinesis streams; "
        f"{source_arn or 'its source'} sends no events."
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

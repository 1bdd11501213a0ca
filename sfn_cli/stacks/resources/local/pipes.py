"""Pipes of EventBridge: a queue or stream that a worker polls for a target.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html
A pipe whose source sfn cannot poll (Kafka, MQ) has only its name and its ARN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api import check_api_request
from sfn_cli.api.model import load_model
from sfn_cli.api.pipes.pipes import replace_pipe
from sfn_cli.stacks.resources.calls import (
    already_exists,
    call_store,
    none_if_missing,
    predicted_name,
    store_errors,
    store_request,
)
from sfn_cli.stacks.resources.local.event_source_mappings import is_polled_source
from sfn_cli.stacks.resources.local.roles import usable_role_arn
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE, _CREATE = "pipes", "CreatePipe"
_NAME_LENGTH = 64


def _predict_pipe(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH)
    state = properties.get("DesiredState") or "RUNNING"
    attributes = {
        "Arn": naming.arn(_SERVICE, f"pipe/{name}"),
        "CurrentState": state,
        "CreationTime": "",
        "LastModifiedTime": "",
        "StateReason": "",
    }
    return CreatedResource(name, attributes)


def _create_pipe(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_pipe(context.naming, properties)
    if not is_polled_source(context, properties.get("Source")):
        return created
    try:
        call_store(context, _SERVICE, _CREATE, *_pipe_request(context, created, properties))
    except ResourceError as error:
        if not already_exists(error):
            raise
        return _update_pipe(context, created, {}, properties)._replace(existed=True)
    return created


def _update_pipe(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    changed = _predict_pipe(context.naming, new)._replace(physical_id=created.physical_id)
    if not is_polled_source(context, new.get("Source")):
        _delete_pipe(context, created, old)
        return changed
    operation = load_model(_SERVICE, _CREATE)
    with store_errors(_CREATE):
        request = store_request(operation, *_pipe_request(context, created, new))
        replace_pipe(context.service, check_api_request(operation, request))
    return changed


def _delete_pipe(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(lambda: call_store(context, _SERVICE, "DeletePipe", {"Name": created.physical_id}))


def _pipe_request(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the properties of CreatePipe; StartingPositionTimestamp is in seconds in templates."""
    given: dict[str, Any] = {name: value for name, value in properties.items() if value not in ({}, [], "")}
    parameters: Any = given.get("SourceParameters")
    kinesis = parameters.get("KinesisStreamParameters") if isinstance(parameters, dict) else None
    if isinstance(kinesis, dict) and (at := kinesis.get("StartingPositionTimestamp")) is not None:
        kinesis = {**kinesis, "StartingPositionTimestamp": str(at)}
        given["SourceParameters"] = {**parameters, "KinesisStreamParameters": kinesis}
    role = usable_role_arn(context, properties.get("RoleArn"))
    return given, {"Name": created.physical_id, "RoleArn": role}


PIPE_TYPE = ResourceType(
    predict=_predict_pipe,
    create=_create_pipe,
    update=_update_pipe,
    delete=_delete_pipe,
    replaced_by=frozenset({"Name", "Source"}),
    name_property="Name",
    is_local=True,
)

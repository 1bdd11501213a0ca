"""First-class integrations of HTTP APIs: an AWS service by its subtype.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.server.apis.context import context_variables
from sfn_cli.server.apis.integrations.backends import BackendRequest
from sfn_cli.server.apis.integrations.services import ServicePlace, call_api_service
from sfn_cli.server.apis.mapping.http_parameters import http_parameter_value
from sfn_cli.server.apis.messages import JSON_TYPE, ApiResponse, GatewayError, internal_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.apigateway.served import Integration
    from sfn_cli.server.apis.context import ApiCall
    from sfn_cli.server.apis.integrations.backends import Backends

    Members = Callable[[Mapping[str, str]], dict[str, Any]]


def _lower_members(given: Mapping[str, str]) -> dict[str, Any]:
    return {name[:1].lower() + name[1:]: value for name, value in given.items()}


def _event_members(given: Mapping[str, str]) -> dict[str, Any]:
    entry = dict(given)
    if "Resources" in entry:
        entry["Resources"] = _json_value(entry["Resources"])
    return {"Entries": [entry]}


def _message_members(given: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = dict(given)
    for name in ("DelaySeconds", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds"):
        if name in found:
            found[name] = _json_value(found[name])
    for name in ("MessageAttributes", "MessageSystemAttributes", "AttributeNames", "MessageAttributeNames"):
        if name in found:
            found[name] = _json_value(found[name])
    return found


def _record_members(given: Mapping[str, str]) -> dict[str, Any]:
    import base64

    return {**given, "Data": base64.b64encode(given.get("Data", "").encode("utf-8", "replace")).decode()}


_SUBTYPES: Mapping[str, tuple[ServicePlace, Members, tuple[str, ...]]] = {
    "EventBridge-PutEvents": (
        ServicePlace("events", "PutEvents", "/"), _event_members, ("Detail", "DetailType", "Source"),
    ),
    "Kinesis-PutRecord": (
        ServicePlace("kinesis", "PutRecord", "/"), _record_members, ("Data", "PartitionKey", "StreamName"),
    ),
    "SQS-DeleteMessage": (
        ServicePlace("sqs", "DeleteMessage", "/"), _message_members, ("QueueUrl", "ReceiptHandle"),
    ),
    "SQS-PurgeQueue": (ServicePlace("sqs", "PurgeQueue", "/"), _message_members, ("QueueUrl",)),
    "SQS-ReceiveMessage": (ServicePlace("sqs", "ReceiveMessage", "/"), _message_members, ("QueueUrl",)),
    "SQS-SendMessage": (
        ServicePlace("sqs", "SendMessage", "/"), _message_members, ("QueueUrl", "MessageBody"),
    ),
    "StepFunctions-StartExecution": (
        ServicePlace("stepfunctions", "StartExecution", "/"), _lower_members, ("StateMachineArn",),
    ),
    "StepFunctions-StartSyncExecution": (
        ServicePlace("stepfunctions", "StartSyncExecution", "/"), _lower_members, ("StateMachineArn",),
    ),
    "StepFunctions-StopExecution": (
        ServicePlace("stepfunctions", "StopExecution", "/"), _lower_members, ("ExecutionArn",),
    ),
}  # fmt: skip
"""Subtype → the operation, how parameters become its members, and the required parameters."""

_NOT_MEMBERS = ("Region",)


async def call_first_class_integration(
    call: ApiCall, integration: Integration, backends: Backends
) -> ApiResponse:
    """Calls the operation of an integration's subtype. Raises GatewayError."""
    known = _SUBTYPES.get(integration.subtype or "")
    if known is None:
        raise internal_error(
            f"sfn does not support the integration subtype {integration.subtype}. "
            f"Supported: {', '.join(_SUBTYPES)}."
        )
    place, members, required = known
    context = context_variables(call)
    given = {
        name: value
        for name, source in integration.request_parameters.items()
        if name not in _NOT_MEMBERS and (value := http_parameter_value(source, call, context)) is not None
    }
    missing = [name for name in required if name not in given]
    if missing:
        raise GatewayError(
            "BAD_REQUEST_PARAMETERS", 400, f"Bad Request: missing parameters {', '.join(missing)}"
        )
    request = BackendRequest(
        "POST",
        "",
        (),
        (("Content-Type", "application/x-amz-json-1.0"),),
        dumps(members(given)).encode("utf-8", "replace"),
    )
    response = (await call_api_service(place, request, backends)).response
    type = response.header("content-type") or JSON_TYPE
    return response._replace(headers=(("Content-Type", type.replace("x-amz-json-1.0", "json")),))


def _json_value(text: str) -> Any:
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return text

"""What AWS refuses when a task starts, before anything is sent: arguments that do not fit the request.

The requests of optimised integrations are those that AWS documents; aws-sdk tasks are checked when a
definition is validated, too. Observed:

- lambda:invoke: an unknown field (2026-07-27; validation accepts it) and a Payload that is a number
  (stackoverflow.com/q/76373088), with these words.
- The task is not scheduled.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sfn_cli import sdk_requests
from sfn_cli.asl import http_tasks
from sfn_cli.asl.dataflow import JSONATA
from sfn_cli.asl.requests.request_faults import AT_RUN_TIME, request_faults
from sfn_cli.errors import StatesError
from sfn_cli.sdk_requests import DOCUMENT, STRING, SdkRequest, SdkService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.resource import Resource
    from sfn_cli.jsonvalue import Json, Payload

_OPTIMISED = SdkService("", {}, {})

_REQUESTS: Mapping[tuple[str, str], SdkRequest] = {
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html; LogType: LocalStack's
    # recording of test_invoke_unsupported_param
    ("lambda", "invoke"): SdkRequest(
        ("FunctionName",),
        dict.fromkeys(
            ("ClientContext", "FunctionName", "InvocationType", "LogType", "Payload", "Qualifier"), STRING
        ),
        None,
    ),
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
    ("states", "startExecution"): SdkRequest(
        ("StateMachineArn",), dict.fromkeys(("Input", "Name", "StateMachineArn", "TraceHeader"), STRING), None
    ),
    # The integrations check the values.
    **{
        (service, "invoke"): SdkRequest(http_tasks.REQUIRED, dict.fromkeys(fields, DOCUMENT), None)
        for service, fields in http_tasks.FIELDS.items()
    },
}
"""The fields that AWS documents; objects and arrays are sent as JSON text."""

_SDK_SERVICES: Mapping[str, str] = {
    "dynamodb": "dynamodb",
    "events": "eventbridge",
    "sns": "sns",
    "sqs": "sqs",
}
"""Optimised integrations that take the requests of a service, under the service's name in aws-sdk tasks."""

_ATTRIBUTE_VALUE: Mapping[str, str] = {
    "S": "s", "N": "s", "B": "B", "SS": "[s", "NS": "[s", "BS": "[B", "BOOL": "b", "NULL": "b",
    "M": "{#AttributeValue", "L": "[#AttributeValue",
}  # fmt: skip
"""DynamoDB's value of an attribute, with the API's names. In aws-sdk tasks, BOOL is Bool."""


def refuse_arguments(resource: Resource, arguments: Payload, language: str) -> None:
    """Raises StatesError if AWS would not start the task with these arguments."""
    if resource.kind != "service" or not isinstance(given := arguments.value, dict):
        return
    found = _request_of_task(resource)
    if found is None:
        return
    service, request = found
    if _has_only_texts(given, request):
        return
    faults = request_faults(service, request, given, AT_RUN_TIME, suggests=resource.sdk_service is not None)
    if faults:
        field = "Arguments" if language == JSONATA else "Parameters"
        raise StatesError(
            "States.Runtime",
            f"The {field} '{arguments.text}' could not be used to start the Task: [{', '.join(faults)}]",
        )


def _has_only_texts(given: Mapping[str, Json], request: SdkRequest) -> bool:
    """Whether nothing else needs to be checked: the usual case, which has to be fast."""
    fields = request.fields
    for name, value in given.items():
        if fields.get(name) != STRING or type(value) not in _SENT_AS_TEXT:
            return False
    return all(name in given for name in request.required)


_SENT_AS_TEXT = frozenset({str, dict, list, type(None)})


@cache
def _request_of_task(resource: Resource) -> tuple[SdkService, SdkRequest] | None:
    if (documented := _REQUESTS.get((resource.service, resource.operation))) is not None:
        return _OPTIMISED, documented
    service = sdk_requests.load_sdk_service(resource.sdk_service or _SDK_SERVICES.get(resource.service, ""))
    if service is None or resource.operation not in service:
        return None
    request = service.request(resource.operation)
    if resource.service == "dynamodb":
        service = service.with_structure("AttributeValue", _ATTRIBUTE_VALUE)
    return service, request

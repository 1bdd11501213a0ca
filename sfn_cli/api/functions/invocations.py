"""Invoke: runs a function and waits (RequestResponse), queues it (Event), or only checks (DryRun).

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue, quotas
from sfn_cli.api.functions.payloads import parse_invocation_payload
from sfn_cli.api.functions.references import (
    existing_function_reference,
    function_reference_not_found,
    parse_function_reference,
)
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import LATEST
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service


class InvocationAnswer(dict[str, Any]):
    """The response of an invocation; `request_id` is the id that the function's log has, too."""

    def __init__(self, members: Mapping[str, Any], request_id: str) -> None:
        super().__init__(members)
        self.request_id = request_id


def invoke(service: Service, request: dict[str, Any]) -> InvocationAnswer:
    kind = request.get("InvocationType") or "RequestResponse"
    payload = parse_invocation_payload(
        request.get("Payload"), quotas.INVOKE_EVENT_BYTES if kind == "Event" else quotas.INVOKE_BYTES
    )
    client_context = parse_invocation_context(request.get("ClientContext"))
    name, qualifier = parse_function_reference(request)
    existing_function_reference(service, {"FunctionName": name, "Qualifier": qualifier or LATEST})
    if kind == "DryRun":
        return InvocationAnswer({"StatusCode": 204, "Payload": b""}, random_uuid())
    function_ref = f"{name}:{qualifier}" if qualifier else name
    if kind == "Event":
        request_id = send_event(service, function_ref, payload, client_context)
        return InvocationAnswer({"StatusCode": 202, "Payload": b""}, request_id)
    outcome = service.invoker.invoke(function_ref, payload, client_context)
    if outcome.kind == "not_found":
        raise function_reference_not_found(service, request)
    if outcome.kind == "throttled":
        raise ApiError(
            outcome.error,
            outcome.message,
            status=429,
            Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        )
    if outcome.kind == "unusable":
        raise ApiError(outcome.error, outcome.message, status=502)
    answer: dict[str, Any] = {
        "StatusCode": 200,
        "ExecutedVersion": outcome.version,
        "Payload": outcome.payload.encode() if outcome.binary is None else outcome.binary,
    }
    if outcome.kind != "succeeded":
        answer["FunctionError"] = "Unhandled"
    if request.get("LogType") == "Tail":
        answer["LogResult"] = invocation_log_result(outcome.log_tail)
    return InvocationAnswer(answer, outcome.request_id)


def invocation_log_result(log_tail: str) -> str:
    """Returns the end of an invocation's log in base64: the answer to a LogType of Tail."""
    return base64.b64encode(log_tail.encode()).decode()


def invoke_with_response_stream(service: Service, request: dict[str, Any]) -> InvocationAnswer:
    """Invokes a function and waits. The response is one chunk, which is sent at its end."""
    answer = invoke(service, request)
    events: dict[str, dict[str, Any]] = {}
    complete: dict[str, Any] = {}
    if "FunctionError" in answer:
        details = answer["Payload"].decode("utf-8", "replace")
        complete = {"ErrorCode": answer["FunctionError"], "ErrorDetails": details}
    elif answer["Payload"]:
        events["PayloadChunk"] = {"Payload": answer["Payload"]}
    if "LogResult" in answer:
        complete["LogResult"] = answer["LogResult"]
    events["InvokeComplete"] = complete
    members = {
        "StatusCode": answer["StatusCode"],
        "ExecutedVersion": answer.get("ExecutedVersion"),
        "EventStream": events,
    }
    return InvocationAnswer(members, answer.request_id)


def send_event(service: Service, function_ref: str, payload: str, client_context: str | None = None) -> str:
    """Queues an event for a worker to invoke the function. Returns the request id."""
    request_id = random_uuid()
    service.function_events.add(request_id, function_ref, payload, client_context, service.clock())
    return request_id


def parse_invocation_context(given: str | None) -> str | None:
    """Returns the JSON text of the client's context, which is sent in base64. Raises ApiError."""
    if given is None:
        return None
    try:
        text = base64.b64decode(given, validate=True).decode()
        context = jsonvalue.loads(text)
    except ValueError:
        context = None
    if not isinstance(context, dict):
        raise ApiError(
            "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."
        )
    return text

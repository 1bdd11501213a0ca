"""arn:aws:states:::lambda:invoke: Lambda's Invoke, with its metadata as in the SDK.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.api.functions import invocations
from sfn_cli.api.model import load_model
from sfn_cli.api.protocol.constraints import check_constraints
from sfn_cli.errors import ApiError
from sfn_cli.integrations.aws.response_metadata import response_metadata_date, sdk_response_metadata
from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun, nothing_to_cancel
from sfn_cli.integrations.lambda_.function import lambda_function_signal
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Json, Payload, dumps_payload, loads
from sfn_cli.store.records.functions import function_reference
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.functions.outcome import Outcome


def invoke_lambda(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Invokes Parameters' FunctionName (with Qualifier, if given) with Payload and ClientContext.

    With a LogType of Tail, the result has the end of the log. Does not wait for an Event or a DryRun.
    """
    task, answer = task_run.task, task_run.answer
    arguments = task.arguments.value
    function_ref = arguments.get("FunctionName") if isinstance(arguments, dict) else None
    if not isinstance(function_ref, str):
        answer(TaskFailed(task.id, "States.Runtime", "The field 'FunctionName' is required but was missing"))
        return nothing_to_cancel
    qualifier, event = arguments.get("Qualifier"), _lambda_invoke_event(arguments.get("Payload"))
    own_qualifier = function_reference(function_ref).qualifier
    request = _lambda_invoke_request(arguments, event)
    if request.get("InvocationType") in ("Event", "DryRun") or (
        qualifier and own_qualifier not in (None, qualifier)
    ):
        answer(_lambda_invoke_without_waiting(task.id, request, context))
        return nothing_to_cancel
    try:
        client_context = _lambda_invoke_client_context(request)
    except ApiError as error:
        answer(_lambda_invoke_refusal(task.id, error, random_uuid()))
        return nothing_to_cancel
    named = f"{function_ref}:{qualifier}" if qualifier and own_qualifier is None else function_ref
    with_log = request.get("LogType") == "Tail"

    def done(outcome: Outcome) -> None:
        log = invocations.invocation_log_result(outcome.log_tail) if with_log else None
        answer(
            lambda_function_signal(
                task,
                outcome,
                named,
                context,
                lambda result: _lambda_invoke_response(result, outcome, log, context),
            )
        )

    return context.pool.invoke(named, event, done, client_context=client_context).cancel


def _lambda_invoke_request(arguments: Mapping[str, Json], event: str) -> dict[str, Json]:
    texts = {
        name: value if isinstance(value, str) else dumps_payload(value)
        for name, value in arguments.items()
        if value is not None
    }
    return {**texts, "Payload": event}


def _lambda_invoke_client_context(request: Mapping[str, Json]) -> str | None:
    """Returns the JSON text of ClientContext. Raises ApiError for it, and for an invalid type."""
    if "ClientContext" not in request and all(request.get(name) in plain for name, plain in _PLAIN.items()):
        return None
    check_constraints(load_model("lambda", "Invoke").input, request)
    return invocations.parse_invocation_context(request.get("ClientContext"))


_PLAIN = {"InvocationType": (None, "RequestResponse"), "LogType": (None, "None", "Tail")}
"""The values of most tasks, which need no check."""


def _lambda_invoke_refusal(task: int, error: ApiError, request_id: str) -> TaskFailed:
    """Returns the failure of a task whose request Lambda refuses."""
    code = error.code.removesuffix("Exception")
    details = (
        f"Service: AWSLambda; Status Code: {error.status}; Error Code: {error.code}; "
        f"Request ID: {request_id}; Proxy: null"
    )
    return TaskFailed(task, f"Lambda.{code}Exception", f"{error.message} ({details})")


def _lambda_invoke_without_waiting(
    task: int, request: dict[str, Json], context: TaskContext
) -> TaskSucceeded | TaskFailed:
    """Returns Lambda's immediate response to an Event, which is queued, or a DryRun."""
    request_id = random_uuid()
    try:
        check_constraints(load_model("lambda", "Invoke").input, request)
        status = invocations.invoke(context.service, request)["StatusCode"]
    except ApiError as error:
        return _lambda_invoke_refusal(task, error, request_id)
    headers = _lambda_invoke_headers(0, request_id, context, {})
    return TaskSucceeded(
        task,
        Payload({"Payload": "", **sdk_response_metadata(request_id, headers, status), "StatusCode": status}),
    )


def _lambda_invoke_event(payload: Json) -> str:
    """Returns the JSON text that the function receives."""
    if payload is None:
        return "{}"  # Observed: null is the same as no Payload.
    if isinstance(payload, str):
        # Observed: text that is JSON is passed on unchanged, as in Lambda's own API.
        with suppress(ValueError):
            loads(payload)
            return payload
    return dumps_payload(payload)


def _lambda_invoke_response(
    result: Json, outcome: Outcome, log: str | None, context: TaskContext
) -> dict[str, Json]:
    headers = _lambda_invoke_headers(
        len(outcome.payload.encode()),
        outcome.request_id,
        context,
        {"X-Amz-Executed-Version": outcome.version, **({} if log is None else {"X-Amz-Log-Result": log})},
    )
    return {
        "ExecutedVersion": outcome.version,
        **({} if log is None else {"LogResult": log}),
        "Payload": result,
        **sdk_response_metadata(outcome.request_id, headers),
        "StatusCode": 200,
    }


def _lambda_invoke_headers(
    length: int, request_id: str, context: TaskContext, more: Mapping[str, str]
) -> dict[str, str]:
    trace = f"root=1-{context.clock() // 1000:08x}-{request_id.replace('-', '')[:24]};sampled=0"
    return {
        "Connection": "keep-alive",
        "Content-Length": str(length),
        "Content-Type": "application/json",
        "Date": response_metadata_date(context.clock()),
        **more,
        "x-amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": request_id,
        "X-Amzn-Trace-Id": trace,
    }

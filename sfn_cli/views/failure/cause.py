"""Decodes causes of failures, which are JSON or text from the failed service, to readable messages.

- Lambda: {"errorType", "errorMessage", "stackTrace" or "trace"}, perhaps nested
- a child execution (.sync): the child's description, with its Error and Cause
- a job (.sync): the job's description, with its reason in one of many members
- a service: "No such table (Service: DynamoDb, Status Code: 400, Request ID: …)"
- the interpreter: "An error occurred while executing the state 'A' (entered at the event id #5). …"
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.views.failure.stack_frames import parse_stack_trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.failure.stack_frames import StackFrame

_LONGEST_JSON = 1_000_000
_DEEPEST = 8
"""The maximum nesting of descriptions."""

_SERVICE = re.compile(
    r"\(Service: (?P<service>[^;,]+)[;,] Status Code: (?P<status>\d+)[;,]"
    r"(?: Error Code: (?P<code>[^;]+);)?[^()]*Request ID: (?P<request>[^;,)]*)[^()]*\)\s*",
    re.DOTALL,
)
_STATE = re.compile(
    r"An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. ", re.DOTALL
)
_REQUEST = re.compile(r"(?:\d{4}-\S+ )?(?:RequestId: )?([0-9a-f]{8}-[0-9a-f-]{27}) (?:Error: )?")

_REASONS = (
    "errorMessage", "ErrorMessage", "StateChangeReason", "StatusReason", "FailureReason", "StoppedReason",
    "StateReason", "ErrorDetails", "message", "Message", "Reason", "reason", "detail", "error_description",
    "title", "error",
)  # fmt: skip
"""The members with the reason in responses of services and HTTP APIs; the first that exists is used."""


class DecodedCause(NamedTuple):
    """The decoded cause of a failure.

    `error` is the name of the innermost error, if the cause has one. `frames` are the frames of a stack
    trace, innermost first. `child_arn` is the child execution that failed. `origin` is the source of the
    message ("DynamoDb, status 400"). `request_id` is the id of the invocation or request.
    """

    message: str
    error: str | None = None
    frames: "Sequence[StackFrame]" = ()
    child_arn: str | None = None
    origin: str = ""
    request_id: str | None = None


def decode_cause(cause: str | None) -> DecodedCause:
    """Returns the decoded cause; text in an unknown form is the message itself."""
    return _decode_cause_text(cause or "", 0)


def _decode_cause_text(text: str, depth: int) -> DecodedCause:
    value = _json_in_cause(text) if depth < _DEEPEST else None
    if isinstance(value, dict):
        return _decode_cause_object(value, text, depth)
    if isinstance(value, str):
        return _decode_cause_text(value, depth + 1)
    message, opening, rest = text.rpartition("(Service: ")
    if found := _SERVICE.fullmatch(opening + rest):
        service = "Lambda" if found["service"] == "AWSLambda" else found["service"]
        return DecodedCause(
            message.rstrip(),
            found["code"],
            origin=f"{service}, status {found['status']}",
            request_id=found["request"] or None,
        )
    if found := _STATE.match(text):
        return _decode_cause_text(text[found.end() :], depth + 1)
    return DecodedCause(text.strip())


def _json_in_cause(text: str) -> "Json":
    """Returns the JSON object or string in the text; None for any other text."""
    stripped = text.strip()
    if not stripped.startswith(("{", '"')) or len(stripped) > _LONGEST_JSON:
        return None
    try:
        return jsonvalue.loads(stripped)
    except (ValueError, RecursionError):
        return None


def _decode_cause_object(value: "dict[str, Json]", text: str, depth: int) -> DecodedCause:
    if "errorMessage" in value or "errorType" in value:
        return _decode_lambda_error(value, depth)
    child_arn = value.get("ExecutionArn")
    if isinstance(child_arn, str) and "Status" in value:
        return _decode_child_failure(value, child_arn, depth)
    reason = _reason_in_cause(value, 0)
    if reason is None:
        return DecodedCause(text.strip())
    inner = _decode_cause_text(reason, depth + 1)
    return inner._replace(origin=inner.origin or _origin_of_job(value))


def _decode_lambda_error(value: "dict[str, Json]", depth: int) -> DecodedCause:
    message = value.get("errorMessage")
    inner = _decode_cause_text(message if isinstance(message, str) else jsonvalue.dumps(message), depth + 1)
    if message is None:
        inner = DecodedCause("")
    request_id = value.get("requestId")
    if found := _REQUEST.match(inner.message):
        request_id = request_id or found[1]
        inner = inner._replace(message=inner.message[found.end() :])
    trace = value.get("stackTrace") or value.get("trace")
    frames = parse_stack_trace(trace) if isinstance(trace, list) else []
    error = value.get("errorType")
    return DecodedCause(
        inner.message,
        str(error) if error else inner.error,
        frames or inner.frames,
        inner.child_arn,
        inner.origin,
        str(request_id) if request_id else inner.request_id,
    )


def _decode_child_failure(value: "dict[str, Json]", child_arn: str, depth: int) -> DecodedCause:
    cause, error = value.get("Cause"), value.get("Error")
    inner = _decode_cause_text(cause if isinstance(cause, str) else "", depth + 1)
    message = inner.message or f"The child execution ended with status {value['Status']}"
    return inner._replace(
        message=message,
        error=inner.error or (str(error) if error else None),
        child_arn=inner.child_arn or child_arn,
        origin=inner.origin or "child execution",
    )


def _reason_in_cause(value: "Json", level: int) -> str | None:
    """Returns the reason in a description, searching the outermost members first."""
    if level > 3:
        return None
    if isinstance(value, dict):
        for name in _REASONS:
            found = value.get(name)
            if isinstance(found, str) and found:
                return found
        inner = list(value.values())
    elif isinstance(value, list):
        inner = value
    else:
        return None
    for item in inner:
        if isinstance(item, (dict, list)) and (found := _reason_in_cause(item, level + 1)) is not None:
            return found
    return None


def _origin_of_job(value: "dict[str, Json]") -> str:
    for name in ("JobRunId", "JobId", "TaskArn", "TrainingJobName", "QueryExecutionId", "Id", "JobName"):
        found = value.get(name)
        if isinstance(found, str):
            return f"job {found}"
    return ""

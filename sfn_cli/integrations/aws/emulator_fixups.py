"""Corrections where emulators differ from AWS: refused requests, details of responses.

AWS itself responds in this way, so the corrections apply to all endpoints. (All of it was observed.)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.integrations.aws.errors import ServiceError
from sfn_cli.jsonvalue import loads
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Request = Mapping[str, Any]
    Answer = Mapping[str, Any]

_S3_OBJECTS = ("PutObject", "GetObject", "HeadObject")


def emulator_refusal(operation: Any, request: Request) -> ServiceError | None:
    """Returns the service's error for a request it refuses, or None; `operation` is botocore's."""
    fault = _missing_member_refusal(operation, request)
    if fault is not None:
        return _fixup_refusal("ValidationException", fault)
    check = _CHECKS.get((operation.service_model.service_name, operation.name))
    return check(request) if check is not None else None


def _missing_member_refusal(operation: Any, request: Request) -> str | None:
    """Returns the error of AWS's JSON-protocol services for a request without a required member."""
    if operation.service_model.protocol != "json" or operation.input_shape is None:
        return None
    absent = [name for name in operation.input_shape.required_members if name not in request]
    if not absent:
        return None
    problems = (
        f"Value null at '{name[:1].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null"
        for name in absent
    )
    return f"{len(absent)} validation error{'s' if len(absent) > 1 else ''} detected: {'; '.join(problems)}"


def _fixup_refusal(code: str, message: str, exception: str | None = None) -> ServiceError:
    return ServiceError(code, message, 400, random_uuid(), exception)


def _fixup_table_name(request: Request) -> ServiceError | None:
    pattern, name = "[a-zA-Z0-9_.-]+", str(request["TableName"])
    if name.startswith("arn:") or re.fullmatch(pattern, name):
        return None
    broken = (
        f"Value '{name}' at 'tableName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {pattern}"
    )
    return _fixup_refusal("ValidationException", f"1 validation error detected: {broken}")


def _fixup_secret_name(request: Request) -> ServiceError | None:
    if re.fullmatch(r"[A-Za-z0-9/_+=.@!-]+", str(request["Name"])):
        return None
    message = (
        "Invalid name. Must be a valid name containing alphanumeric characters, "
        "or any of the following: -/_+=.@!"
    )
    return _fixup_refusal("ValidationException", message)


def _fixup_fifo_topic(request: Request) -> ServiceError | None:
    if not str(request.get("TopicArn", "")).endswith(".fifo") or "MessageGroupId" in request:
        return None
    message = "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
    return _fixup_refusal("InvalidParameter", message, "InvalidParameterException")


_CHECKS: Mapping[tuple[str, str], Callable[[Request], ServiceError | None]] = {
    **{("dynamodb", f"{verb}Item"): _fixup_table_name for verb in ("Delete", "Get", "Put", "Update")},
    ("secretsmanager", "CreateSecret"): _fixup_secret_name,
    ("sns", "Publish"): _fixup_fifo_topic,
}


def fix_up_error(operation: Any, request: Request, error: ServiceError) -> ServiceError:
    """Returns the error in AWS's words."""
    if (operation.service_model.service_name, operation.name, error.code) == (
        "sns",
        "Publish",
        "NotFound",
    ) and "TopicArn" in request:
        return error._replace(message="Topic does not exist")
    return error


def send_with_fixups(operation: Any, request: Request, send: Callable[[Request], Answer]) -> Answer:
    """Sends the request with `send`. Returns the response in AWS's form."""
    if (operation.service_model.service_name, operation.name) == ("events", "PutEvents"):
        return _fixup_put_events(request, send)
    return _fix_up_response(operation, request, send(request))


def _fixup_put_events(request: Request, send: Callable[[Request], Answer]) -> Answer:
    """Refuses each event whose Detail is not an object, and sends the others."""
    entries = request["Entries"]
    well_formed = ["Detail" not in entry or _is_event_detail_object(entry["Detail"]) for entry in entries]
    if all(well_formed):
        return send(request)
    sent: Answer = {"Entries": [], "FailedEntryCount": 0}
    if any(well_formed):
        sent = send(
            {**request, "Entries": [entry for entry, good in zip(entries, well_formed, strict=True) if good]}
        )
    answers = iter(sent["Entries"])
    malformed = {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    results = [next(answers) if good else malformed for good in well_formed]
    return {
        **sent,
        "Entries": results,
        "FailedEntryCount": sent["FailedEntryCount"] + well_formed.count(False),
    }


def _is_event_detail_object(text: str) -> bool:
    try:
        return isinstance(loads(text), dict)
    except (RecursionError, ValueError):
        return False


def _fix_up_response(operation: Any, request: Request, answer: Answer) -> Answer:
    if operation.service_model.service_name == "s3" and operation.name in _S3_OBJECTS:
        # Every object is encrypted,
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
        details = {"ServerSideEncryption": "AES256"}
        if any(name.startswith("Checksum") for name in answer):
            details["ChecksumType"] = "FULL_OBJECT"
        return {**details, **answer}
    if "ConsumedCapacity" in answer and request.get("ReturnConsumedCapacity", "NONE") == "NONE":
        return {name: value for name, value in answer.items() if name != "ConsumedCapacity"}
    return answer

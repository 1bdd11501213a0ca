"""The payload of Invoke: its JSON text, or Lambda's error in the words of its parser (Jackson)."""

from __future__ import annotations

from sfn_cli import json_text
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import text_bytes

_SOURCE = "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
_VALUE_STARTS = ("", "[", "{", ",", ":")


def parse_invocation_payload(payload: bytes | str | None, most_bytes: int) -> str:
    """Returns the event's JSON text; without a payload, the empty object. Raises ApiError."""
    if not payload:
        return "{}"
    try:
        text = payload.decode() if isinstance(payload, bytes) else payload
        json_text.read_json(text)
    except UnicodeDecodeError as error:
        raise _invalid_payload(_payload_fault(error)) from None
    except json_text.NotJson as error:
        raise _invalid_payload(error) from None
    size = text_bytes(text)
    if size > most_bytes:
        message = f"Request must be smaller than {most_bytes} bytes for the InvokeFunction operation"
        raise ApiError("RequestTooLargeException", message, status=413)
    return text


def _invalid_payload(fault: json_text.NotJson) -> ApiError:
    """Returns Lambda's error (the form was recorded in November 2025)."""
    reason = fault.message.replace("[Source: (String);", f"[Source: {_SOURCE};")
    return ApiError(
        "InvalidRequestContentException",
        f"Could not parse request body into json: Could not parse payload into json: {reason}\n"
        f" at [Source: {_SOURCE}; line: {fault.line}, column: {fault.column}]",
    )


def _payload_fault(error: UnicodeDecodeError) -> json_text.NotJson:
    """Returns the first fault of bytes that are not UTF-8: before, or at, the first that is not.

    Columns count bytes, and the parser is one byte behind the one that it refuses.
    """
    before = error.object[: error.start]
    text = before.decode()
    try:
        json_text.read_json(text + '"' if text.count('"') % 2 else text)
    except json_text.NotJson as fault:
        if "end-of-input" not in fault.message and "Unrecognized token" not in fault.message:
            return fault
    line, column = text.count("\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
    code = error.object[error.start]
    if not text.count('"') % 2 and text.rstrip()[-1:] in _VALUE_STARTS:
        shown = f"(CTRL-CHAR, code {code})" if code < 160 else f"'{chr(code)}' (code {code})"
        return json_text.NotJson(
            f"Unexpected character ({shown}): expected a valid value "
            "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            line,
            column,
        )
    if error.reason == "invalid continuation byte":
        wrong = error.object[error.end]
        return json_text.NotJson(
            f"Invalid UTF-8 middle byte 0x{wrong:x}", line, column + error.end - error.start + 1
        )
    return json_text.NotJson(f"Invalid UTF-8 start byte 0x{code:x}", line, column + 1)

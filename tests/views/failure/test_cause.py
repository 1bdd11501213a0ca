"""The readable message of a failure's cause."""

from __future__ import annotations

import json

import pytest

from sfn_cli.views.failure.cause import decode_cause

ARN = "arn:aws:states:us-east-1:123456789012"
REQUEST = "e608a4ac-b4f9-4788-a760-ca1fd88b6450"
PYTHON = {
    "errorMessage": "'caviar'",
    "errorType": "KeyError",
    "requestId": REQUEST,
    "stackTrace": [
        '  File "/var/task/app.py", line 6, in handler\n    return price_of(event)\n',
        '  File "/var/task/app.py", line 10, in price_of\n    return PRICES[line["article"]]\n',
    ],
}
NODE = {
    "errorType": "TypeError",
    "errorMessage": "Cannot read properties of undefined (reading 'id')",
    "trace": [
        "TypeError: Cannot read properties of undefined (reading 'id')",
        "    at pay (file:///var/task/index.mjs:3:11)",
        "    at Runtime.handler (file:///var/task/index.mjs:9:3)",
    ],
}


@pytest.mark.parametrize(
    "cause, message, error",
    [
        (None, "", None),
        ("Payment Required", "Payment Required", None),
        ("{not JSON", "{not JSON", None),
        (json.dumps(PYTHON), "'caviar'", "KeyError"),
        (json.dumps(NODE), "Cannot read properties of undefined (reading 'id')", "TypeError"),
        # Lambda's errors
        (
            json.dumps(
                {
                    "errorType": "Sandbox.Timedout",
                    "errorMessage": f"RequestId: {REQUEST} Error: Task timed out after 3.00 seconds",
                }
            ),
            "Task timed out after 3.00 seconds",
            "Sandbox.Timedout",
        ),
        (
            json.dumps(
                {"errorMessage": f"2026-11-28T10:00:00.123Z {REQUEST} Task timed out after 3.00 seconds"}
            ),
            "Task timed out after 3.00 seconds",
            None,
        ),
        # A message that is JSON, as some programs raise it
        (
            json.dumps({"errorType": "Exception", "errorMessage": '{"code": 7, "message": "no stock"}'}),
            "no stock",
            "Exception",
        ),
        # Jobs have their reason in many different members
        (
            '{"JobRunId": "jr_1", "JobRunState": "FAILED", "ErrorMessage": "No such bucket"}',
            "No such bucket",
            None,
        ),
        (
            json.dumps({"Containers": [{"Reason": "OutOfMemoryError"}], "StoppedReason": "Container exited"}),
            "Container exited",
            None,
        ),
        ('{"QueryExecution": {"Status": {"StateChangeReason": "SYNTAX_ERROR"}}}', "SYNTAX_ERROR", None),
        ('{"code": 12}', '{"code": 12}', None),
        # Services
        (
            "Requested resource not found (Service: DynamoDb, Status Code: 400, Request ID: 1QCE)",
            "Requested resource not found",
            None,
        ),
        (
            "No Pay (Service: AWSLambda; Status Code: 404; Error Code: X; Request ID: f0c9; Proxy: null)",
            "No Pay",
            "X",
        ),
        # The interpreter
        (
            "An error occurred while executing the state 'Sum' (entered at the event id #2). No '$.a'",
            "No '$.a'",
            None,
        ),
    ],
)
def test_message(cause: str | None, message: str, error: str | None) -> None:
    """A decoded cause has the message and the name of the innermost error."""
    decoded = decode_cause(cause)
    assert (decoded.message, decoded.error) == (message, error)


def test_origin() -> None:
    """A service's error has the service and the request's id."""
    decoded = decode_cause("Nope (Service: DynamoDb, Status Code: 400, Request ID: 1QCE)")
    assert (decoded.origin, decoded.request_id) == ("DynamoDb, status 400", "1QCE")


def test_child_execution() -> None:
    """The cause of a child execution is its innermost error, at any depth."""
    inner = {"ExecutionArn": f"{ARN}:execution:Ship:b", "Status": "FAILED", "Error": "KeyError"}
    inner["Cause"] = json.dumps(PYTHON)
    outer = {"ExecutionArn": f"{ARN}:execution:Pay:a", "Status": "FAILED", "Cause": json.dumps(inner)}
    decoded = decode_cause(json.dumps(outer))
    assert (decoded.error, decoded.message, decoded.child_arn) == (
        "KeyError",
        "'caviar'",
        f"{ARN}:execution:Ship:b",
    )
    stopped = decode_cause(json.dumps({"ExecutionArn": f"{ARN}:execution:Pay:a", "Status": "ABORTED"}))
    assert stopped.message == "The child execution ended with status ABORTED"


@pytest.mark.parametrize("text", [" " * 1_000_000 + "x", "(Service: a; Status Code: 4;" * 30_000])
def test_long_texts_of_no_known_form(text: str) -> None:
    """Decoding takes linear time, however long the text is."""
    assert decode_cause(text).message == text.strip()


def test_nesting_is_bounded() -> None:
    """Causes that are nested too deeply are shown as text."""
    text = "deep"
    for _ in range(50):
        text = json.dumps({"errorMessage": text})[:100_000]
    assert decode_cause(text).message

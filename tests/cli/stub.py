"""A stub endpoint with fixed answers, against which the transcripts were recorded."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Body = dict[str, Any]
Answer = tuple[int, Body | str]

A = "arn:aws:states:us-east-1:123456789012:"
ROLE = "arn:aws:iam::123456789012:role/r"
T = 1718000000.123
PAGE = 2

_HI = '{"greeting": "hi"}'
_WHOLE = {"truncated": False}
_EVENTS: list[Body] = [
    {
        "type": "ExecutionStarted",
        "executionStartedEventDetails": {"input": "{}", "inputDetails": _WHOLE, "roleArn": ROLE},
    },
    {
        "type": "PassStateEntered",
        "stateEnteredEventDetails": {"name": "P", "input": "{}", "inputDetails": _WHOLE},
    },
    {
        "type": "PassStateExited",
        "stateExitedEventDetails": {"name": "P", "output": _HI, "outputDetails": _WHOLE},
    },
    {
        "type": "ExecutionSucceeded",
        "executionSucceededEventDetails": {"output": _HI, "outputDetails": _WHOLE},
    },
]
_HISTORY = [
    {"timestamp": T + i * 0.01, "id": i + 1, "previousEventId": i, **event} for i, event in enumerate(_EVENTS)
]
_MACHINES = [
    {"stateMachineArn": f"{A}stateMachine:m{i}", "name": f"m{i}", "type": "STANDARD", "creationDate": T + i}
    for i in range(5)
]
_COUNTS = dict.fromkeys(("pending", "running", "failed", "timedOut", "aborted", "resultsWritten"), 0) | {
    "succeeded": 3,
    "total": 3,
}
_EXECUTION = {
    "stateMachineArn": f"{A}stateMachine:hello",
    "status": "SUCCEEDED",
    "startDate": T,
    "stopDate": 1718000001,
    "input": '{"who": "wörld"}',
    "inputDetails": {"included": True},
    "output": '{"a":"\\u00fc"}',
    "outputDetails": {"included": True},
    "redriveCount": 0,
    "redriveStatus": "NOT_REDRIVABLE",
    "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
    "mapRunArn": None,
    "unknownMember": 1,
}


def _error(code: str, message: str, status: int = 400, **members: Any) -> Answer:
    return status, {"__type": code, "message": message, **members}


def _page(body: Body, name: str, items: list[Body], limit: int) -> Answer:
    start = int(body.get("nextToken", "0"))
    answer: Body = {name: items[start : start + limit]}
    if start + limit < len(items):
        answer["nextToken"] = str(start + limit)
    return 200, answer


def _describe_execution(body: Body) -> Answer:
    arn = body["executionArn"]
    name = arn.rpartition(":")[2]
    failures: dict[str, Answer] = {
        "missing": _error("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'"),
        "ns": _error(
            "com.amazonaws.swf.service.v2.model#ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'"
        ),
        "boom": _error("InternalFailure", "oops", 500),
        "throttle": _error("ThrottlingException", "Rate exceeded"),
        "nomsg": (400, {"__type": "InvalidArn"}),
        "html": (502, "<html>bad gateway</html>"),
    }
    return failures.get(name) or (200, {"executionArn": arn, "name": name, **_EXECUTION})


def _create_alias(body: Body) -> Answer:
    if body["name"] == "bad":
        message = "Total weight of routing configuration must be 100"
        return _error("ValidationException", message, reason="INVALID_ROUTING_CONFIGURATION")
    return 200, {"stateMachineAliasArn": f"{A}stateMachine:hello:{body['name']}", "creationDate": T}


def _history(body: Body) -> Answer:
    events = _HISTORY[::-1] if body.get("reverseOrder") else _HISTORY
    return _page(body, "events", events, min(int(body.get("maxResults") or PAGE), PAGE))


_ANSWERS: dict[str, Callable[[Body], Answer]] = {
    "StopExecution": lambda _: (200, {"stopDate": T + 2}),
    "RedriveExecution": lambda _: (200, {"redriveDate": T + 3}),
    "DescribeExecution": _describe_execution,
    "GetExecutionHistory": _history,
    "ListStateMachines": lambda body: _page(
        body, "stateMachines", _MACHINES, int(body.get("maxResults") or PAGE)
    ),
    "ListExecutions": lambda _: (200, {"executions": []}),
    "GetActivityTask": lambda body: (
        200,
        {"taskToken": "AAAA", "input": "{}"} if body.get("workerName") == "w" else {},
    ),
    "CreateStateMachineAlias": _create_alias,
    "ListStateMachineVersions": lambda _: (
        200,
        {
            "stateMachineVersions": [
                {"stateMachineVersionArn": f"{A}stateMachine:hello:2", "creationDate": T},
                {"stateMachineVersionArn": f"{A}stateMachine:hello:1", "creationDate": T - 9},
            ],
            "nextToken": "tok",
        },
    ),
    "DescribeStateMachineAlias": lambda _: (
        200,
        {
            "stateMachineAliasArn": f"{A}stateMachine:hello:live",
            "name": "live",
            "routingConfiguration": [
                {"stateMachineVersionArn": f"{A}stateMachine:hello:1", "weight": 60},
                {"stateMachineVersionArn": f"{A}stateMachine:hello:2", "weight": 40},
            ],
            "creationDate": T,
            "updateDate": T,
        },
    ),
    "DescribeMapRun": lambda body: (
        200,
        {
            "mapRunArn": body["mapRunArn"],
            "executionArn": f"{A}execution:hello:x",
            "status": "SUCCEEDED",
            "startDate": T,
            "stopDate": T + 1,
            "maxConcurrency": 10,
            "toleratedFailurePercentage": 12.5,
            "toleratedFailureCount": 0,
            "itemCounts": _COUNTS,
            "executionCounts": _COUNTS,
            "redriveCount": 0,
        },
    ),
    "DescribeStateMachine": lambda body: (
        200,
        {
            "stateMachineArn": body["stateMachineArn"],
            "name": "hello",
            "status": "ACTIVE",
            "definition": '{\n  "StartAt": "P"\n}',
            "roleArn": ROLE,
            "type": "STANDARD",
            "creationDate": T,
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
            "tracingConfiguration": {"enabled": False},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
            "variableReferences": {"P": ["x", "y"]},
        },
    ),
    "ValidateStateMachineDefinition": lambda _: (
        200,
        {
            "result": "FAIL",
            "diagnostics": [
                {
                    "severity": "ERROR",
                    "code": "SCHEMA_VALIDATION_FAILED",
                    "message": "Missing 'Next' target: X",
                    "location": "/States/P/Next",
                }
            ],
            "truncated": False,
        },
    ),
    "StartSyncExecution": lambda _: (
        200,
        {
            "executionArn": f"{A}express:x:n:0",
            "stateMachineArn": f"{A}stateMachine:x",
            "name": "n",
            "startDate": T,
            "stopDate": T + 0.2,
            "status": "FAILED",
            "error": "Boom",
            "cause": "because",
            "input": "{}",
            "inputDetails": {"included": True},
            "billingDetails": {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 200},
        },
    ),
    "DeleteStateMachine": lambda _: (200, {}),
    "StartExecution": lambda body: (
        200,
        {"executionArn": f"{A}execution:hello:{body.get('name', '0000')}", "startDate": T},
    ),
    "CreateStateMachine": lambda body: (
        200,
        {"stateMachineArn": f"{A}stateMachine:{body['name']}", "creationDate": T},
    ),
}


def answer(operation: str, body: Body) -> Answer:
    if "nextToken" in body and not body["nextToken"].isdigit():
        return _error("InvalidToken", "Invalid Token: 'Invalid token'")
    known = _ANSWERS.get(operation)
    return known(body) if known else _error("UnknownOperationException", "")


class Stub:
    """A running endpoint: its URL, and the body of the last request."""

    url: str
    last_request: Body | None = None


@contextmanager
def running() -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            stub.last_request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = answer(self.headers["X-Amz-Target"].rpartition(".")[2], stub.last_request)
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

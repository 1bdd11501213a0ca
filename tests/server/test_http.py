"""The server's HTTP: protocols, limits, permitted clients, and its end."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import __version__
from sfn_cli.errors import ConfigurationError
from sfn_cli.server import serve
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from tests.api.fakes import PASS, ROLE, make_service
from tests.processes import until
from tests.server.served import Served

if TYPE_CHECKING:
    from pathlib import Path

TARGET = {"X-Amz-Target": "AWSStepFunctions.ListStateMachines", "Content-Type": "application/x-amz-json-1.0"}


def ask(
    served: Served, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, Any, http.client.HTTPMessage]:
    """Returns the status, the body as JSON, and the headers.

    `_` in a header's name stands for `-`.
    """
    status, text, answered = ask_raw(served, method, path, body, **headers)
    return status, json.loads(text) if text else None, answered


def ask_raw(
    served: Served, method: str, path: str, body: bytes, **headers: str
) -> tuple[int, str, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(body)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text, response.headers


def test_aws_json(served: Served) -> None:
    """A response has the protocol's content type and a request id."""
    status, body, headers = ask(served, "POST", "/", b"{}", **TARGET)
    assert (status, list(body), headers["content-type"]) == (
        200,
        ["stateMachines"],
        "application/x-amz-json-1.0",
    )
    assert headers["x-amzn-requestid"]


def test_trace_header(served: Served) -> None:
    """AWS prefers the trace header in a request's HTTP headers (documented)."""
    sfn = served.client("stepfunctions")
    machine = sfn.create_state_machine(name="traced", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    target = {**TARGET, "X-Amz-Target": "AWSStepFunctions.StartExecution"}
    of_the_body, of_the_header = (f"Root=1-6ab4a2f4-c293c2aff58345818a700d5{n};Sampled=1" for n in (1, 2))
    for headers, trace in (({}, of_the_body), ({"X-Amzn-Trace-Id": of_the_header}, of_the_header)):
        body = json.dumps({"stateMachineArn": machine, "traceHeader": of_the_body}).encode()
        _, started, _ = ask(served, "POST", "/", body, **target, **headers)
        assert sfn.describe_execution(executionArn=started["executionArn"])["traceHeader"] == trace


@pytest.mark.parametrize("method, path", [("GET", "/"), ("HEAD", "/"), ("GET", "/?x=1")])
def test_health(served: Served, method: str, path: str) -> None:
    """A client that waits for the server requests / until it answers."""
    status, body, _ = ask(served, method, path)
    assert (status, body) == (200, None if method == "HEAD" else {"sfn": __version__})


FORM = {"Content_Type": "application/x-www-form-urlencoded; charset=utf-8"}
LOGS = {"X-Amz-Target": "Logs_20140328.DescribeLogStreams", "Content-Type": "application/x-amz-json-1.1"}
IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"


@pytest.mark.parametrize(
    "method, path, sent, body, status, content_type, in_header, in_body",
    [
        ("POST", "/", TARGET, b"{}", 200, "application/x-amz-json-1.0", None, '"stateMachines"'),
        (
            "POST",
            "/",
            TARGET,
            b"{",
            400,
            "application/x-amz-json-1.0",
            "SerializationException",
            '"__type":"SerializationException"',
        ),
        (
            "POST",
            "/",
            LOGS,
            b"{}",
            400,
            "application/x-amz-json-1.1",
            "InvalidParameterException",
            '"message":"Either logGroupName',
        ),
        (
            "POST",
            "/",
            {**LOGS, "X-Amz-Target": "x.Y"},
            b"{}",
            400,
            "application/x-amz-json-1.1",
            "UnknownOperationException",
            "x.Y",
        ),
        ("GET", "/2015-03-31/functions/", {}, b"", 200, "application/json", None, '"Functions"'),
        (
            "GET",
            "/2015-03-31/functions/gone",
            {},
            b"",
            404,
            "application/json",
            "ResourceNotFoundException",
            '{"Type":"User","Message":"Function not',  # recorded (LocalStack, 2025-11)
        ),
        (
            "GET",
            "/restapis",
            {},
            b"",
            404,
            "application/json",
            "UnknownOperationException",
            "does not support GET /restapis. ",
        ),
        ("POST", "/", FORM, IDENTITY, 200, "text/xml", None, "<Account>123456789012</Account>"),
        ("GET", "/?" + IDENTITY.decode(), {}, b"", 200, "text/xml", None, "<UserId>123456789012</UserId>"),
        (
            "POST",
            "/",
            FORM,
            b"Action=GetUser&Version=2010-05-08",
            400,
            "text/xml",
            None,
            "<Code>InvalidAction</Code>",
        ),
        ("POST", "/", FORM, b"Action=%3Ca%3E", 400, "text/xml", None, "the action &lt;a&gt;. "),
        (
            "POST",
            "/",
            FORM,
            b"\xff",
            400,
            "text/xml",
            None,
            "<Code>InvalidAction</Code><Message>sfn does not support POST /. ",
        ),
    ],
)
def test_shapes(
    served: Served,
    method: str,
    path: str,
    sent: dict[str, str],
    body: bytes,
    status: int,
    content_type: str,
    in_header: str | None,
    in_body: str,
) -> None:
    """An answer has the protocol of its request, even an error, and a request id of its own."""
    answers = [ask_raw(served, method, path, body, **sent) for _ in range(2)]
    for answered, text, headers in answers:
        assert (answered, headers["content-type"], headers["x-amzn-errortype"]) == (
            status,
            content_type,
            in_header,
        )
        assert in_body in text
    assert len({headers["x-amzn-requestid"] for _, _, headers in answers} - {None}) == 2


@pytest.mark.parametrize(
    "body, code",
    [
        (b"", None),
        (b"{", "SerializationException"),
        (b"[]", "SerializationException"),
        (b"\xff", "SerializationException"),
        (b"[" * 100_000, "SerializationException"),
        (b'{"nextToken":"\\ud800"}', "ValidationException"),
        (b'{"maxResults":1e400}', "SerializationException"),
        (b'{"maxResults":NaN}', "SerializationException"),
        (b'{"maxResults":true}', "SerializationException"),
        (b'{"unknown":1}', None),
    ],
)
def test_bodies(served: Served, body: bytes, code: str | None) -> None:
    """A body that is wrong is the client's error, never the server's."""
    status, answer, headers = ask(served, "POST", "/", body, **TARGET)
    assert (status, answer.get("__type"), headers["x-amzn-errortype"]) == (400 if code else 200, code, code)


@pytest.mark.parametrize(
    "target", ["AWSStepFunctions.Nope", "AWSStepFunctions.../index", "Other.ListStateMachines", "", "index"]
)
def test_unknown_targets(served: Served, target: str) -> None:
    """An operation that is not known is refused as AWS does."""
    status, body, _ = ask(served, "POST", "/", b"{}", X_Amz_Target=target)
    assert (status, body["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    "method, path",
    [("GET", "/x"), ("POST", "/"), ("GET", "/2015-03-31/nope"), ("PUT", "/2015-03-31/functions")],
)
def test_unknown_paths(served: Served, method: str, path: str) -> None:
    """A path without a route is not found."""
    status, body, _ = ask(served, method, path)
    assert (status, body["__type"]) == (404, "UnknownOperationException")


@pytest.mark.parametrize(
    "host, allowed",
    [
        ("127.0.0.1:{port}", True),
        ("localhost:{port}", True),
        ("localhost", True),
        ("sync-localhost:{port}", True),
        ("sync-127.0.0.1:{port}", True),
        ("states.localhost:{port}", False),  # only buckets have names below localhost
        ("[::1]:{port}", True),
        ("evil.example:{port}", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("192.168.0.7:{port}", False),
        ("", False),
        ("[", False),
    ],
)
def test_hosts(served: Served, host: str, allowed: bool) -> None:
    """A name that an attacker may have made to resolve here is refused."""
    status, _, _ = ask(served, "POST", "/", b"{}", Host=host.format(port=served.port), **TARGET)
    assert status == (200 if allowed else 403)


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:{port}", "http://127.0.0.1:1", "https://evil.example", "null"]
)
def test_origins(served: Served, origin: str) -> None:
    """A page is refused, whatever the browser would let it read, also a page of this server."""
    status, _, _ = ask(served, "POST", "/", b"{}", Origin=origin.format(port=served.port), **TARGET)
    assert status == 403


def test_bodies_are_bounded(served: Served) -> None:
    """A body that is too long is refused while it is read."""
    status, body, _ = ask(served, "POST", "/", b" " * (4 * 1024 * 1024 + 1), **TARGET)
    assert (status, body["__type"]) == (413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(tmp_path: Path, sent: signal.Signals) -> None:
    """The server reports that it listens, and ends with exit code 0, without a message."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.serving", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Listening on http://127.0.0.1:")
    assert process.stdout.readline().startswith("Console: http://127.0.0.1:")
    process.send_signal(sent)
    assert (*process.communicate(timeout=30), process.returncode) == ("", "", 0)


@pytest.mark.slow
def test_what_does_not_end_before_the_server(tmp_path: Path) -> None:
    """A wait for an execution that outlasts the server's time is answered with an error."""
    served = Served(str(tmp_path))
    arn = served.client("stepfunctions").create_state_machine(
        name="x", definition=PASS, roleArn=ROLE, type="EXPRESS"
    )["stateMachineArn"]
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    headers = {**TARGET, "X-Amz-Target": "AWSStepFunctions.StartSyncExecution"}
    connection.request("POST", "/", json.dumps({"stateMachineArn": arn}), headers)
    database = Database(tmp_path)
    until(SqliteExecutions(database).any_running, "the execution")
    database.close()
    served.process.terminate()
    response = connection.getresponse()
    assert (response.status, json.loads(response.read())["__type"]) == (503, "ServiceUnavailable")
    connection.close()
    assert served.stop() == 0


def test_an_address_that_is_taken(tmp_path: Path) -> None:
    """One clear line, no traceback."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigurationError, match=r"Cannot listen on http://127\.0\.0\.1:"),
    ):
        serve(make_service(tmp_path), "127.0.0.1", taken.getsockname()[1])


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the missing extra and how to install it."""
    monkeypatch.delitem(sys.modules, "sfn_cli.server.listener", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ConfigurationError, match=r"sfn serve needs uvicorn, .* Install the extra serve: "):
        serve(make_service(tmp_path))

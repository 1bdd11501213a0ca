"""The server's HTTP: protocols, limits, who may ask, and its end."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ConfigurationError
from sfn_cli.server import serve
from tests.api.fakes import make_service

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.conftest import Served

TARGET = {"X-Amz-Target": "AWSStepFunctions.ListStateMachines", "Content-Type": "application/x-amz-json-1.0"}


def ask(served: Served, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Any, http.client.HTTPMessage]:
    """The status, the body as JSON, and the headers; `_` in a header's name stands for `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(body)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, json.loads(text) if text else None, response.headers


def test_aws_json(served: Served) -> None:
    """A response has the protocol's content type and a request id."""
    status, body, headers = ask(served, "POST", "/", b"{}", **TARGET)
    assert (status, list(body), headers["content-type"]) == (200, ["stateMachines"], "application/x-amz-json-1.0")
    assert headers["x-amzn-requestid"]


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


@pytest.mark.parametrize("target", ["AWSStepFunctions.Nope", "AWSStepFunctions.../index", "Other.ListStateMachines", "", "index"])
def test_unknown_targets(served: Served, target: str) -> None:
    """An operation that is not known is refused as AWS does."""
    status, body, _ = ask(served, "POST", "/", b"{}", X_Amz_Target=target)
    assert (status, body["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize("method, path", [("GET", "/x"), ("POST", "/"), ("GET", "/2015-03-31/nope"), ("PUT", "/2015-03-31/functions")])
def test_unknown_paths(served: Served, method: str, path: str) -> None:
    """What no route matches is not found."""
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
        ("states.localhost:{port}", True),
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
    """A name that an attacker may have made resolve to this machine is refused."""
    status, _, _ = ask(served, "POST", "/", b"{}", Host=host.format(port=served.port), **TARGET)
    assert status == (200 if allowed else 403)


@pytest.mark.parametrize(
    "origin, allowed",
    [
        ("http://127.0.0.1:{port}", True),
        ("http://localhost:{port}", False),  # not the Host of the request
        ("http://127.0.0.1:1", False),
        ("https://evil.example", False),
        ("null", False),
    ],
)
def test_origins(served: Served, origin: str, allowed: bool) -> None:
    """A page of another origin may not ask, whatever the browser would let it read."""
    status, _, _ = ask(served, "POST", "/", b"{}", Origin=origin.format(port=served.port), **TARGET)
    assert status == (200 if allowed else 403)


def test_bodies_are_bounded(served: Served) -> None:
    """A body that is too long is refused while it is read."""
    status, body, _ = ask(served, "POST", "/", b" " * (4 * 1024 * 1024 + 1), **TARGET)
    assert (status, body["__type"]) == (413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(tmp_path: Path, sent: signal.Signals) -> None:
    """It says when it listens, and ends with exit code 0, without a word."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.serving", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("sfn listens on http://127.0.0.1:")
    process.send_signal(sent)
    assert (*process.communicate(timeout=30), process.returncode) == ("", "", 0)


def test_an_address_that_is_taken(tmp_path: Path) -> None:
    """One clear line, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigurationError, match=r"Cannot listen on http://127\.0\.0\.1:"):
        serve(make_service(tmp_path), "127.0.0.1", taken.getsockname()[1])


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who did not install what a server needs is told how to."""
    monkeypatch.delitem(sys.modules, "sfn_cli.server.listener", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ConfigurationError, match=r"sfn serve needs uvicorn: pip install 'sfn-cli\[serve\]'"):
        serve(make_service(tmp_path))

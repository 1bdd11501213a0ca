"""`POST /gateway/NAME`: a web client starts executions, as through an API Gateway.

A web page may only if its origin is configured.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.processes import ROLE, SFN, create_machine, ended, environment_of, serving, sfn_json, stop_workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPMessage
    from pathlib import Path

ARN = "arn:aws:states:us-east-1:123456789012"
PAGE = "http://localhost:3000"
ECHO = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Oops", "Cause": "it was to be"}}}
SLOW = {"StartAt": "W", "TimeoutSeconds": 1, "States": {"W": {"Type": "Wait", "Seconds": 60, "End": True}}}
NEXT = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": "next", "End": True}}}
WAITERS = 300
"""More than the server has threads."""


class Answer(NamedTuple):
    status: int
    body: Any
    headers: HTTPMessage


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """EXPRESS machines that succeed, fail and time out; a STANDARD one.

    The first has two versions, and an alias for the first version.
    """
    home = tmp_path_factory.mktemp("gateway") / "home"
    for name, definition in {"Echo": ECHO, "Fail": FAIL, "Slow": SLOW}.items():
        given = (
            "--name",
            name,
            "--role-arn",
            ROLE,
            "--type",
            "EXPRESS",
            "--definition",
            json.dumps(definition),
        )
        sfn_json(home, "create-state-machine", *given)
    echo = f"{ARN}:stateMachine:Echo"
    sfn_json(home, "publish-state-machine-version", "--state-machine-arn", echo)
    sfn_json(
        home, "create-state-machine-alias", "--name", "live",
        "--routing-configuration", f"stateMachineVersionArn={echo}:1,weight=100",
    )  # fmt: skip
    sfn_json(
        home,
        "update-state-machine",
        "--state-machine-arn",
        echo,
        "--definition",
        json.dumps(NEXT),
        "--publish",
    )
    create_machine(home, "Order", ECHO)
    yield home
    stop_workers(home)


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with serving(home, arguments=("--gateway-origin", PAGE)) as url:
        yield url


def ask(url: str, path: str, body: bytes = b"", method: str = "POST", **headers: str) -> Answer:
    """Sends a request; `_` in a header's name stands for `-`."""
    request = Request(
        f"{url}/gateway/{path}",
        body,
        {name.replace("_", "-"): value for name, value in headers.items()},
        method=method,
    )
    try:
        with urlopen(request, timeout=60) as response:
            text = response.read()
            return Answer(response.status, json.loads(text) if text else None, response.headers)
    except HTTPError as error:
        with error:
            return Answer(error.code, json.loads(error.read()), error.headers)


@pytest.mark.parametrize(
    "path, body, status, answer",
    [
        ("Echo:live", '{"a": "ä"}', 200, {"a": "ä"}),
        ("Echo:1", "", 200, {}),
        ("Echo:1", "[1, null]", 200, [1, None]),
        ("Echo:2", "{}", 200, "next"),
        ("Echo", "{}", 200, "next"),
        (quote(f"{ARN}:stateMachine:Echo:1"), '"text"', 200, "text"),
        ("Fail", "{}", 500, {"error": "Oops", "cause": "it was to be"}),
        ("Slow", "{}", 504, {"error": "States.Timeout", "cause": None}),
        ("Echo", "{", 400, None),
        ("Nope", "{}", 404, {"message": f"State Machine Does Not Exist: '{ARN}:stateMachine:Nope'"}),
        ("Echo:9", "{}", 404, {"message": f"State Machine Does Not Exist: '{ARN}:stateMachine:Echo:9'"}),
        ("a%2Fb", "{}", 404, None),
        ("", "{}", 404, None),
    ],
)
def test_answers(url: str, path: str, body: str, status: int, answer: object) -> None:
    """The response of an EXPRESS machine is its output, or its error; a refusal has a message."""
    answered = ask(url, path, body.encode())
    assert (answered.status, answered.headers["content-type"]) == (status, "application/json")
    assert answered.headers["x-amzn-requestid"]
    if answer is not None:
        assert answered.body == answer
    else:
        assert list(answered.body) == ["message"]


def test_a_standard_machine_is_started(home: Path, url: str) -> None:
    """For a STANDARD machine the response is StartExecution's: it does not wait for the end."""
    answered = ask(url, "Order", b'{"id": 1}')
    assert (answered.status, list(answered.body)) == (200, ["executionArn", "startDate"])
    assert ended(home, answered.body["executionArn"])["output"] == '{"id":1}'


def test_bodies_and_methods(url: str) -> None:
    """A body that is not text or too long, and a method other than POST, have their own statuses."""
    assert ask(url, "Echo", b"\xff").status == 400
    assert ask(url, "Echo", b'"' + b"x" * (5 << 20) + b'"').status == 413
    assert ask(url, "Echo", method="PUT").status == 405


def test_a_page_whose_origin_was_named(url: str) -> None:
    """A permitted origin gets the CORS headers, in preflights and in responses, errors included."""
    preflight = ask(
        url, "Echo", method="OPTIONS", Origin=PAGE,
        Access_Control_Request_Method="POST", Access_Control_Request_Headers="content-type",
    )  # fmt: skip
    assert preflight.status == 204
    allowed = {
        name: preflight.headers[f"Access-Control-Allow-{name}"] for name in ("Origin", "Methods", "Headers")
    }
    assert allowed == {"Origin": PAGE, "Methods": "POST", "Headers": "content-type"}
    for name, status in (("Echo", 200), ("Nope", 404)):
        answered = ask(url, name, b"{}", Origin=PAGE)
        assert (
            answered.status,
            answered.headers["Access-Control-Allow-Origin"],
            answered.headers["Vary"],
        ) == (status, PAGE, "Origin")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:3001", "https://localhost:3000"]
)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_other_pages_start_nothing(url: str, origin: str, method: str) -> None:
    """A request from a page of another origin is refused by the server, not only hidden from the page."""
    answered = ask(url, "Echo", b"{}", method, Origin=origin)
    assert (answered.status, answered.headers["Access-Control-Allow-Origin"]) == (403, None)


def test_a_permitted_page_can_use_only_the_gateway(url: str) -> None:
    """A permitted page cannot call the operations; DNS rebinding gives access to nothing."""
    headers = {"X-Amz-Target": "AWSStepFunctions.ListStateMachines", "Origin": PAGE}
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(url, b"{}", headers))
    with refused.value as error:
        assert error.code == 403
    assert ask(url, "Echo", b"{}", Origin=PAGE, Host="evil.example").status == 403


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "localhost:3000",
        "http://localhost:3000/page",
        "ftp://x",
        "HTTP://X",
        "http://[::1",
        "http://x:y",
        "http://x:99999",
    ],
)
def test_invalid_origins(home: Path, origin: str) -> None:
    """An invalid origin is refused before the server listens."""
    argv = [SFN, "serve", "--port", "0", "--gateway-origin", origin]
    done = subprocess.run(
        argv, env=environment_of(home), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, f"--gateway-origin '{origin}' is not an origin" in done.stderr) == (253, True)


@pytest.mark.slow
def test_many_wait_at_once(home: Path, url: str) -> None:
    """Waiting clients take no thread, so other requests are served at the same time."""
    wait = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3, "End": True}}}
    sfn_json(
        home,
        "create-state-machine",
        "--name",
        "W",
        "--role-arn",
        ROLE,
        "--type",
        "EXPRESS",
        "--definition",
        json.dumps(wait),
    )
    statuses, while_they_wait = asyncio.run(_crowd(url))
    assert statuses == [b"HTTP/1.1 200 OK"] * WAITERS
    assert while_they_wait == b"HTTP/1.1 200 OK"


async def _crowd(url: str) -> tuple[list[bytes], bytes]:
    """Returns the statuses of all waiting requests, and of a short one answered before them."""
    waiting = [asyncio.create_task(_status(url, "W")) for _ in range(WAITERS)]
    short = await _status(url, "Echo")
    assert not any(task.done() for task in waiting)
    return list(await asyncio.gather(*waiting)), short


async def _status(url: str, name: str) -> bytes:
    host = urlsplit(url).netloc
    reader, writer = await asyncio.open_connection(*host.split(":"))
    headers = f"Host: {host}\r\nContent-Length: 2\r\nConnection: close\r\n"
    writer.write(f"POST /gateway/{name} HTTP/1.1\r\n{headers}\r\n{{}}".encode())
    status = (await reader.readline()).strip()
    writer.close()
    await writer.wait_closed()
    return status

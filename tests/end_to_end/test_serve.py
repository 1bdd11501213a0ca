"""`sfn serve`: thousands of waiting clients, disconnecting clients, and its shutdown."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.async_requests import call, post, read_response, send_request
from tests.processes import ROLE, SFN, TIMEOUT_SECONDS, environment_of, serving, sfn, stop_workers

if TYPE_CHECKING:
    from pathlib import Path

WAITERS = 1000
MORE_THAN_THREADS = 200
"""How many of them must wait at the same time, on a slow machine too: many times the server's threads."""
AT_ONCE = 40
"""The maximum number of concurrent iterations of a Map."""

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:Work"
WORK = {"Type": "Task", "Resource": ACTIVITY, "End": True}
PASS = {
    "StartAt": "P",
    "States": {
        "P": {"Type": "Pass", "Parameters": {"name.$": "$$.Execution.Name", "in.$": "$"}, "End": True}
    },
}


def wait(seconds: int) -> dict[str, Any]:
    return {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": seconds, "End": True}}}


async def create(url: str, name: str, definition: object, type: str = "EXPRESS") -> str:
    request = {"name": name, "definition": json.dumps(definition), "roleArn": ROLE, "type": type}
    return str((await call(url, "CreateStateMachine", request))["stateMachineArn"])


@pytest.mark.slow
def test_a_thousand_wait_for_executions(home: Path) -> None:
    """More requests can wait than the server has threads.

    Each gets its response, and other requests are served at the same time.
    """

    async def scenario(url: str) -> None:
        slow, quick = await create(url, "Slow", wait(10)), await create(url, "Quick", PASS)
        waiting = [
            asyncio.create_task(post(url, "StartSyncExecution", {"stateMachineArn": slow}))
            for _ in range(WAITERS)
        ]
        answer = await call(url, "StartSyncExecution", {"stateMachineArn": quick, "name": "q", "input": "1"})
        assert len((await call(url, "ListStateMachines", {}))["stateMachines"]) == 2
        assert json.loads(answer["output"]) == {"name": "q", "in": 1}
        assert not all(task.done() for task in waiting)
        answers = await asyncio.gather(*waiting)
        assert [status for status, _ in answers] == [200] * WAITERS
        assert {body["status"] for _, body in answers} == {"SUCCEEDED"}
        assert len({body["executionArn"] for _, body in answers}) == WAITERS
        changes = [(body["startDate"], 1) for _, body in answers]
        changes += [(body["stopDate"], -1) for _, body in answers]
        assert max(accumulate(change for _, change in sorted(changes))) > MORE_THAN_THREADS

    with serving(home) as url:
        asyncio.run(scenario(url))


@pytest.mark.slow
def test_a_thousand_poll_for_tasks(home: Path) -> None:
    """Each poll gets a different task; other requests are served at the same time."""

    async def scenario(url: str) -> None:
        await call(url, "CreateActivity", {"name": "Work"})
        every = {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "A", "States": {"A": WORK}}}
        machine = await create(url, "Every", {"StartAt": "M", "States": {"M": every}}, "STANDARD")
        polls = [
            await send_request(url, "GetActivityTask", {"activityArn": ACTIVITY, "workerName": f"w{n}"})
            for n in range(WAITERS)
        ]
        answers = [asyncio.create_task(read_response(poll)) for poll in polls]
        assert len((await call(url, "ListActivities", {}))["activities"]) == 1
        assert not any(answer.done() for answer in answers)
        items = [json.dumps(list(range(first, first + AT_ONCE))) for first in range(0, WAITERS, AT_ONCE)]
        started = [
            await call(url, "StartExecution", {"stateMachineArn": machine, "input": part}) for part in items
        ]
        tasks = [body for _, body in await asyncio.gather(*answers)]
        assert sorted(int(task["input"]) for task in tasks) == list(range(WAITERS))
        assert len({task["taskToken"] for task in tasks}) == WAITERS
        for execution in started:
            await call(url, "StopExecution", {"executionArn": execution["executionArn"]})

    with serving(home) as url:
        asyncio.run(scenario(url))


def test_a_disconnected_client_gets_no_task(home: Path) -> None:
    """A task that arrives after its client has disconnected goes to another client."""

    async def scenario(url: str) -> None:
        await call(url, "CreateActivity", {"name": "Work"})
        machine = await create(url, "One", {"StartAt": "A", "States": {"A": WORK}}, "STANDARD")
        _, gone = await send_request(url, "GetActivityTask", {"activityArn": ACTIVITY})
        gone.close()
        await gone.wait_closed()
        stays = await send_request(url, "GetActivityTask", {"activityArn": ACTIVITY})
        await call(url, "StartExecution", {"stateMachineArn": machine, "input": "7"})
        assert (await read_response(stays))[1]["input"] == "7"

    with serving(home) as url:
        asyncio.run(scenario(url))


def test_bytes_after_the_last_request(home: Path) -> None:
    """Bytes after a request with `Connection: close` do not affect its response."""

    async def scenario(url: str) -> None:
        slow = await create(url, "Slow", wait(1))
        reader, writer = await send_request(url, "StartSyncExecution", {"stateMachineArn": slow})
        await call(url, "ListStateMachines", {})  # the request has been read
        writer.write(b"\r\nGARBAGE\r\n\r\n" * 10_000)
        assert (await read_response((reader, writer)))[1]["status"] == "SUCCEEDED"

    with serving(home) as url:
        asyncio.run(scenario(url))


@pytest.mark.skipif(
    not os.path.exists("/proc/net/if_inet6"), reason="the machine has no IPv6 that is known of"
)
def test_ipv6(home: Path) -> None:
    """A server on an IPv6 address can be reached at the URL that it prints."""
    with serving(home, arguments=["--host", "::1"]) as url:
        done = sfn(home, "list-state-machines", "--endpoint-url", url, "--no-sign-request")
    assert (done.stderr, json.loads(done.stdout)) == ("", {"stateMachines": []})


@pytest.mark.parametrize("signals", [1, 2])
def test_shutdown(home: Path, signals: int) -> None:
    """At shutdown, polls return empty at once, and requests that wait for executions return their end.

    A second signal ends them earlier. Then the port is free and the exit code 0.
    """

    async def scenario(url: str) -> None:
        await call(url, "CreateActivity", {"name": "Work"})
        slow = await create(url, "Slow", wait(2))
        # A worker is there.
        await call(url, "StartSyncExecution", {"stateMachineArn": await create(url, "Quick", PASS)})
        execution = await send_request(url, "StartSyncExecution", {"stateMachineArn": slow, "input": "3"})
        poll = await send_request(url, "GetActivityTask", {"activityArn": ACTIVITY})
        server.send_signal(signal.SIGTERM)
        assert await read_response(poll) == (200, {})
        if signals == 1:
            status, answer = await read_response(execution)
            assert (status, answer["status"], answer["output"]) == (200, "SUCCEEDED", "3")
        else:
            server.send_signal(signal.SIGTERM)
            assert b'"output"' not in await execution[0].read()
            execution[1].close()

    command = [SFN, "serve", "--port", "0"]
    with subprocess.Popen(
        command, env=environment_of(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[2]
        assert server.stdout.readline().startswith(f"Console: {url}/console/?token=")
        try:
            asyncio.run(scenario(url))
            assert (*server.communicate(timeout=TIMEOUT_SECONDS), server.returncode) == ("", "", 0)
            socket.create_server(("127.0.0.1", urlsplit(url).port or 0)).close()
        finally:
            server.kill()
            stop_workers(home)


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (
            ["--credentials", "/nowhere/credentials"],
            "Cannot use the credentials in /nowhere/credentials: No such file or directory.",
        ),
        (["--host", "203.0.113.1"], "Cannot listen on http://203.0.113.1:0: "),
        (["--host", "a..b"], "Cannot listen on http://a..b:0: it is not a valid host name."),
        (["--host", "a" * 64], f"Cannot listen on http://{'a' * 64}:0: it is not a valid host name."),
        (["--host", "\udc9b"], "Cannot listen on http://\\udc9b:0: it is not a valid host name."),
    ],
)  # fmt: skip
def test_serve_errors(home: Path, arguments: list[str], complaint: str) -> None:
    """The error is one line, with exit code 253."""
    done = sfn(home, "serve", "--port", "0", *arguments)
    assert (done.returncode, done.stdout) == (253, "")
    assert complaint in done.stderr

"""Clients that send or read only half of something: each has a time limit.

None blocks the others.
"""

from __future__ import annotations

import resource
import selectors
import socket
import subprocess
import threading
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from sfn_cli.server.limits import MAX_BODIES_BYTES, max_connections_limit
from tests.api.fakes import PASS, ROLE
from tests.processes import SFN, environment_of, until
from tests.server.raw_requests import CREDENTIALS, FUNCTIONS, HOST, LIST, framed, target
from tests.server.served import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

ALIVE = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: "
HALF_OPEN = 4300
AHEAD_BYTES = 300_000_000
MAX_AHEAD_MEMORY = 120_000_000
OWN_FILES = 300
"""The number of files and sockets that the tests' own process may have open in addition."""


@contextmanager
def connected(served: Served, sent: bytes = b"") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as client:
        client.sendall(sent)
        yield client


def read_all(client: socket.socket) -> bytes:
    """Returns all that the server sends until it closes the connection."""
    answer = b""
    try:
        while received := client.recv(65536):
            answer += received
    except ConnectionResetError:
        pass
    return answer


def answer_of(client: socket.socket) -> bytes:
    """An answer of which the body is JSON, on a connection that stays open."""
    answer = b""
    while not answer.endswith(b"}"):
        received = client.recv(65536)
        assert received, answer
        answer += received
    return answer


def status(answer: bytes) -> bytes:
    return answer.partition(b"\r\n")[0][9:12]


def poll(served: Served) -> bytes:
    """A request that waits for a task that never comes."""
    activity = served.client("stepfunctions").create_activity(name="Work")["activityArn"].encode()
    body = b'{"activityArn":"' + activity + b'"}'
    return framed(b"Content-Length: %d\r\n" % len(body), body).replace(LIST, target("GetActivityTask"))


@pytest.mark.slow
def test_the_end_of_the_server(tmp_path: Path) -> None:
    """A body that is incomplete when the server's time is over is refused with status 503.

    A half-sent head ends with it.
    """
    served = Served(str(tmp_path / "home"))
    with (
        connected(served, HALF_A_HEAD) as head,
        connected(served, framed(b"Content-Length: 10\r\n", b"{")) as body,
    ):
        with connected(served, ALIVE) as sync:
            answer_of(sync)  # so the others have been read
        assert served.stop() == 0
        assert (read_all(head), status(read_all(body))) == (b"", b"503")
    assert served.printed() == ""


@contextmanager
def half_open(served: Served, count: int) -> Iterator[selectors.BaseSelector]:
    """Opens that many connections with half a head.

    Those that the server closed are ready to be read.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, count + OWN_FILES)), hard))
    try:
        with ExitStack() as stack:
            selector = stack.enter_context(selectors.DefaultSelector())
            for _ in range(count):
                selector.register(stack.enter_context(connected(served, HALF_A_HEAD)), selectors.EVENT_READ)
            yield selector
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
def test_thousands_of_half_open_connections(tmp_path: Path) -> None:
    """Half-open connections beyond the descriptors do not block signed requests."""
    count = min(HALF_OPEN, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - OWN_FILES)
    open_files = min(4096, count - count // 20)
    (tmp_path / "credentials").write_text(CREDENTIALS)
    served = Served(
        str(tmp_path / "home"), "--credentials", str(tmp_path / "credentials"), open_files=open_files
    )
    client = boto3.client(
        "stepfunctions",
        endpoint_url=served.url,
        region_name="us-east-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=Config(connect_timeout=8, read_timeout=8, retries={"total_max_attempts": 1}),
    )
    with half_open(served, count) as others:
        for number in range(10):
            client.create_activity(name=f"a{number}")  # on the open connection
            client.close()
            assert len(client.list_activities()["activities"]) == number + 1  # on a new one
        closed = {key.fd for key, _ in others.select(0)}
        assert count - len(closed) > 0
    assert len(served.printed().splitlines()) <= 4
    assert "too many connections" in served.printed()
    assert served.stop() == 0
    assert "Traceback" not in served.printed()


def test_too_few_files(tmp_path: Path) -> None:
    """A server that could not open its store for some requests does not start, and says why."""
    command = ["sh", "-c", 'ulimit -n 100; exec "$0" serve --port 0', SFN]
    done = subprocess.run(command, env=environment_of(tmp_path), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (253, "")
    assert "sfn serve needs 256 open files; the limit is 100. Raise it with `ulimit -n`." in done.stderr


def test_all_connections_are_being_answered(tmp_path: Path) -> None:
    """A request that is being answered is never closed for a new client, which waits instead."""
    served = Served(str(tmp_path / "home"), open_files=256)
    waits = poll(served)
    with ExitStack() as stack:

        def is_crowded() -> bool:
            stack.enter_context(connected(served, waits))
            return "new connections wait" in served.printed()

        polls = [stack.enter_context(connected(served, waits)) for _ in range(max_connections_limit(256) - 1)]
        with connected(served, ALIVE) as sync:
            assert status(answer_of(sync)) == b"200"  # so the polls have been read
            until(is_crowded, "the line that says so")
        late = stack.enter_context(connected(served, ALIVE))
        done, others = polls[:20], polls[20:]
        for client in done:
            client.close()
        assert status(answer_of(late)) == b"200"
        selector = stack.enter_context(selectors.DefaultSelector())
        for client in others:
            selector.register(client, selectors.EVENT_READ)
        assert selector.select(0) == []  # they still wait for their tasks
    assert served.stop() == 0
    assert "Traceback" not in served.printed()


@pytest.mark.slow
def test_what_takes_too_long(tmp_path: Path) -> None:
    """An incomplete head or body is refused with status 408 when its time is over.

    A slow upload that goes on is answered, and neither an idle connection nor a long poll is closed
    meanwhile.
    """
    served = Served(str(tmp_path / "home"))
    long_poll = poll(served)
    part = b" " * 100_000
    dripping = threading.Event()
    with ExitStack() as stack:

        def begin(sent: bytes) -> socket.socket:
            return stack.enter_context(connected(served, sent))

        def drip(client: socket.socket, text: bytes) -> None:
            while not dripping.wait(0.5):
                try:
                    client.sendall(text)
                except OSError:
                    return

        idle = begin(ALIVE)
        assert status(answer_of(idle)) == b"200"
        polling = begin(long_poll)
        unused = begin(ALIVE)
        assert status(answer_of(unused)) == b"200"
        silent = begin(b"")
        heads = [
            begin(sent)
            for sent in (b"G", HALF_A_HEAD, b"GET /\r\n", ALIVE[:-2], b"POST / HTTP/1.1\r\n" + HOST + LIST)
        ]
        further = begin(ALIVE)
        assert status(answer_of(further)) == b"200"
        further.sendall(HALF_A_HEAD)
        bodies = [
            begin(framed(b"Content-Length: 100\r\n", b"{")),
            begin(framed(b"Content-Length: 4000000\r\n", part)),
            begin(framed(b"Transfer-Encoding: chunked\r\n")),
            begin(framed(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n")),
            begin(framed(b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffff\r\n{}")),
        ]
        slow = begin(framed(b"Content-Length: 1000002\r\n", part))
        drips = [begin(HALF_A_HEAD), begin(framed(b"Content-Length: 4000000\r\n"))]
        threads = [threading.Thread(target=drip, args=(client, b"a")) for client in drips]
        for thread in threads:
            thread.start()
        assert read_all(silent) == b""
        assert [status(read_all(client)) for client in (*heads, further, drips[0])] == [b"408"] * 7
        slow.sendall(part * 8)  # earns it the most time that there is
        assert [status(read_all(client)) for client in (*bodies, drips[1])] == [b"408"] * 6
        slow.sendall(part + b"{}")
        assert status(read_all(slow)) == b"200"
        dripping.set()
        for thread in threads:
            thread.join()
        idle.sendall(ALIVE)
        assert status(answer_of(idle)) == b"200"
        assert read_all(unused) == b""  # after KEEP_ALIVE_SECONDS
        polling.setblocking(False)
        with pytest.raises(BlockingIOError):
            polling.recv(1)
    assert len(served.printed().splitlines()) <= 6
    assert "Traceback" not in served.printed()
    assert served.stop() == 0


@pytest.mark.slow
def test_who_does_not_read(tmp_path: Path) -> None:
    """A client that reads no responses is closed in time, and others are answered meanwhile."""
    served = Served(str(tmp_path / "home"))
    sfn = served.client("stepfunctions")
    definition = PASS.replace('"Type"', '"Comment":"' + "x" * 900_000 + '","Type"', 1)
    machine = sfn.create_state_machine(name="large", definition=definition, roleArn=ROLE)["stateMachineArn"]
    body = b'{"stateMachineArn":"' + machine.encode() + b'"}'
    describe = (
        b"POST / HTTP/1.1\r\n"
        + HOST
        + target("DescribeStateMachine")
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )
    with connected(served, describe * 50):
        assert sfn.list_state_machines()["stateMachines"]
        until(lambda: "does not read the response" in served.printed(), "the line that says so")
    assert "Traceback" not in served.printed()
    assert served.stop() == 0


@pytest.mark.slow
def test_pipelined_requests_wait_in_the_socket(tmp_path: Path) -> None:
    """Pipelined requests are not collected in the server's memory."""
    served = Served(str(tmp_path / "home"))
    requests = (b"POST / HTTP/1.1\r\n" + HOST + LIST + b"Content-Length: 2\r\n\r\n{}") * 1000
    sent = 0
    with connected(served) as client:
        client.settimeout(2)
        stop_at = monotonic() + 4
        with suppress(TimeoutError):  # the server reads no more for now
            while sent < AHEAD_BYTES and monotonic() < stop_at:
                sent += client.send(requests)
        assert memory(served) < MAX_AHEAD_MEMORY
    assert served.stop() == 0
    assert "Traceback" not in served.printed()


@pytest.mark.slow
def test_bodies_are_bounded_together(tmp_path: Path) -> None:
    """Large bodies that do not end are abandoned, the oldest first, before they fill the memory."""
    served = Served(str(tmp_path / "home"))
    size = 70 * 1024 * 1024
    head = (
        b"POST "
        + FUNCTIONS
        + b"f/invocations HTTP/1.1\r\n"
        + HOST
        + b"Content-Length: %d\r\n\r\n" % (size + 1)
    )
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(served, head + b" " * size)) for _ in range(6)]
        assert [status(answer_of(client)) for client in clients[:3]] == [b"503"] * 3
        clients[-1].sendall(b" ")
        assert status(answer_of(clients[-1])) == b"400"  # it is not JSON
        assert memory(served) < 2 * MAX_BODIES_BYTES
    assert "all bodies together are too large" in served.printed()
    assert served.stop() == 0


def memory(served: Served) -> int:
    """The most bytes of memory that the server has had, where the system says so."""
    path = Path(f"/proc/{served.process.pid}/status")
    if not path.exists():
        return 0
    return int(path.read_text().partition("VmHWM:")[2].split()[0]) * 1024


HANG_UPS = {
    "no byte": (b"", 0),
    "half a head": (HALF_A_HEAD, 0),
    "between requests": (ALIVE, 0),
    "half a body": (framed(b"Content-Length: 10\r\n", b"{"), 1),
    "half a chunk": (framed(b"Transfer-Encoding: chunked\r\n", b"9\r\n{"), 1),
    "refused": (framed(b"Content-Length: 5000000\r\n", b"{"), 0),
    "not HTTP": (b"GARBAGE\r\n\r\n" * 1000, 0),
}


@pytest.mark.slow
@pytest.mark.parametrize("abruptly", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("phase", [*HANG_UPS, "answered"])
def test_hang_ups(tmp_path: Path, phase: str, abruptly: bool) -> None:
    """Clients that hang up cause one line at most, and none between requests."""
    served = Served(str(tmp_path / "home"))
    sfn = served.client("stepfunctions")
    sent, lines = HANG_UPS.get(phase, (poll(served), 1))
    for _ in range(5):
        with connected(served, sent) as client:
            if sent == ALIVE:
                answer_of(client)
            if abruptly:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sfn.list_activities()  # it has read what was sent
    until(lambda: len(served.printed().splitlines()) >= lines, "the line")
    sfn.list_activities()
    assert served.stop() == 0
    assert len(served.printed().splitlines()) == lines, served.printed()

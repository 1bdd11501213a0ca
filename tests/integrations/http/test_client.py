"""One HTTP request and its response, on a real socket."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from sfn_cli.asl.http_tasks import is_loopback_url
from sfn_cli.integrations.http.client import (
    MAX_BODY_BYTES,
    Request,
    Response,
    Unreadable,
    http_response_value,
    send_http_request,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENOUGH_SECONDS = 30.0
SOON_SECONDS = 0.1


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Yields the URL of a server that answers one request, after reading its headers."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        peer, _ = listener.accept()
        with peer:
            read = b""
            while b"\r\n\r\n" not in read:
                read += peer.recv(4096)
            answer(peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(ENOUGH_SECONDS)
        listener.close()


def sent(*parts: bytes) -> Callable[[socket.socket], None]:
    def answer(peer: socket.socket) -> None:
        for part in parts:
            peer.sendall(part)

    return answer


def test_a_response() -> None:
    """A response has status, reason, headers and body; a redirect is not followed."""
    with answering(
        sent(
            b"HTTP/1.1 302 Over There\r\nLocation: /x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: "
            b"2\r\n\r\nhi"
        )
    ) as url:
        response = send_http_request(Request("GET", url, ()), seconds=ENOUGH_SECONDS)
    headers = (("Location", "/x"), ("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Content-Length", "2"))
    assert response == Response(302, "Over There", headers, b"hi")


def test_a_long_response_is_truncated() -> None:
    """Reading stops as soon as the answer is known to be too long."""
    with answering(sent(b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", b"x" * 300_000)) as url:
        response = send_http_request(Request("GET", url, ()), seconds=ENOUGH_SECONDS)
    assert len(response.body) == MAX_BODY_BYTES + 1


def trickles(peer: socket.socket) -> None:
    """Sends a byte now and then, until the reader closes the connection."""
    peer.settimeout(SOON_SECONDS / 4)
    peer.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        try:
            peer.sendall(b"x")
            if peer.recv(1) == b"":
                return
        except TimeoutError:
            continue
        except OSError:
            return


def is_silent(peer: socket.socket) -> None:
    peer.recv(1)


@pytest.mark.parametrize("answer", [is_silent, trickles])
def test_the_time_limit_is_for_the_whole_call(answer: Callable[[socket.socket], None]) -> None:
    """A silent server, and one whose answer never ends, time out after the same time."""
    with answering(answer) as url, pytest.raises(TimeoutError):
        send_http_request(Request("GET", url, ()), seconds=SOON_SECONDS)


@pytest.mark.parametrize(
    "request_, error",
    [
        (Request("GET", "http://127.0.0.1:1/", ()), OSError),
        (Request("GET", "http://127.0.0.1:1/", (("Bad\nName", "v"),)), (OSError, ValueError)),
        (Request("GET", "http://127.0.0.1:x/", ()), ValueError),
    ],
)
def test_no_response(request_: Request, error: type[Exception]) -> None:
    with pytest.raises(error):
        send_http_request(request_, seconds=ENOUGH_SECONDS)


JSON = (("content-type", "application/json; charset=utf-8"),)


@pytest.mark.parametrize(
    "headers, body, value",
    [
        (JSON, b'{"a": [1]}', {"a": [1]}),
        ((("Content-Type", "application/problem+json"),), b"1", 1),
        (JSON, b"{broken", "{broken"),
        (JSON, b"", ""),
        ((("Content-Type", "text/plain"),), b"1", "1"),
        ((("Content-Type", "text/plain; charset=latin-1"),), b"\xe4", "ä"),
        ((), b"any", "any"),
    ],
)
def test_values(headers: tuple[tuple[str, str], ...], body: bytes, value: object) -> None:
    """JSON is parsed if the content type is JSON; everything else is text."""
    assert http_response_value(Response(200, "OK", headers, body)) == value


@pytest.mark.parametrize(
    "kind, body",
    [
        ("application/octet-stream", b"x"),
        ("image/png", b"x"),
        ("video/mp4", b"x"),
        ("audio/ogg", b"x"),
        ("text/plain", b"\xff\xfe"),
    ],
)
def test_a_response_that_is_not_text(kind: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        http_response_value(Response(200, "OK", (("Content-Type", kind),), body))


@pytest.mark.parametrize(
    "url, here",
    [
        ("http://127.0.0.1:3000/x", True),
        ("http://[::1]:3000", True),
        ("http://localhost", True),
        ("http://api.localhost:80", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_loopback(url: str, here: bool) -> None:
    assert is_loopback_url(url) is here

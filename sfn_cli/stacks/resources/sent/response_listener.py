"""Receives the response of a custom resource: what is behind the ResponseURL of a request.

The listener is on loopback, lives as long as the request, and answers only under a path that cannot be
guessed. The path contains the port, for programs that always call port 443 of the URL's host
(functions/environment/custom_resources.cjs).
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH = "/custom-resource-responses"
_MAX_BYTES = 1 << 20
_LOOPBACK = "127.0.0.1"


class ResponseListener:
    """Waits for one response."""

    def __init__(self) -> None:
        self._answered = threading.Event()
        self._answer: dict[str, Any] | None = None
        self._server = ThreadingHTTPServer((_LOOPBACK, 0), self._handler())
        self._server.daemon_threads = True
        port = self._server.server_port
        self._path = f"{_PATH}/{port}/{token_urlsafe(24)}"
        self.url = f"http://{_LOOPBACK}:{port}{self._path}"

    @property
    def has_answer(self) -> bool:
        return self._answered.is_set()

    def wait(self, seconds: float) -> dict[str, Any] | None:
        """Returns the response: a JSON object; {} if it is none, None if none came in time."""
        return self._answer if self._answered.wait(seconds) else None

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _receive(self, body: bytes) -> None:
        if self.has_answer:
            return  # the first response counts
        try:
            answer = json.loads(body)
        except ValueError:
            answer = {}
        self._answer = answer if isinstance(answer, dict) else {}
        self._answered.set()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class ResponseHandler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                length = self.headers.get("Content-Length", "")
                if self.path != listener._path:
                    self._respond(404)
                elif not length.isdigit() or int(length) > _MAX_BYTES:
                    self._respond(400)
                else:
                    body = self.rfile.read(int(length))
                    self._respond(200)
                    listener._receive(body)

            def _respond(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *values: object) -> None:
                """Logs nothing."""

        return ResponseHandler


@contextmanager
def response_listener() -> Iterator[ResponseListener]:
    """Listens while the block runs."""
    listener = ResponseListener()
    thread = threading.Thread(target=listener.serve, daemon=True, name="sfn-responses")
    thread.start()
    try:
        yield listener
    finally:
        listener.close()
        thread.join()

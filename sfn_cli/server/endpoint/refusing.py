"""An endpoint that refuses every request, where sfn's server is not installed.

It uses the standard library only. A call that fails with one line at once is better than one that
finds no endpoint and goes to AWS.
"""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

from sfn_cli import loopback
from sfn_cli.errors import ApiError
from sfn_cli.server.messages import HttpRequest
from sfn_cli.server.refusal import refusal_response

if TYPE_CHECKING:
    import socket

    from starlette.datastructures import Headers

    from sfn_cli.local_endpoint.hold import EndpointHold

_PIECE_BYTES = 1 << 20


def refuse_endpoint_requests(hold: EndpointHold, idle_seconds: float, reason: str) -> None:
    """Answers requests until none has come for a while, or the home is removed."""
    server = _RefusingServer(hold.listening, reason)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while hold.is_in_place() and time.monotonic() - server.called_at <= idle_seconds:
        time.sleep(1.0)


class _RefusingServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket, reason: str) -> None:
        super().__init__(listening.getsockname(), _RefusingHandler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.reason = reason
        self.called_at = time.monotonic()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.called_at = time.monotonic()
        return loopback.is_own_loopback(request) is not False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores a connection that the client broke off."""


class _RefusingHandler(BaseHTTPRequestHandler):
    server: _RefusingServer

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self._drop_body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        path, _, query = self.path.partition("?")
        request = HttpRequest(self.command, path, query, cast("Headers", headers), b"")
        # Not a status of 500 or more: SDKs would try again, several times.
        answer = refusal_response(request, ApiError("UnknownOperationException", self.server.reason))
        self.send_response_only(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing: the function has the error."""

    def _drop_body(self) -> None:
        """Reads the body: some clients read the response only after they have sent it all."""
        length = int(self.headers.get("Content-Length") or 0)
        while length > 0 and (piece := self.rfile.read(min(length, _PIECE_BYTES))):
            length -= len(piece)

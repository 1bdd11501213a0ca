"""An HTTP API for tests, on a real socket: it echoes the request, or answers by its path.

/json          the request as JSON: method, path, headers (with capitals, as they came), body
/status/NNN    that status
/type/A/B      the bytes 0xff 0x00 with this content type
/empty         200 without a body
/large         more than a task's result may hold
/private       401, unless the bearer token is the last one issued
/token         a new bearer token, for the client "client" with the secret "hidden"
               (`expires_in` says for how long)
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator


class Api:
    """An API with its requests so far; `url` is its address."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.tokens = 0
        self.expires_in: int | None = 3600

    def requests_to(self, path: str) -> list[dict[str, Any]]:
        return [request for request in self.requests if urlsplit(request["path"]).path == path]

    def answer(self, request: dict[str, Any]) -> tuple[int, str, bytes]:
        """Status, content type, body."""
        _, first, *rest = urlsplit(request["path"]).path.split("/")
        if first == "status":
            return int(rest[0]), "application/json", b'{"why": "hidden by AWS"}'
        if first == "type":
            return 200, "/".join(rest), b"\xff\x00"
        if first == "empty":
            return 200, "text/plain", b""
        if first == "large":
            return 200, "text/plain", b"x" * 300_000
        if first == "private" and request["headers"].get("Authorization") != f"Bearer token-{self.tokens}":
            return 401, "application/json", b"{}"
        if first == "token":
            return self._token(request)
        return 200, "application/json", json.dumps(request).encode()

    def _token(self, request: dict[str, Any]) -> tuple[int, str, bytes]:
        form = parse_qs(request["body"])
        if (form["client_id"], form["client_secret"], form["grant_type"]) != (
            ["client"],
            ["hidden"],
            ["client_credentials"],
        ):
            return 401, "application/json", b'{"error": "invalid_client"}'
        self.tokens += 1
        given: dict[str, Any] = {"access_token": f"token-{self.tokens}", "token_type": "Bearer"}
        if self.expires_in is not None:
            given["expires_in"] = self.expires_in
        return 200, "application/json", json.dumps(given).encode()


@contextmanager
def api() -> Iterator[Api]:
    """Yields a listening API."""
    played = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers: dict[str, str] = {}
            for name, value in self.headers.items():
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
            request = {"method": self.command, "path": self.path, "headers": headers, "body": body}
            played.requests.append(request)
            status, kind, answer = played.answer(request)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """Ignores the error of a client that disconnects early."""

    server = Server(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()

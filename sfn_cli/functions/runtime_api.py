"""Lambda's Runtime API, from which a custom runtime gets invocations and to which it sends answers.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
It listens on 127.0.0.1, at a port that the kernel chooses. Clients of this API send no secret, so the
server checks what it can: no other user of the machine (loopback.py), and no web page.
"""

from __future__ import annotations

import base64
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NoReturn

from sfn_cli import host_check, loopback
from sfn_cli.functions.bootstrap import MAX_RESPONSE_BYTES, dumps
from sfn_cli.functions.exchange import Answer, StateError

if TYPE_CHECKING:
    import socket

    from sfn_cli.functions.exchange import Event, Exchange

ROOT = "/2018-06-01/runtime/"
PIECE_BYTES = 1 << 20
UNKNOWN = "Runtime.Unknown"
"""The type of an error that the program did not name."""


def serve_runtime_api(listening: socket.socket, exchange: Exchange) -> NoReturn:
    """Serves a listening socket, with a thread for each connection, until this process ends."""
    server = _RuntimeApiServer(listening, exchange)
    server.serve_forever(poll_interval=3600)
    raise AssertionError("the server is never shut down")


class _RuntimeApiServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket, exchange: Exchange) -> None:
        super().__init__(listening.getsockname(), _RuntimeApiHandler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.exchange = exchange

    def verify_request(self, request: Any, client_address: Any) -> bool:
        return loopback.is_own_loopback(request) is not False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores a connection that the program closed."""


class _RuntimeApiHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _RuntimeApiServer

    def do_GET(self) -> None:
        if not self._is_from_program():
            return
        if self.path != f"{ROOT}invocation/next":
            self._send_json(
                404, {"errorType": "NotFound", "errorMessage": f"The Runtime API has no {self.path}"}
            )
            return
        try:
            event = self.server.exchange.next()
        except StateError:
            self._forbid("next")
        else:
            self._respond(200, event.body, _runtime_api_headers(event))

    def do_POST(self) -> None:
        body, trailers = self._body()
        if not self._is_from_program():
            return
        match self.path.removeprefix(ROOT).split("/") if self.path.startswith(ROOT) else []:
            case ["init", "error"]:
                self._fail(body)
            case ["invocation", request_id, "response"]:
                self._answer(request_id, _runtime_api_response(body, trailers))
            case ["invocation", request_id, "error"]:
                self._answer(request_id, self._error(body))
            case _:
                self._send_json(
                    404, {"errorType": "NotFound", "errorMessage": f"The Runtime API has no {self.path}"}
                )

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing: only the function writes to the log."""

    def _is_from_program(self) -> bool:
        """Whether a program, rather than a web page, sent the request."""
        if host_check.is_program({name.lower(): value for name, value in self.headers.items()}):
            return True
        self._send_json(
            403,
            {"errorType": "Forbidden", "errorMessage": "Only the function's own runtime may call this API"},
        )
        return False

    def _body(self) -> tuple[bytes | None, dict[str, str]]:
        """Returns the body (None if it is too large) and the trailers of a chunked body."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if length <= MAX_RESPONSE_BYTES:
            return self.rfile.read(length), {}
        while length > 0 and (piece := self.rfile.read(min(length, PIECE_BYTES))):
            length -= len(piece)
        return None, {}

    def _chunks(self) -> tuple[bytes | None, dict[str, str]]:
        pieces, size = [], 0
        while length := int(self.rfile.readline().partition(b";")[0], 16):
            while length > 0 and (piece := self.rfile.read(min(length, PIECE_BYTES))):
                length -= len(piece)
                size += len(piece)
                if size <= MAX_RESPONSE_BYTES:
                    pieces.append(piece)
            self.rfile.readline()
        trailers = {}
        while line := self.rfile.readline().strip().decode("latin-1"):
            name, _, value = line.partition(":")
            trailers[name.lower()] = value.strip()
        return b"".join(pieces) if size <= MAX_RESPONSE_BYTES else None, trailers

    def _answer(self, request_id: str, answer: Answer) -> None:
        if not self.server.exchange.answer(request_id, answer):
            self._send_json(400, {"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"})
        elif answer.error == _TOO_LARGE:
            message = f"Exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
            self._send_json(413, {"errorType": "RequestEntityTooLarge", "errorMessage": message})
        else:
            self._send_json(202, {"status": "OK"})

    def _fail(self, body: bytes | None) -> None:
        try:
            self.server.exchange.fail(self._error(body))
        except StateError:
            self._forbid("init/error")
        else:
            self._send_json(202, {"status": "OK"})

    def _error(self, body: bytes | None) -> Answer:
        """Returns the error in the body, which becomes the payload if it is a valid report."""
        header = self.headers["Lambda-Runtime-Function-Error-Type"]
        try:
            report = json.loads(body or b"")
        except ValueError:
            report = None
        if body is None or not isinstance(report, dict):
            error = header or UNKNOWN
            return Answer(
                dumps(
                    {
                        "errorType": error,
                        "errorMessage": "" if body is None else body.decode(errors="replace"),
                    }
                ).encode(),
                error,
            )
        named = report.get("errorType")
        return Answer(body, named if isinstance(named, str) and named else header or UNKNOWN)

    def _forbid(self, path: str) -> None:
        message = f"{path} is not allowed in the state that the runtime is in"
        self._send_json(403, {"errorType": "InvalidStateTransition", "errorMessage": message})

    def _send_json(self, status: int, content: dict[str, str]) -> None:
        self._respond(status, dumps(content).encode(), {})

    def _respond(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        for name, value in {
            **headers,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


_TOO_LARGE = "Function.ResponseSizeTooLarge"


def _runtime_api_headers(event: Event) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Aws-Request-Id": event.request_id,
        "Lambda-Runtime-Deadline-Ms": str(event.deadline),
        "Lambda-Runtime-Invoked-Function-Arn": event.arn,
        "Lambda-Runtime-Trace-Id": event.trace,
    }
    return (
        headers
        if event.client_context is None
        else {**headers, "Lambda-Runtime-Client-Context": event.client_context}
    )


def _runtime_api_response(body: bytes | None, trailers: dict[str, str]) -> Answer:
    """Parses a response, which need not be JSON.

    If the program failed half-way, its error is in the trailers.
    """
    if body is None:
        return _runtime_api_failure(
            _TOO_LARGE,
            f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes).",
        )
    error = trailers.get("lambda-runtime-function-error-type")
    if error:
        return Answer(base64.b64decode(trailers.get("lambda-runtime-function-error-body", "")), error)
    return Answer(body)


def _runtime_api_failure(error: str, message: str) -> Answer:
    return Answer(dumps({"errorType": error, "errorMessage": message}).encode(), error)

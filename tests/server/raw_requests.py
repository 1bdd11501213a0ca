"""Raw HTTP requests, byte by byte."""

from __future__ import annotations

CREDENTIALS = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n"
HOST = b"Host: 127.0.0.1\r\n"
CLOSE = b"Connection: close\r\n"
JSON = b"Content-Type: application/x-amz-json-1.0\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
FUNCTIONS = b"/2015-03-31/functions/"


def target(operation: str) -> bytes:
    return f"X-Amz-Target: AWSStepFunctions.{operation}\r\n".encode() + JSON


LIST = target("ListStateMachines")


def get(path: bytes = b"/", headers: bytes = b"", method: bytes = b"GET", host: bytes = HOST) -> bytes:
    """A request without a body."""
    return method + b" " + path + b" HTTP/1.1\r\n" + host + headers + CLOSE + b"\r\n"


def post(
    body: bytes, headers: bytes = LIST, path: bytes = b"/", method: bytes = b"POST", host: bytes = HOST
) -> bytes:
    """A request with a body."""
    length = f"Content-Length: {len(body)}\r\n".encode()
    return method + b" " + path + b" HTTP/1.1\r\n" + host + headers + length + CLOSE + b"\r\n" + body


def framed(framing: bytes, rest: bytes = b"", version: bytes = b"HTTP/1.1") -> bytes:
    """A request to list state machines whose body is framed by these headers."""
    return b"POST / " + version + b"\r\n" + HOST + LIST + CLOSE + framing + b"\r\n" + rest

"""One HTTP request and its response, for http:invoke, apigateway:invoke and token requests.

Certificates are those that the system trusts (SSL_CERT_FILE sets others); https uses the proxy in
HTTPS_PROXY. Redirects are not followed: the credentials of a request are not meant for the target.
"""

from __future__ import annotations

import http.client
import threading
from contextlib import suppress
from socket import SHUT_RDWR
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from sfn_cli import quotas
from sfn_cli.asl.http_tasks import LOOPBACK
from sfn_cli.jsonvalue import Json, loads

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BODY_BYTES = quotas.PAYLOAD_BYTES
"""How much of a response is read, in bytes: a task's result cannot be longer.

One more byte is read, to detect a longer response.
"""

Headers = tuple[tuple[str, str], ...]

_URL_CHARACTERS = "/%:@!$&'()*+,;=~?"
_UNREADABLE_TYPES = ("application/octet-stream", "image/", "video/", "audio/")


class Request(NamedTuple):
    method: str
    url: str
    headers: Headers
    body: bytes | None = None


class Response(NamedTuple):
    status: int
    reason: str
    headers: Headers
    body: bytes

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


class Unreadable(Exception):
    """A response whose body is not text; the message is the reason."""


def send_http_request(request: Request, *, seconds: float, most_bytes: int = MAX_BODY_BYTES) -> Response:
    """Sends a request and returns the complete response. Blocks.

    Of a body longer than `most_bytes`, one more byte is read, to detect that it is longer.

    Raises TimeoutError if the whole call takes longer than `seconds`, OSError and
    http.client.HTTPException if there is no response, and ValueError for an invalid URL or
    header.
    """
    parts = urlsplit(request.url)
    connection = _http_client_connection(parts, seconds)
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        # A thread that waits for the peer sees the end of the stream immediately.
        with suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(SHUT_RDWR)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()
    try:
        response = _send_on_http_connection(connection, parts, request, most_bytes)
    except Exception as error:
        if expired.is_set() and not isinstance(error, TimeoutError):
            raise TimeoutError("timed out") from error
        raise
    finally:
        timer.cancel()
        connection.close()
    if expired.is_set():  # a connection closed by the timer may look like a complete response
        raise TimeoutError("timed out")
    return response


def _http_client_connection(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = (parts.hostname or "").encode("idna").decode()
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port or 80, timeout=seconds)
    proxy = _http_client_proxy(host)
    if proxy is None:
        return http.client.HTTPSConnection(host, parts.port or 443, timeout=seconds)
    connection = http.client.HTTPSConnection(proxy.hostname or "", proxy.port or 8080, timeout=seconds)
    connection.set_tunnel(host, parts.port or 443)
    return connection


def _http_client_proxy(host: str) -> SplitResult | None:
    from urllib.request import getproxies, proxy_bypass

    named = getproxies().get("https")
    if named is None or host in LOOPBACK or proxy_bypass(host):
        return None
    return urlsplit(named if "://" in named else f"http://{named}")


def _send_on_http_connection(
    connection: http.client.HTTPConnection, parts: SplitResult, request: Request, most_bytes: int
) -> Response:
    path = quote(parts.path or "/", safe=_URL_CHARACTERS, errors="replace")
    query = f"?{quote(parts.query, safe=_URL_CHARACTERS, errors='replace')}" if parts.query else ""
    connection.putrequest(request.method, path + query, skip_host=True, skip_accept_encoding=True)
    headers = request.headers
    if not has_http_header(headers, "host"):
        headers = (("Host", parts.netloc.rpartition("@")[2]), *headers)
    if request.body is not None:
        headers = (*headers, ("Content-Length", str(len(request.body))))
    for name, value in headers:
        connection.putheader(name, value.encode("utf-8", "replace"))
    connection.endheaders(request.body)
    response = connection.getresponse()
    return Response(
        response.status, response.reason, tuple(response.getheaders()), response.read(most_bytes + 1)
    )


def has_http_header(headers: Iterable[tuple[str, str]], name: str) -> bool:
    """Whether the headers contain this name, given in lower case."""
    return any(given.lower() == name for given, _ in headers)


def http_header_lists(headers: Headers) -> dict[str, list[str]]:
    """Returns each header's values, in their order, by name."""
    listed: dict[str, list[str]] = {}
    for name, value in headers:
        listed.setdefault(name, []).append(value)
    return listed


def http_response_text(response: Response) -> str:
    """Returns the body as text. Raises Unreadable."""
    message = _http_response_content_type(response)
    kind = message.get_content_type() if "content-type" in message else ""
    if kind.startswith(_UNREADABLE_TYPES):
        raise Unreadable(f"The response has the content type {kind}, which Step Functions does not support.")
    try:
        return response.body.decode(message.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):
        if len(response.body) > MAX_BODY_BYTES:  # truncated, perhaps within a character
            return response.body.decode("utf-8", "replace")
        raise Unreadable("The response cannot be read as text.") from None


def http_response_value(response: Response) -> Json:
    """Returns the body's JSON if the content type is JSON, otherwise its text. Raises Unreadable."""
    text = http_response_text(response)
    kind = _http_response_content_type(response).get_content_type()
    if kind == "application/json" or kind.endswith("+json"):
        with suppress(ValueError, RecursionError):
            return loads(text)
    return text


def _http_response_content_type(response: Response) -> http.client.HTTPMessage:
    message = http.client.HTTPMessage()
    for name, value in response.headers:
        if name.lower() == "content-type":
            message["content-type"] = value
    return message

"""The client: runs operations at an endpoint (--endpoint-url), such as another `sfn serve`.

Failures of the service and throttling are retried, up to AWS_MAX_ATTEMPTS attempts in all.
"""

from __future__ import annotations

import http.client
import ssl
import time
from random import random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sfn_cli.api.protocol import shapes
from sfn_cli.cli.client import signature, wire
from sfn_cli.cli.failures import CommandFailedError, MisconfiguredError, OperationError
from sfn_cli.errors import ApiError
from sfn_cli.settings import is_aws_endpoint
from sfn_cli.settings.exported import exported_variables
from sfn_cli.settings.kinds import is_url_setting
from sfn_cli.settings.table import setting_value

if TYPE_CHECKING:
    from sfn_cli.api.model import Operation
    from sfn_cli.cli.terminal import Terminal

_TIMEOUT_SECONDS = 60
_RETRIED_STATUSES = (500, 502, 503, 504)
_RETRIED_CODES = (
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestTimeout",
)
_PIECE_BYTES = 1 << 20
_MAX_BODY_BYTES = 1 << 29
"""A page of a history has at most 1,000 events, few of which have as much as 256 KiB of data."""

_SIGNING_NAMES = {"stepfunctions": "states"}


def _signing_credentials(terminal: Terminal, endpoint: str) -> signature.Credentials:
    """Returns the user's credentials; without any, those of `sfn aws env`, except for AWS itself."""
    try:
        return signature.signing_credentials(terminal.environ, terminal)
    except MisconfiguredError:
        if not exported_variables or is_aws_endpoint(endpoint):
            raise
        return signature.signing_credentials({**terminal.environ, **exported_variables}, terminal)


class Remote:
    """Runs operations at an endpoint.

    Raises CommandFailedError, at once, for an endpoint that is not a URL and for missing
    credentials.
    """

    def __init__(self, terminal: Terminal) -> None:
        given, environ = terminal.given, terminal.environ
        self.endpoint = given["endpoint_url"]
        if not is_url_setting(self.endpoint):
            raise CommandFailedError(f"Invalid endpoint: {self.endpoint}")
        self.url = urlsplit(self.endpoint)
        self.region = terminal.settings.region
        self.who = _signing_credentials(terminal, self.endpoint) if given.get("sign_request", True) else None
        self.prefixes = not setting_value("AWS_DISABLE_HOST_PREFIX_INJECTION", environ)
        self.attempts: int = setting_value("AWS_MAX_ATTEMPTS", environ)
        # 0 means no limit, as in aws.
        self.timeout = (
            max(given.get("cli_read_timeout", _TIMEOUT_SECONDS), given.get("cli_connect_timeout", 0)) or None
        )
        ca_bundle = given.get("ca_bundle") or setting_value("AWS_CA_BUNDLE", environ)
        self.tls = _remote_tls(ca_bundle, given.get("verify_ssl", True))

    def call(self, operation: Operation, request: dict[str, Any]) -> dict[str, Any]:
        """Returns the endpoint's response.

        Raises UsageError before a request is sent, OperationError, CommandFailedError.
        """
        shapes.check_request_shape(operation.input, request)
        outgoing = wire.outgoing_wire(operation, request)
        for attempt in range(1, self.attempts + 1):
            incoming = self._exchange(operation, outgoing)
            if incoming.status < 300:
                return _remote_answer(operation, incoming)
            error = _remote_api_error(incoming)
            if not _is_remote_answer_retryable(incoming, error):
                raise OperationError(operation.name, error)
            if attempt < self.attempts:
                time.sleep(random() * 0.1 * 2**attempt)
        raise OperationError(operation.name, error, retries=self.attempts - 1)

    def _exchange(self, operation: Operation, outgoing: wire.Outgoing) -> wire.Incoming:
        assert self.url.hostname
        host = self.url.hostname
        name = f"[{host}]" if ":" in host else f"{operation.host_prefix if self.prefixes else ''}{host}"
        port = f":{self.url.port}" if self.url.port else ""
        path = self.url.path.rstrip("/") + outgoing.path
        headers = {**outgoing.headers, "Host": f"{name}{port}"}
        if self.who:
            service = _SIGNING_NAMES.get(operation.service, operation.service)
            signing = signature.RequestToSign(
                outgoing.method, f"{name}{port}", path, outgoing.query, outgoing.headers, outgoing.body
            )
            headers = signature.signature_headers(signing, self.who, self.region, service)
        connection = self._connection(name)
        try:
            connection.request(
                outgoing.method,
                f"{path}?{outgoing.query}" if outgoing.query else path,
                outgoing.body,
                headers,
            )
            response = connection.getresponse()
            received = {key.lower(): value for key, value in response.getheaders()}
            return wire.Incoming(response.status, received, _remote_body(response))
        except TimeoutError:
            raise CommandFailedError(
                f'Read timeout on endpoint URL: "{self.url.scheme}://{name}{port}{path}"'
            ) from None
        except ssl.SSLError as error:
            raise CommandFailedError(
                f"SSL validation failed for {self.url.scheme}://{name}{port}{path} {error}"
            ) from None
        except (http.client.HTTPException, ConnectionResetError) as error:
            if isinstance(error, http.client.InvalidURL):
                raise CommandFailedError(f"Invalid endpoint: {self.endpoint}") from None
            raise CommandFailedError(
                "Connection was closed before we received a valid response from endpoint URL: "
                f'"{self.url.scheme}://{name}{port}{path}".'
            ) from None
        except OSError:
            raise CommandFailedError(
                f'Could not connect to the endpoint URL: "{self.url.scheme}://{name}{port}{path}"'
            ) from None
        finally:
            connection.close()

    def _connection(self, name: str) -> http.client.HTTPConnection:
        name = name.strip("[]")  # of an IPv6 address
        if self.url.scheme == "https":
            return http.client.HTTPSConnection(name, self.url.port, timeout=self.timeout, context=self.tls)
        return http.client.HTTPConnection(name, self.url.port, timeout=self.timeout)


def _remote_body(response: http.client.HTTPResponse) -> bytes:
    """Reads the body of a response. Raises CommandFailedError for one beyond the limit."""
    body = bytearray()
    while piece := response.read(_PIECE_BYTES):
        body += piece
        if len(body) > _MAX_BODY_BYTES:
            raise CommandFailedError(f"The endpoint's response is longer than {_MAX_BODY_BYTES:,} bytes")
    return bytes(body)


def _remote_tls(ca_bundle: str | None, verify: bool) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        raise CommandFailedError(
            f"Cannot read the CA bundle {ca_bundle}: {error.strerror or error}"
        ) from None
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _remote_answer(operation: Operation, incoming: wire.Incoming) -> dict[str, Any]:
    try:
        return wire.answer_from_wire(operation, incoming)
    except (ValueError, TypeError, AttributeError, RecursionError, ApiError) as error:
        raise CommandFailedError(
            f"Unable to parse response ({error}), invalid response received from service"
        ) from None


def _remote_api_error(incoming: wire.Incoming) -> ApiError:
    members = wire.error_from_wire(incoming)
    if members is None:
        return ApiError(
            str(incoming.status), http.client.responses.get(incoming.status, ""), status=incoming.status
        )
    code = members.pop("__type")
    members.pop("code", None)
    message = members.pop("message", None) or members.pop("Message", None) or ""
    return ApiError(code, str(message), status=incoming.status, **members)


def _is_remote_answer_retryable(incoming: wire.Incoming, error: ApiError) -> bool:
    return incoming.status in _RETRIED_STATUSES or error.code in _RETRIED_CODES

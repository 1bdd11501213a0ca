"""`POST /gateway/NAME`: state machines as behind an API Gateway, without AWS's protocol.

    an EXPRESS machine    its execution is waited for: 200 with the output,
                          500 with {"error", "cause"}, 504 when it timed out
    a STANDARD machine    its execution is started: 200 with {"executionArn", "startDate"},
                          as StartExecution answers

NAME is a machine's name or ARN, `NAME:live` an alias and `NAME:3` a version. The body is the
execution's input. An error has API Gateway's form: {"message"}. Requests are not signed, as with a
gateway without an authorizer; with --credentials they are, as with one with AWS_IAM.

A web page may send requests only if its origin was named when the server was started
(--gateway-origin).
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sfn_cli import arn
from sfn_cli.api import model
from sfn_cli.api.protocol import shapes
from sfn_cli.errors import ApiError, ConfigurationError, SfnError
from sfn_cli.host_check import is_allowed_host
from sfn_cli.jsonvalue import dumps
from sfn_cli.server.messages import HttpResponse, message_with_request_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

    from sfn_cli.api.model import Operation
    from sfn_cli.server.messages import HttpRequest
    from sfn_cli.settings import Settings

    Call = Callable[[Operation, dict[str, Any]], Awaitable[Mapping[str, Any]]]

PREFIX = "/gateway/"

_NOT_FOUND = ("StateMachineDoesNotExist", "ResourceNotFound", "InvalidArn")
_PREFLIGHT_SECONDS = "600"


class Gateway:
    """Answers the gateway requests of one server."""

    def __init__(
        self, settings: Settings, listening_host: str, origins: Collection[str], scheme: str = "http"
    ) -> None:
        """Takes the server's addresses, and the `origins` whose pages may send requests.

        `scheme` is the one under which the server is reached: "http" or "https".
        """
        self._settings = settings
        self._listening_host = listening_host
        self._scheme = scheme
        self._origins = origins

    async def answer(
        self, head: HttpRequest, whole: Callable[[], Awaitable[HttpRequest]], call: Call
    ) -> HttpResponse:
        """Responds to one request.

        `whole` returns the request with its body, or raises ApiError; `call` calls an operation,
        and waits for it without a thread.
        """
        headers = head.headers
        try:
            if not is_allowed_host(headers, self._listening_host, self._origins, self._scheme):
                raise ApiError(
                    "ForbiddenException",
                    "This server only answers web pages of origins named with --gateway-origin.",
                    status=403,
                )
            if head.method == "OPTIONS":
                return HttpResponse(204, self._preflight(headers), b"")
            if head.method != "POST":
                raise ApiError(
                    "MethodNotAllowedException", f"Start an execution with POST {PREFIX}NAME.", status=405
                )
            answer = await self._start(unquote(head.path.removeprefix(PREFIX)), (await whole()).body, call)
        except SfnError as error:
            answer = _gateway_refusal(error)
        return answer._replace(
            headers=message_with_request_id(
                {**answer.headers, "Content-Type": "application/json", **self._cors(headers)}
            )
        )

    async def _start(self, name: str, body: bytes, call: Call) -> HttpResponse:
        request = {"stateMachineArn": self._arn(name), "input": _gateway_input(body)}
        try:
            ended = await call(model.load_model("stepfunctions", "StartSyncExecution"), request)
        except ApiError as error:
            if error.code != "StateMachineTypeNotSupported":
                raise
            start = model.load_model("stepfunctions", "StartExecution")
            return _gateway_json(200, shapes.shape_to_wire(start.output, await call(start, request)))
        if ended["status"] == "SUCCEEDED":
            return HttpResponse(200, {}, ended["output"].encode("utf-8", "replace"))
        return _gateway_json(
            504 if ended["status"] == "TIMED_OUT" else 500, {"error": ended["error"], "cause": ended["cause"]}
        )

    def _arn(self, name: str) -> str:
        return (
            name
            if name.startswith("arn:")
            else arn.state_machine_arn(self._settings.region, self._settings.account_id, name)
        )

    def _cors(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Returns the headers that let a page of a named origin read the response."""
        if not self._origins:
            return {}
        origin = headers.get("origin")
        may_read = (
            {"Access-Control-Allow-Origin": origin} if origin is not None and origin in self._origins else {}
        )
        return {"Vary": "Origin", **may_read}

    def _preflight(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Returns the headers of the response to a browser's preflight request."""
        allowed = {
            **self._cors(headers),
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
        }
        if requested_headers := headers.get("access-control-request-headers"):
            allowed["Access-Control-Allow-Headers"] = requested_headers
        if "access-control-request-private-network" in headers:
            allowed["Access-Control-Allow-Private-Network"] = "true"
        return allowed


def check_gateway_origins(origins: Sequence[str]) -> frozenset[str]:
    """Returns the origins as browsers send them.

    Raises ConfigurationError for a value that is not an origin; `*` would admit every page.
    """
    for origin in origins:
        if not _is_gateway_origin(origin):
            raise ConfigurationError(
                f"--gateway-origin '{origin}' is not an origin: "
                "write it as browsers do, such as http://localhost:3000."
            )
    return frozenset(origins)


def _is_gateway_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_complete = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return (
        is_complete
        and parts.scheme in ("http", "https")
        and text == f"{parts.scheme}://{parts.netloc}".lower()
    )


def _gateway_input(body: bytes) -> str:
    try:
        return body.decode() if body.strip() else "{}"
    except UnicodeDecodeError:
        raise ApiError("InvalidExecutionInput", "The body is not UTF-8.") from None


def _gateway_refusal(error: SfnError) -> HttpResponse:
    if not isinstance(error, ApiError):
        return _gateway_json(500, {"message": str(error)})
    status = 404 if error.code in _NOT_FOUND else error.status
    return _gateway_json(status, {"message": error.message})._replace(
        headers={"x-amzn-ErrorType": error.code}
    )


def _gateway_json(status: int, body: object) -> HttpResponse:
    return HttpResponse(status, {}, dumps(body).encode("utf-8", "replace"))

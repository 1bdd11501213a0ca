"""URLs from which a function's code, or a layer's content, can be loaded: Code.Location.

https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html
As on AWS, a URL needs no credentials: it is signed by this process, for ten minutes.
"""

from __future__ import annotations

import hmac
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sfn_cli.api.apigateway.urls import CODE
from sfn_cli.arn import version_number_of_arn
from sfn_cli.server.messages import HttpResponse, message_with_request_id
from sfn_cli.server.protocols.rest_json import rest_json_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.api.service import Service
    from sfn_cli.server.messages import HttpRequest

_SECRET = secrets.token_bytes(32)
_VALID_SECONDS = 600


def response_with_code_url(base_url: str, operation: Operation, answer: Mapping[str, Any]) -> HttpResponse:
    """Returns the response of an operation of Lambda; code in a zip gets its Location."""
    if operation.service == "lambda":
        if operation.name == "GetFunction":
            configuration = answer["Configuration"]
            number = version_number_of_arn(configuration["Version"]) or 0  # $LATEST is number 0
            place = f"function/{configuration['FunctionName']}/{number}"
            answer = _with_code_url(base_url, answer, "Code", place)
        elif operation.name in ("GetLayerVersion", "PublishLayerVersion"):
            name = answer["LayerArn"].rpartition(":")[2]
            answer = _with_code_url(base_url, answer, "Content", f"layer/{name}/{answer['Version']}")
    return rest_json_response(operation, answer)


def _with_code_url(base_url: str, answer: Mapping[str, Any], member: str, place: str) -> Mapping[str, Any]:
    if "Location" in answer[member]:
        return answer  # the code is a folder
    expires = int(time.time()) + _VALID_SECONDS
    url = f"{base_url}{CODE}{place}?Expires={expires}&Signature={_sign_code_place(place, expires)}"
    return {**answer, member: {**answer[member], "Location": url}}


async def answer_code_request(
    head: HttpRequest, with_service: Callable[[Callable[[Service], Any]], Awaitable[Any]]
) -> HttpResponse:
    """Responds to a request for a signed URL with the zip."""
    place = head.path.removeprefix(CODE)
    query = parse_qs(head.query)
    expires, signature = query.get("Expires", ["0"])[-1], query.get("Signature", [""])[-1]
    if not expires.isdecimal() or not hmac.compare_digest(
        _sign_code_place(place, int(expires)).encode(), signature.encode()
    ):
        return _refuse_code_request(
            403, "SignatureDoesNotMatch", "The URL was changed, or the server restarted."
        )
    if int(expires) < time.time():
        return _refuse_code_request(403, "AccessDenied", "Request has expired")
    content = await with_service(lambda service: _read_code(service, *place.split("/")))
    if content is None:
        return _refuse_code_request(404, "NoSuchKey", "The specified key does not exist.")
    return HttpResponse(200, message_with_request_id({"Content-Type": "application/zip"}), content)


def _read_code(service: Service, kind: str, name: str, number: str) -> bytes | None:
    if kind == "layer":
        layer = service.functions.layers.find(name, int(number))
        return None if layer is None else service.functions.layers.zip(layer)
    function = service.functions.find(name, int(number))
    return None if function is None else service.functions.zip(function)


def _sign_code_place(place: str, expires: int) -> str:
    return hmac.digest(_SECRET, f"{expires}/{place}".encode(), "sha256").hex()


def _refuse_code_request(status: int, code: str, message: str) -> HttpResponse:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return HttpResponse(status, message_with_request_id({"Content-Type": "application/xml"}), body.encode())

"""AWS services behind routes: sfn's own operations, and others by HTTP as API Gateway calls them.

A URI is arn:aws:apigateway:REGION:SERVICE:action/OPERATION, or …:SERVICE:path/PATH.
https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-aws-proxy.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from sfn_cli.api import model
from sfn_cli.api.protocol import shapes
from sfn_cli.errors import ApiError, ConfigurationError, SfnError
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.server.apis.integrations.backends import BackendAnswer
from sfn_cli.server.apis.messages import JSON_TYPE, ApiResponse, internal_error, json_api_response
from sfn_cli.server.messages import describe_error_message

if TYPE_CHECKING:
    from sfn_cli.api.model import Operation
    from sfn_cli.server.apis.integrations.backends import BackendRequest, Backends

_URI = re.compile(r"arn:[^:]*:apigateway:[^:]*:(?:[^:.]*\.)?([a-z0-9-]+):(action|path)/(.*)", re.DOTALL)

_BOTOCORE_NAMES = {
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
    "email": "ses",
    "elasticloadbalancing": "elbv2",
}
"""The services whose name in a URI is not botocore's."""

_SECONDS = 29.0
_FORM = "application/x-www-form-urlencoded"


class ServicePlace(NamedTuple):
    """What a URI names in a service."""

    service: str
    """botocore's name."""
    action: str | None
    path: str


def service_in_uri(uri: str) -> ServicePlace | None:
    """Returns what the URI of an AWS integration names; None for another URI."""
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    service = _BOTOCORE_NAMES.get(found[1], found[1])
    return (
        ServicePlace(service, found[3].strip("/"), "/")
        if found[2] == "action"
        else ServicePlace(service, None, "/" + found[3].lstrip("/"))
    )


async def call_api_service(place: ServicePlace, request: BackendRequest, backends: Backends) -> BackendAnswer:
    """Calls a service and returns its response. Raises GatewayError if it cannot be called."""
    operation = _own_operation(place, request)
    if operation is not None:
        return await call_own_operation(operation, request.body.decode("utf-8", "replace"), backends)
    return BackendAnswer(*await backends.in_thread(lambda: _send_to_service(place, request, backends)))


def _own_operation(place: ServicePlace, request: BackendRequest) -> Operation | None:
    if place.service not in model.model_services():
        return None
    target = (request.header("x-amz-target") or "").rpartition(".")[2].strip("'")
    name = place.action or target
    return (
        model.load_model(place.service, name) if name in model.model_operation_names(place.service) else None
    )


async def call_own_operation(operation: Operation, body: str, backends: Backends) -> BackendAnswer:
    """Calls one of sfn's own operations with a JSON body."""
    try:
        try:
            given = loads(body) if body.strip() else {}
        except (ValueError, RecursionError) as error:
            raise ApiError("SerializationException", f"The body is not JSON: {error}") from None
        members = shapes.shape_from_wire(operation.input, given)
        shapes.check_request_shape(operation.input, members)
        answer = await backends.call(operation, members)
    except SfnError as error:
        code, status, members = describe_error_message(error)
        response = json_api_response(status, {"__type": code, "message": str(error), **members})
        return BackendAnswer(response.with_headers([("x-amzn-ErrorType", code)]), str(status))
    return BackendAnswer(json_api_response(200, shapes.shape_to_wire(operation.output, answer)), "200")


def _send_to_service(
    place: ServicePlace, request: BackendRequest, backends: Backends
) -> tuple[ApiResponse, str]:
    """Sends a signed request to a service's endpoint. Blocks."""
    from sfn_cli.integrations.http.client import Request, send_http_request

    try:
        client: Any = backends.clients.get(place.service)
    except ConfigurationError as error:
        raise internal_error(str(error)) from None
    metadata = client.meta.service_model.metadata
    headers = dict(request.headers)
    query, body = list(request.query), request.body
    is_query = False
    if place.action is not None:
        is_query = metadata["protocol"] in ("query", "ec2") or (
            # SQS speaks both: a template makes JSON or a form.
            place.service == "sqs" and not body.lstrip().startswith(b"{")
        )
        if is_query:
            body = _query_action(place.action, metadata["apiVersion"], query, body)
            query = []
            _set_header(headers, "Content-Type", _FORM)
        elif "targetPrefix" in metadata:
            _set_header(headers, "X-Amz-Target", f"{metadata['targetPrefix']}.{place.action}")
            _set_header(
                headers, "Content-Type", f"application/x-amz-json-{metadata.get('jsonVersion', '1.0')}"
            )
    url = client.meta.endpoint_url.rstrip("/") + quote(place.path, safe="/%:@!$&'()*+,;=~-._")
    if query:
        url += "?" + urlencode(query)
    signed = _signed_headers(client, request.method, url, headers, body)
    try:
        response = send_http_request(
            Request(request.method, url, tuple(signed.items()), body or None), seconds=_SECONDS
        )
    except (OSError, ValueError) as error:
        raise internal_error(f"{place.service}: {error}") from None
    content = response.body
    found = ApiResponse(response.status, response.headers, content)
    if is_query or content.lstrip().startswith(b"<"):
        as_json = _xml_as_json(content)
        if as_json is not None:
            found = found._replace(body=as_json).with_headers([("Content-Type", JSON_TYPE)])
    return found, str(response.status)


def _set_header(headers: dict[str, str], name: str, value: str) -> None:
    for other in [key for key in headers if key.lower() == name.lower()]:
        del headers[other]
    headers[name] = value


def _query_action(action: str, version: str, query: list[tuple[str, str]], body: bytes) -> bytes:
    """Returns the form of a query operation: a body that is a form, and the query's parameters."""
    form = body.decode("utf-8", "replace").strip()
    pairs = [("Action", action)] if "Action=" not in form else []
    pairs += [("Version", version)] if "Version=" not in form else []
    text = urlencode(pairs + query)
    return "&".join(part for part in (text, form if "=" in form else "") if part).encode()


def _signed_headers(
    client: Any, method: str, url: str, headers: dict[str, str], body: bytes
) -> dict[str, str]:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    signed = AWSRequest(method, url, data=body)
    for name, value in headers.items():
        signed.headers[name] = value
    service_name = client.meta.service_model.signing_name
    SigV4Auth(client._request_signer._credentials, service_name, client.meta.region_name).add_auth(signed)
    return dict(signed.headers.items())


def _xml_as_json(text: bytes) -> bytes | None:
    """Returns an XML response as JSON, as services answer API Gateway; None if it is no XML."""
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
    return dumps({_local_name(root.tag): _xml_value(root)}).encode()


def _xml_value(element: Any) -> Any:
    children = list(element)
    if not children:
        return element.text or ""
    found: dict[str, Any] = {}
    for child in children:
        name, value = _local_name(child.tag), _xml_value(child)
        if name in found:
            found[name] = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        else:
            found[name] = value
    return found


def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]

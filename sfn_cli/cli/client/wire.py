"""The client's side of AWS's protocols: a request as HTTP, and an HTTP response as members.

json: everything in the body, the operation in X-Amz-Target.  rest-json: members may be in the path,
the query, the headers or be the whole body, as their `location` says.  query: a form, answered in
XML.
https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from sfn_cli.api.protocol.shapes import shape_from_wire, shape_to_wire

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from sfn_cli.api.model import Operation


class Outgoing(NamedTuple):
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Incoming(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """By names in small letters."""
    body: bytes


def outgoing_wire(operation: Operation, request: Mapping[str, Any]) -> Outgoing:
    """Returns the HTTP request for the operation."""
    if operation.protocol == "json":
        headers = {
            "Content-Type": f"application/x-amz-json-{operation.json_version}",
            "X-Amz-Target": f"{operation.target_prefix}.{operation.name}",
        }
        return Outgoing(
            "POST", "/", "", headers, json.dumps(shape_to_wire(operation.input, request)).encode()
        )
    if operation.protocol == "query":
        form = urlencode({"Action": operation.name, "Version": operation.api_version, **request})
        return Outgoing(
            "POST",
            "/",
            "",
            {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
            form.encode(),
        )
    return _rest_on_wire(operation, request)


def answer_from_wire(operation: Operation, incoming: Incoming) -> dict[str, Any]:
    """Returns the operation's response.

    Raises ValueError or ApiError when the body is not as the protocol requires.
    """
    if operation.protocol == "query":
        return _xml_wire_answer(operation, incoming.body)
    response: dict[str, Any] = {}
    payload = operation.output.get("payload")
    body = json.loads(incoming.body) if incoming.body and payload is None else {}
    for name, member in operation.output["members"].items():
        key = member.get("locationName", name)
        location = member.get("location")
        if location == "statusCode":
            response[name] = incoming.status
        elif location == "header":
            response[name] = incoming.headers.get(key.lower())
        elif name == payload:
            response[name] = incoming.body
        elif body.get(key) is not None:
            response[name] = shape_from_wire(member, body[key])
    return response


def error_from_wire(incoming: Incoming) -> dict[str, Any] | None:
    """Returns the members of an error's body, with its code in "__type".

    None when the body is neither JSON nor XML.
    """
    if incoming.headers.get("content-type", "").startswith("text/xml"):
        return _xml_wire_error(incoming.body)
    try:
        body = json.loads(incoming.body or b"{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    code = str(
        incoming.headers.get("x-amzn-errortype") or body.get("__type") or body.get("code") or incoming.status
    )
    return {**body, "__type": code.partition(":")[0].rpartition("#")[2]}


def _xml_wire_answer(operation: Operation, body: bytes) -> dict[str, Any]:
    """Returns the members, all of them texts, of a query protocol response. Raises ValueError."""
    found = _xml_of_wire(body).find(f"{{*}}{operation.name}Result")
    if found is None:
        raise ValueError(f"no {operation.name}Result")
    return {member.tag.rpartition("}")[2]: member.text for member in found}


def _xml_wire_error(body: bytes) -> dict[str, Any] | None:
    try:
        found = _xml_of_wire(body).find("{*}Error")
    except ValueError:
        return None
    return (
        None
        if found is None
        else {"__type": found.findtext("{*}Code"), "message": found.findtext("{*}Message")}
    )


def _xml_of_wire(body: bytes) -> Element:
    from xml.etree.ElementTree import ParseError, fromstring

    try:
        return fromstring(body)
    except ParseError as error:
        raise ValueError(str(error)) from None


def _rest_on_wire(operation: Operation, request: Mapping[str, Any]) -> Outgoing:
    path = operation.http["uri"]
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    body: dict[str, Any] = {}
    payload: bytes | None = None
    for name, value in request.items():
        member = operation.input["members"][name]
        key = member.get("locationName", name)
        location = member.get("location")
        if location == "uri":
            path = path.replace(f"{{{key}}}", quote(value, safe="~"))
        elif location == "querystring":
            query.append((key, _text_on_wire(value)))
        elif location == "header":
            headers[key] = _text_on_wire(value)
        elif name == operation.input.get("payload"):
            payload = value if isinstance(value, bytes) else str(value).encode()
        else:
            body[key] = shape_to_wire(member, value)
    if payload is None:
        payload = json.dumps(body).encode() if body else b""
        headers["Content-Type"] = "application/json"
    return Outgoing(
        operation.http["method"], path, urlencode(sorted(query), quote_via=quote), headers, payload
    )


def _text_on_wire(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

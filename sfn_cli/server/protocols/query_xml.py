"""The XML of AWS's query protocol: a response's members as elements.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#response-serialization
An empty list is an empty element: some clients treat a missing one as an error.
"""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.api.model import Shape

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 cannot represent, not even escaped."""

_ESCAPED = {"\r": "&#13;"}
"""A parser of XML reads a carriage return that is not escaped as a line feed."""


def query_members_xml(shape: Shape, members: Mapping[str, Any]) -> str:
    """Returns the elements of a structure's members, in the model's order; None is left out."""
    return "".join(_structure_xml(shape, members))


def query_text_xml(text: str) -> str:
    """Returns a text as the content of an element."""
    return escape(_NOT_IN_XML.sub("\ufffd", text), _ESCAPED)


def _structure_xml(shape: Shape, members: Mapping[str, Any]) -> Iterator[str]:
    for member, member_shape in shape["members"].items():
        value = members.get(member)
        if value is not None:
            yield _element_xml(member_shape.get("locationName", member), member_shape, value)


def _element_xml(name: str, shape: Shape, value: Any) -> str:
    content = _content_xml(shape, value)
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def _content_xml(shape: Shape, value: Any) -> str:
    kind = shape["type"]
    if kind == "structure":
        return query_members_xml(shape, value)
    if kind == "list":
        item = shape["member"]
        return "".join(_element_xml(item.get("locationName", "member"), item, one) for one in value)
    if kind == "map":
        entries = (
            _element_xml("key", shape["key"], key) + _element_xml("value", shape["value"], one)
            for key, one in value.items()
        )
        return "".join(f"<entry>{entry}</entry>" for entry in entries)
    return query_text_xml(_scalar_text(kind, value))


def _scalar_text(kind: str, value: Any) -> str:
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "timestamp":
        at = datetime.fromtimestamp(value / 1000, UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{value % 1000:03}Z"
    if kind == "blob":
        return binascii.b2a_base64(value, newline=False).decode()
    return str(value)

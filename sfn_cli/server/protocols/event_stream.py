"""Event streams: the body of a response with events, such as InvokeWithResponseStream's.

https://smithy.io/2.0/aws/amazon-eventstream.html
Each message has its length, that of its headers, and checksums of both and of the whole.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any

from sfn_cli.api.protocol.shapes import shape_to_wire
from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.model import Shape

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_TEXT = 7
"""The type of a header with text."""


def event_stream_body(shape: Shape, events: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Returns the messages of the events, by name, in the shape's order.

    An event whose only member is a blob has it as its content; any other is JSON.
    """
    messages = []
    for name, event_shape in shape["members"].items():
        if name not in events:
            continue
        members, event = event_shape["members"], events[name]
        if [member["type"] for member in members.values()] == ["blob"]:
            (content,) = event.values()
            messages.append(_event_stream_message(name, "application/octet-stream", content))
        else:
            text = dumps(shape_to_wire(event_shape, event)).encode("utf-8", "replace")
            messages.append(_event_stream_message(name, "application/json", text))
    return b"".join(messages)


def _event_stream_message(event: str, content_type: str, content: bytes) -> bytes:
    headers = b"".join(
        bytes((len(name),)) + name.encode() + bytes((_TEXT,)) + len(value).to_bytes(2, "big") + value.encode()
        for name, value in (
            (":event-type", event),
            (":content-type", content_type),
            (":message-type", "event"),
        )
    )
    # Beside headers and content: the prelude (two lengths and a checksum) and a checksum at the end.
    head = (len(headers) + len(content) + 16).to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    message = head + binascii.crc32(head).to_bytes(4, "big") + headers + content
    return message + binascii.crc32(message).to_bytes(4, "big")

"""Errors in Smithy's RPC v2 CBOR, the one protocol of some newer services, which are all unsupported.

https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
A client that speaks it cannot read another form.
"""

from __future__ import annotations

CBOR_PROTOCOL = "rpc-v2-cbor"
"""The value of the header Smithy-Protocol."""

CBOR_TYPE = "application/cbor"


def cbor_error(code: str, message: str) -> bytes:
    """Returns {"__type": code, "message": message} in CBOR (RFC 8949)."""
    return b"\xa2" + b"".join(map(_cbor_text, ("__type", code, "message", message)))


def _cbor_text(text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    length = len(content)
    if length < 24:
        return bytes([0x60 + length]) + content
    if length < 256:
        return bytes([0x78, length]) + content
    return b"\x7a" + length.to_bytes(4, "big") + content

"""UUIDs (RFC 9562) as text, because the standard module is slow to import."""

from __future__ import annotations

import os


def random_uuid() -> str:
    """Returns a random UUID (version 4)."""
    return uuid_text(os.urandom(16), version=4)


def time_ordered_uuid(at: int) -> str:
    """Returns a UUID that begins with the time (version 7), in milliseconds since 1970.

    As keys of an index, many of them fill neighbouring pages; random ones would each change another
    page.
    """
    return uuid_text(at.to_bytes(6, "big") + os.urandom(10), version=7)


def uuid_text(data: bytes, version: int) -> str:
    """Returns the UUID with these 16 bytes, except for its version and variant bits."""
    octets = bytearray(data)
    octets[6] = octets[6] & 0x0F | version << 4
    octets[8] = octets[8] & 0x3F | 0x80
    text = octets.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def derived_uuid(subject: str) -> str:
    """Returns a UUID that is the same for the same text (version 8: derived from its SHA-256)."""
    from hashlib import sha256

    return uuid_text(sha256(subject.encode("utf-8", "surrogatepass")).digest()[:16], version=8)

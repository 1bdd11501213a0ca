"""Timestamps of the States Language: the RFC 3339 profile of ISO 8601.

https://states-language.net/#timestamps
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def parse_timestamp(text: str) -> int | None:
    """Returns nanoseconds since 1970 (UTC) for an RFC 3339 timestamp, or None for any other text.

    T and Z must be upper-case.
    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    *fields, fraction, zone = found.groups()
    try:
        moment = datetime(*map(int, fields), tzinfo=_timestamp_zone(zone))  # type: ignore[arg-type,misc]
    except (ValueError, OverflowError):
        return None
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    return seconds * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _timestamp_zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


def format_context_timestamp(at: int) -> str:
    """Formats milliseconds since 1970 as the Context Object does, without a fraction of zero.

    2026-11-24T09:30:00.123Z, but 2026-11-24T09:30:00Z. (AWS support, quoted by a user in 2025)
    """
    return format_timestamp(at) if at % 1000 else format_timestamp_seconds(at)


def format_timestamp(at: int) -> str:
    """Formats milliseconds since 1970, always with three digits of a second: 2026-11-24T09:30:00.123Z."""
    moment = _EPOCH + timedelta(milliseconds=at)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def format_timestamp_seconds(at: int) -> str:
    """Formats milliseconds since 1970 in whole seconds, as the time of an event: 2026-11-24T09:30:00Z."""
    return f"{format_timestamp(at)[:-5]}Z"

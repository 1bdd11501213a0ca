"""Timestamps of $toMillis: ISO 8601 as in JavaScript, but in UTC if there is no offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from sfn_cli.query.jsonata.messages import Refusal, to_message_text

_FORM = re.compile(
    r"(\d{4})(?:-([01]\d)(?:-([0-3]\d))?)?(?:T([0-2]\d):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?)?(Z|[+-][0-2]\d:?[0-5]\d)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DEFAULTS = (1, 1, 1, 0, 0, 0)


def iso_8601_milliseconds(timestamp: str) -> int:
    """Returns the milliseconds since 1970 for a timestamp such as "2018-02-03T11:15:33.250+01:00".

    Everything after the year is optional.
    """
    found = _FORM.fullmatch(timestamp)
    if found is None:
        raise Refusal(
            "D3110",
            "The argument of the toMillis function must be an ISO 8601 formatted timestamp. "
            f"Given {to_message_text(timestamp)}",
        )
    year, month, day, hour, minute, second = (
        int(part or default) for part, default in zip(found.groups()[:6], _DEFAULTS, strict=True)
    )
    fraction, zone = found[7] or "", found[8]
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    utc = (moment - _EPOCH) // timedelta(milliseconds=1) + int(fraction[:3].ljust(3, "0"))
    if zone in (None, "Z"):
        return utc
    offset = (int(zone[1:3]) * 60 + int(zone[-2:])) * 60_000
    return utc + offset if zone.startswith("-") else utc - offset

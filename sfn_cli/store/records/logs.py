"""Log groups, their streams, and the events in them."""

from typing import NamedTuple


class LogGroup(NamedTuple):
    name: str
    created_at: int
    retention_days: int | None
    stored_bytes: int


class LogStream(NamedTuple):
    """A stream; the times of its first and last events are None while it has no events."""

    name: str
    created_at: int
    first_at: int | None
    last_at: int | None
    last_ingested_at: int | None


ALWAYS = 1 << 62
"""Later than any time."""


BEFORE_ALL, AFTER_ALL = (-1, -1), (ALWAYS, ALWAYS)
"""The (time, id) of no event: every event is between the two."""


class LogLine(NamedTuple):
    """One event to store; `at` is when it happened, in milliseconds since 1970."""

    group: str
    stream: str
    at: int
    message: str


class LogEvent(NamedTuple):
    """One stored event."""

    id: int
    stream: str
    at: int
    ingested_at: int
    message: str

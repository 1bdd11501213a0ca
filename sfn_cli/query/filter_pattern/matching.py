"""The compiled form of every kind of filter pattern, and the error for an invalid one."""

from __future__ import annotations

from collections.abc import Callable

Matches = Callable[[str], bool]
"""Returns whether a log event's message matches."""


class InvalidPattern(ValueError):
    """A malformed pattern; the message has the place of the error."""

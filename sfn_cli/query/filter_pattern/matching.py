"""What every kind of filter pattern compiles to, and the error of one that has the wrong form."""

from __future__ import annotations

from collections.abc import Callable

Matches = Callable[[str], bool]
"""Whether a log event's message matches."""


class InvalidPattern(ValueError):
    """The pattern has the wrong form; the message says where."""

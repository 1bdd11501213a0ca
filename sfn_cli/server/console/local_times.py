"""The time zone of times on the console's pages: that of this machine."""

from __future__ import annotations

from datetime import datetime, tzinfo


def local_zone() -> tzinfo | None:
    """Returns this machine's time zone, as it is now."""
    return datetime.now().astimezone().tzinfo

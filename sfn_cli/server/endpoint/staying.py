"""How long the home's endpoint stays: until it is idle, its home is removed, or sfn is replaced.

It is not idle while it serves the APIs of a stack: their URLs work until the stack is stopped or deleted.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sfn_cli.worker_slots import live_workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.local_endpoint.hold import EndpointHold
    from sfn_cli.settings import Settings

CHECK_SECONDS = 1.0


class Staying:
    """Counts the requests in progress; `must_end` is asked once a second."""

    def __init__(
        self,
        settings: Settings,
        hold: EndpointHold,
        is_current: Callable[[], bool],
        has_apis: Callable[[], bool],
    ) -> None:
        """`is_current` is whether the store still has this version's schema.

        `has_apis` is whether the store has APIs.
        """
        self._settings = settings
        self._hold = hold
        self._is_current = is_current
        self._has_apis = has_apis
        self._in_progress = 0
        self._called_at = time.monotonic()

    def begin(self) -> None:
        self._in_progress += 1

    def finish(self) -> None:
        self._in_progress -= 1
        self._called_at = time.monotonic()

    def must_end(self) -> bool:
        if not self._hold.is_in_place() or not self._is_current():
            return True
        idle = time.monotonic() - self._called_at
        return (
            not self._in_progress
            and idle > self._settings.aws_idle_seconds
            and not live_workers(self._settings)
            and not self._has_apis()
        )

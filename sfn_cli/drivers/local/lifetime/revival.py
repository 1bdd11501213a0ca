"""Starts a worker in place of one that was killed, if schedules, event sources or deliveries need it.

The processes of the local endpoint and of the local AWS services call this once a second. A worker
that exits or is stopped leaves an empty lock file, and is not started again: the file of one that was
killed still has its id.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.drivers.local.lifetime.keep_alive import has_event_sources
from sfn_cli.errors import SfnError
from sfn_cli.worker_slots import killed_workers, live_workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service

FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 300.0


class WorkerRevival:
    """Starts workers again, less and less often if they die again and again."""

    def __init__(self, open_service: Callable[[], Service]) -> None:
        """`open_service` is called in the thread of the first `check` that finds a killed worker."""
        self._open_service = open_service
        self._service: Service | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self._next_at = 0.0

    def check(self, home: str) -> None:
        """Starts a worker if one was killed, none runs, and one is needed. An error is left to later."""
        if killed_workers(home) and time.monotonic() >= self._next_at:
            with suppress(SfnError):
                self._revive()

    def _revive(self) -> None:
        self._service = service = self._service or self._open_service()
        if live_workers(service.settings) or not self._is_needed(service):
            return
        if time.monotonic() - self._next_at > LONGEST_PAUSE_SECONDS:
            self._pause = FIRST_PAUSE_SECONDS
        service.runner.wake()
        self._next_at = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def _is_needed(self, service: Service) -> bool:
        return has_event_sources(service) or service.deliveries.any()

"""The ends of executions, for requests that wait for them: one look at the store serves all, and no thread waits."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from sfn_cli.api.awaited import LOOK_SECONDS, WAKE_SECONDS

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

QUIET_SECONDS = 1.0
SELDOM_SECONDS = 0.02
"""How often the store is looked at when nobody has begun to wait, and nothing has changed, for QUIET_SECONDS."""

_SHARE = 4
"""A look that took long (thousands wait) is followed by so many times as long without one."""


class Ends:
    """Belongs to the thread of one event loop, as does `service`, whose store it looks at."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: defaultdict[int, list[asyncio.Future[None]]] = defaultdict(list)
        self._seen: int | None = None  # what was in the store when it was looked at last: None, when somebody came since
        self._task: asyncio.Task[None] | None = None

    async def of(self, execution: int) -> None:
        """Returns when the execution in this row has ended. Raises StoreError."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[execution].append(future)
        self._seen = None
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            await future
        finally:
            self._leave(execution, future)

    def _leave(self, execution: int, future: asyncio.Future[None]) -> None:
        futures = self._waiting.get(execution, [])
        if future in futures:  # it was cancelled
            futures.remove(future)
            if not futures:
                del self._waiting[execution]

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        wakes_at = clock() + WAKE_SECONDS
        news_at = clock()
        while self._waiting:
            began = clock()
            try:
                if self._look():
                    news_at = began
                elif began >= wakes_at:
                    self._service.runner.wake()
                    wakes_at = began + WAKE_SECONDS
            except Exception as error:
                self._fail(error)
                return
            pause = LOOK_SECONDS if began - news_at < QUIET_SECONDS else SELDOM_SECONDS
            await asyncio.sleep(max(pause, _SHARE * (clock() - began)))

    def _look(self) -> bool:
        """Tells those whose executions have ended; whether there was anything new to look at."""
        version = self._service.database.data_version()
        if version == self._seen:
            return False
        self._seen = version
        for execution in self._service.executions.ended(list(self._waiting)):
            for future in self._waiting.pop(execution):
                if not future.done():
                    future.set_result(None)
        return True

    def _fail(self, error: Exception) -> None:
        for futures in self._waiting.values():
            for future in futures:
                if not future.done():
                    future.set_exception(error)
        self._waiting.clear()

"""A watch on the store for all waiting requests: one look serves all, and no thread waits."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from sfn_cli.api.following import Follower, followed_statuses, follower_pause_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.api.service import Service

Future = asyncio.Future[None]


class Watch:
    """Belongs to one event loop's thread, as does `service`, whose store it watches."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._ends: defaultdict[str, list[Future]] = defaultdict(list)  # by the execution's ARN
        # By the activity's ARN, in order of arrival.
        self._tasks: defaultdict[str, list[Future]] = defaultdict(list)
        self._follower = Follower(service)
        self._looking: asyncio.Task[None] | None = None

    async def end_of(self, execution: str) -> None:
        """Returns when the execution with this ARN has ended. Raises StoreError."""
        await self._wait(self._ends, execution)

    async def task_of(self, activity: str) -> None:
        """Returns when the activity has a task for this request. Raises StoreError.

        Another request may have taken the task meanwhile.
        """
        await self._wait(self._tasks, activity)

    async def _wait(self, waiting: defaultdict[str, list[Future]], key: str) -> None:
        future = asyncio.get_running_loop().create_future()
        waiting[key].append(future)
        self._follower.recheck()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        try:
            await future
        except asyncio.CancelledError:
            self._follower.recheck()  # it may hold a task that another can now take
            raise
        finally:
            with suppress(ValueError):  # it was answered
                waiting[key].remove(future)
            if not waiting[key]:
                del waiting[key]

    async def _look_on(self) -> None:
        clock = asyncio.get_running_loop().time
        news_at = clock()
        while self._ends or self._tasks:
            began = clock()
            try:
                if self._follower.wait():
                    self._look()
                    news_at = began
            except Exception as error:
                self._fail(error)
                return
            await asyncio.sleep(follower_pause_seconds(began - news_at, clock() - began))

    def _look(self) -> None:
        """Wakes the requests whose wait is over."""
        if self._ends:
            for execution in followed_statuses(self._service, list(self._ends)):
                _notify_watchers(self._ends.pop(execution))
        for activity, count in (
            self._service.tasks.queue_lengths(list(self._tasks)).items() if self._tasks else ()
        ):
            _notify_watchers([future for future in self._tasks[activity] if not future.done()][:count])

    def _fail(self, error: Exception) -> None:
        for future in [
            future
            for waiting in (self._ends, self._tasks)
            for futures in waiting.values()
            for future in futures
        ]:
            if not future.done():
                future.set_exception(error)
        self._ends.clear()
        self._tasks.clear()


def _notify_watchers(futures: Iterable[Future]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)

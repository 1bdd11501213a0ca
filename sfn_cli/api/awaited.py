"""Answers that are not there yet: an execution has to end (StartSyncExecution), or an activity to have a task (GetActivityTask).

A door that has nothing else to do waits for them here. One that serves many keeps no thread for each
(server/watch.py), and asks for the answer when there may be one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service

LOOK_SECONDS = 0.002
"""How often one who waits looks whether the store has changed: a short execution ends within milliseconds."""

WAKE_SECONDS = 2.0
"""How often a worker is called meanwhile: it may have been killed, or have left a store that it could not write."""


class AwaitedEnd(NamedTuple):
    """`answer` gives the operation's answer once the execution in this row has ended."""

    execution: int
    answer: Callable[[Service], dict[str, Any]]

    def wait(self, service: Service) -> dict[str, Any]:
        """Waits for the end: an EXPRESS execution's comes after five minutes at the latest."""
        database = service.database
        wakes_at = time.monotonic() + WAKE_SECONDS
        while True:
            version = database.data_version()
            if service.executions.ended([self.execution]):
                return self.answer(service)
            while database.await_change(version, wakes_at - time.monotonic(), every=LOOK_SECONDS) == version:
                service.runner.wake()
                wakes_at = time.monotonic() + WAKE_SECONDS


class AwaitedTask(NamedTuple):
    """`take` gives the operation's answer if a task of the activity waits, or None; after `seconds`, NO_TASK is the answer."""

    activity: str
    seconds: float
    take: Callable[[Service], dict[str, Any] | None]

    def wait(self, service: Service) -> dict[str, Any]:
        """Waits for a task."""
        give_up_at = time.monotonic() + self.seconds
        while True:
            version = service.database.data_version()
            answer = self.take(service)
            if answer is not None:
                return answer
            if service.database.await_change(version, give_up_at - time.monotonic()) == version:
                return NO_TASK


NO_TASK: dict[str, Any] = {}
"""What GetActivityTask answers when there was none."""

Awaited = AwaitedEnd | AwaitedTask

"""Waiting for the store to change, and keeping a worker alive meanwhile, for commands and the server.

Rule 1: the first look comes at once. The store's version is read before the caller looks, so that a commit
between two looks is never missed.
Rule 2: while something is unfinished, a worker is woken every WAKE_SECONDS, for it may have been killed at
any moment. While nothing is, none is started: a command that follows an idle store keeps no worker alive.
Rule 3: time is measured by the monotonic clock. Setting the system's clock neither ends nor prolongs a wait.
Rule 4: a store whose file was moved or deleted never changes again: the wait ends with a StoreError.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from sfn_cli.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.interpreter.events import HistoryEvent

LOOK_SECONDS = 0.02
"""How often the store's version is read. One read takes some 10 µs."""

PROMPT_SECONDS = 0.002
"""How often it is read for a short execution, which ends within milliseconds."""

QUIET_SECONDS = 1.0
"""How long after the last change a watcher of many waits reads it as often as that."""

_SHARE = 4
"""After a slow look (at thousands of waits), the pause is this many times as long as the look."""

WAKE_SECONDS = 2.0
"""How often a worker is woken, or started, while something is unfinished."""

SUSPENDED = "SUSPENDED"
"""The status here of an execution that cannot end. For AWS's API it is RUNNING."""

WINDOW = 500
"""How many executions are awaited at a time, so that a look never checks a million."""


class Follower:
    """Follows one store from one thread. The caller decides how to sleep between two calls of
    `has_changed`.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen: int | None = None
        self._wakes_at = time.monotonic() + WAKE_SECONDS

    def has_changed(self) -> bool:
        """Whether the store may have changed since the last call. Wakes a worker when one is due.

        Raises StoreError when the store is gone, or no worker can be started.
        """
        now = time.monotonic()
        if now >= self._wakes_at:
            self._wakes_at = now + WAKE_SECONDS
            _check_in_place(self._service)
            keep_worker(self._service)
        seen, self._seen = self._seen, self._service.database.data_version()
        return self._seen != seen

    def look_again(self) -> None:
        """Makes the next `has_changed` true: the caller has something new to look for."""
        self._seen = None


def pause_seconds(unchanged_seconds: float, look_seconds: float) -> float:
    """How long a watcher of many waits pauses after a look.

    `unchanged_seconds` is the time since the store last changed, `look_seconds` how long the look took.
    """
    pause = PROMPT_SECONDS if unchanged_seconds < QUIET_SECONDS else LOOK_SECONDS
    return max(pause, _SHARE * look_seconds)


def keep_worker(service: Service) -> None:
    """Makes sure that a worker lives if there is work left, without waiting for it. Raises StoreError."""
    if service.executions.any_running() or service.function_events.any():
        service.runner.wake()


def looks(service: Service, seconds: float = math.inf, *, every: float = LOOK_SECONDS) -> Iterator[None]:
    """Yields at once, and then whenever the store may have changed, until so many seconds have passed."""
    follower = Follower(service)
    give_up_at = time.monotonic() + seconds
    while True:
        if follower.has_changed():
            yield
        elif time.monotonic() >= give_up_at:
            return
        else:
            time.sleep(every)


def find_settled(service: Service, executions: Sequence[int]) -> dict[int, str]:
    """The executions in these rows whose wait is over, with their statuses.

    Every wait for the end of an execution decides here whether it is over. One that cannot end, because sfn
    failed on it or on an execution that it waits for, is SUSPENDED.
    """
    ended = service.executions.ended(executions)
    running = [execution for execution in executions if execution not in ended]
    return {**ended, **dict.fromkeys(service.suspensions.blocking(running), SUSPENDED)}


def ends(
    service: Service,
    executions: Sequence[int],
    *,
    every: float = LOOK_SECONDS,
) -> Iterator[dict[int, str]]:
    """Waits until the executions in these rows have ended.

    Yields at every look what `find_settled` newly returns (perhaps nothing): each execution once.
    """
    for start in range(0, len(executions), WINDOW):
        waiting = set(executions[start : start + WINDOW])
        for _ in looks(service, every=every):
            ended = find_settled(service, list(waiting))
            waiting -= ended.keys()
            yield ended
            if not waiting:
                break


def events(service: Service, execution: int) -> Iterator[HistoryEvent]:
    """Yields the execution's events as soon as they are stored, until it has ended or is suspended."""
    last = 0
    for _ in looks(service):
        # Before the history: no event follows those that are read below.
        ended = find_settled(service, [execution])
        for event in service.executions.history(execution, after=last):
            yield event
            last = event.id
        if ended:
            return


def _check_in_place(service: Service) -> None:
    database = service.database
    if not database.is_in_place():
        raise StoreError(f"The store {database.path} was moved or deleted while this command waited for it.")

"""Waiting for the store to change while keeping a worker alive, for commands and the server.

Rule 1: the first look happens at once, and a commit between two looks is never missed (store
`Changes`).
Rule 2: while something is unfinished, a worker is woken every WAKE_SECONDS, because it may have
been killed at any moment. Otherwise none is started: a command that follows an idle store keeps
no worker alive.
Rule 3: time is measured by the monotonic clock. Setting the system's clock neither ends nor
prolongs a wait.
Rule 4: a store whose file was moved or deleted never changes again: the wait ends with a
StoreError.
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
"""How often a wait looks for a change. One look takes some 10 µs."""

PROMPT_SECONDS = 0.002
"""How often it looks for the end of a short execution, which ends within milliseconds."""

QUIET_SECONDS = 1.0
"""How long after the last change a watcher of many waits looks as often as that."""

_SHARE = 4
"""After a slow look (at thousands of waits), the pause is this many times as long as the look."""

WAKE_SECONDS = 2.0
"""How often a worker is woken, or started, while something is unfinished."""

SUSPENDED = "SUSPENDED"
"""The status here of an execution that cannot end. For AWS's API it is RUNNING."""

WINDOW = 500
"""How many executions are awaited at a time, so that a look never checks a million."""


class Follower:
    """Follows one store from one thread, and keeps a worker alive meanwhile."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._changes = service.store.changes()
        self._wakes_at = time.monotonic() + WAKE_SECONDS

    def wait(self, seconds: float = 0.0, *, every: float = LOOK_SECONDS) -> bool:
        """Waits at most `seconds`, until the store may have changed; returns whether it may.

        A change counts from the last call that returned True; the first call returns True. With 0,
        it only looks. Wakes a worker whenever that is due.

        Raises StoreError when the store is gone, or no worker can be started.
        """
        give_up_at = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            if now >= self._wakes_at:
                self._wakes_at = now + WAKE_SECONDS
                self._changes.check_in_place()
                keep_worker_alive(self._service)
            if self._changes.wait(max(0.0, min(give_up_at, self._wakes_at) - now), every=every):
                return True
            if time.monotonic() >= give_up_at:
                return False

    def look_again(self) -> None:
        """Makes the next `wait` return True at once: the caller has something new to look for."""
        self._changes.look_again()


def follower_pause_seconds(unchanged_seconds: float, look_seconds: float) -> float:
    """Returns how many seconds to pause after a look, when many waits are watched.

    `unchanged_seconds` is the time since the store last changed, `look_seconds` how long the look
    took.
    """
    pause = PROMPT_SECONDS if unchanged_seconds < QUIET_SECONDS else LOOK_SECONDS
    return max(pause, _SHARE * look_seconds)


def keep_worker_alive(service: Service) -> None:
    """Ensures that a worker is running if there is work left, without waiting for it.

    Raises StoreError.
    """
    if service.executions.any_running() or service.function_events.any():
        service.runner.wake()


def try_to_keep_worker_alive(service: Service) -> None:
    """Does what `keep_worker_alive` does, for what must not fail because no worker can be started.

    The reason is in `service.worker_error` then.
    """
    try:
        keep_worker_alive(service)
        service.worker_error = None
    except StoreError as error:
        service.worker_error = error


def follow_changes(
    service: Service, seconds: float = math.inf, *, every: float = LOOK_SECONDS
) -> Iterator[None]:
    """Yields at once, then whenever the store may have changed, until `seconds` have passed."""
    follower = Follower(service)
    give_up_at = time.monotonic() + seconds
    while follower.wait(max(0.0, give_up_at - time.monotonic()), every=every):
        yield


def followed_statuses(service: Service, executions: Sequence[str]) -> dict[str, str]:
    """Returns the executions (by ARN) whose wait is over, with their statuses.

    Every wait for the end of an execution decides here whether it is over. An execution that cannot
    end, because sfn failed on it or on an execution that it waits for, is SUSPENDED.
    """
    ended = service.executions.ended_among(executions)
    running = [execution for execution in executions if execution not in ended]
    return {
        **{execution: status or SUSPENDED for execution, status in ended.items()},
        **dict.fromkeys(service.suspensions.blocking(running), SUSPENDED),
    }


def follow_ends(
    service: Service, executions: Sequence[str], *, every: float = LOOK_SECONDS
) -> Iterator[dict[str, str]]:
    """Waits until the executions (by ARN) have ended.

    Yields at every look what `followed_statuses` newly returns (possibly empty): each execution once.
    """
    for start in range(0, len(executions), WINDOW):
        waiting = set(executions[start : start + WINDOW])
        for _ in follow_changes(service, every=every):
            ended = followed_statuses(service, list(waiting))
            waiting -= ended.keys()
            yield ended
            if not waiting:
                break


def new_events(service: Service, execution: str, after: int) -> tuple[list[HistoryEvent], bool]:
    """Returns the events of the execution with this ARN that follow the event `after`.

    And whether they are its last ones, because it has ended or is suspended.
    """
    # Before the history: no event follows those that are read below.
    is_over = bool(followed_statuses(service, [execution]))
    return service.executions.history(execution, after=after), is_over

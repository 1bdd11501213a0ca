"""Waiting for the store to change while keeping a worker alive, for commands and the server.

Rule 1: The first check happens immediately, and a commit between two checks is never missed (store
`Changes`).
Rule 2: While something is unfinished, a worker is woken every WAKE_SECONDS, because workers may be
killed at any moment. Otherwise none is started: following an idle store keeps no worker alive.
Rule 3: Time is measured by the monotonic clock. Setting the system clock neither ends nor
prolongs a wait.
Rule 4: A store whose file was moved or deleted never changes again: the wait ends with a
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

POLL_SECONDS = 0.02
"""How often a wait checks for a change. One check takes about 10 µs."""

PROMPT_SECONDS = 0.002
"""How often it checks for the end of a short execution, which ends within milliseconds."""

QUIET_SECONDS = 1.0
"""How long after the last change a watcher of many waits checks that often."""

_SHARE = 4
"""After a slow check (of thousands of waits), the pause is this many times as long as the check."""

WAKE_SECONDS = 2.0
"""How often a worker is woken, or started, while something is unfinished."""

SUSPENDED = "SUSPENDED"
"""sfn's status of an execution that cannot end. In AWS's API, it is RUNNING."""

WINDOW = 500
"""How many executions are awaited at a time, so that a check is never of a million."""


class Follower:
    """Follows one store from one thread, and keeps a worker alive."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._changes = service.store.changes()
        self._wakes_at = time.monotonic() + WAKE_SECONDS

    def wait(self, seconds: float = 0.0, *, every: float = POLL_SECONDS) -> bool:
        """Waits at most `seconds` until the store may have changed. Returns whether it may have.

        The first call returns True; later ones compare with the last call that returned True. With 0,
        it only checks. It also wakes a worker whenever that is due.

        Raises StoreError if the store file was removed, or no worker can be started.
        """
        deadline = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            if now >= self._wakes_at:
                self._wakes_at = now + WAKE_SECONDS
                self._changes.check_in_place()
                keep_worker_alive(self._service)
            if self._changes.wait(max(0.0, min(deadline, self._wakes_at) - now), every=every):
                return True
            if time.monotonic() >= deadline:
                return False

    def recheck(self) -> None:
        """Makes the next `wait` return True immediately, because the caller waits for something new."""
        self._changes.recheck()


def follower_pause_seconds(unchanged_seconds: float, look_seconds: float) -> float:
    """Returns the pause, in seconds, after a check of many waits.

    `unchanged_seconds` is the time since the store last changed, `look_seconds` the duration of the
    check.
    """
    pause = PROMPT_SECONDS if unchanged_seconds < QUIET_SECONDS else POLL_SECONDS
    return max(pause, _SHARE * look_seconds)


def keep_worker_alive(service: Service) -> None:
    """Ensures that a worker is running if there is work left, without waiting for it.

    Raises StoreError.
    """
    if (
        service.executions.any_running()
        or service.function_events.any()
        or service.deliveries.any()
        or service.status_changes.any_noted()
    ):
        service.runner.wake()


def try_to_keep_worker_alive(service: Service) -> None:
    """Calls `keep_worker_alive`, for callers that must not fail if no worker can be started.

    The error is stored in `service.worker_error`.
    """
    try:
        keep_worker_alive(service)
        service.worker_error = None
    except StoreError as error:
        service.worker_error = error


def follow_changes(
    service: Service, seconds: float = math.inf, *, every: float = POLL_SECONDS
) -> Iterator[None]:
    """Yields immediately, then whenever the store may have changed, until `seconds` have passed."""
    follower = Follower(service)
    deadline = time.monotonic() + seconds
    while follower.wait(max(0.0, deadline - time.monotonic()), every=every):
        yield


def followed_statuses(service: Service, executions: Sequence[str]) -> dict[str, str]:
    """Returns the executions (by ARN) whose wait is over, with their statuses.

    All waits for the end of an execution use this function. An execution that cannot end, because
    sfn failed on it or on an execution that it waits for, is SUSPENDED.
    """
    ended = service.executions.ended_among(executions)
    running = [execution for execution in executions if execution not in ended]
    return {
        **{execution: status or SUSPENDED for execution, status in ended.items()},
        **dict.fromkeys(service.suspensions.blocking(running), SUSPENDED),
    }


def follow_ends(
    service: Service, executions: Sequence[str], *, every: float = POLL_SECONDS
) -> Iterator[dict[str, str]]:
    """Waits until the executions (by ARN) have ended.

    At every check, yields the new results of `followed_statuses` (possibly none): each execution once.
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
    """Returns the events that follow the event `after` of the execution with this ARN.

    Also returns whether they are the last ones, because the execution has ended or is suspended.
    """
    # Read before the history, so that no later event is missed.
    is_over = bool(followed_statuses(service, [execution]))
    return service.executions.history(execution, after=after), is_over

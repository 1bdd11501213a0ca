"""Pending answers of a worker's tasks: one thread waits for all of them with one poll of the store.

StartSyncExecution and GetActivityTask answer when an execution has ended or an activity has a task.
With a thread for each, enough of these calls would use up all threads: the awaited executions could
then make no calls themselves, and would never end.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.api.following import followed_statuses, follower_pause_seconds
from sfn_cli.api.protocol.long_polls import NO_TASK, AwaitedEnd, AwaitedTask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.protocol.long_polls import Awaited
    from sfn_cli.api.service import Service


class Wait:
    """One awaited answer.

    Ends when `is_wanted` returns false. `answered` is called with the answer, or an exception.
    """

    __slots__ = ("answered", "awaited", "deadline", "is_wanted")

    def __init__(
        self,
        awaited: Awaited,
        is_wanted: Callable[[], bool],
        answered: Callable[[Mapping[str, Any] | Exception], None],
    ) -> None:
        self.awaited = awaited
        self.is_wanted = is_wanted
        self.answered = answered
        self.deadline = time.monotonic() + awaited.seconds if isinstance(awaited, AwaitedTask) else None


class Awaiting:
    """The waits of one worker. The thread uses a sibling of `service`, which is the worker's."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._new: list[Wait] = []
        self._has_new = threading.Event()

    def add(self, wait: Wait) -> None:
        """Waits for one more answer. May be called from any thread."""
        with self._lock:
            self._new.append(wait)
            self._has_new.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="awaiting", daemon=True)
                self._thread.start()

    def _take_new(self) -> list[Wait]:
        with self._lock:
            self._has_new.clear()
            taken, self._new = self._new, []
            return taken

    def _run(self) -> None:
        waits: list[Wait] = []
        while True:
            self._has_new.wait()
            try:
                self._serve_waits(waits)
            except Exception as error:
                for wait in [*waits, *self._take_new()]:
                    wait.answered(error)
                waits = []

    def _serve_waits(self, waits: list[Wait]) -> None:
        """Answers the waits, and any that are added in the meantime, until none is left.

        Raises StoreError.
        """
        service = self._service.sibling()
        try:
            # No `Follower`: it would wake a worker, even after this one was stopped.
            changes = service.store.changes()
            changed_at = 0.0
            while waits or self._has_new.is_set():
                began = time.monotonic()
                if self._has_new.is_set():
                    waits += self._take_new()
                    changes.recheck()
                if changes.wait(0.0):
                    changed_at = began
                    _answer_waits(service, waits)
                waits[:] = [wait for wait in waits if not _is_wait_over(wait)]
                self._has_new.wait(follower_pause_seconds(began - changed_at, time.monotonic() - began))
        finally:
            service.close()


def _answer_waits(service: Service, waits: list[Wait]) -> None:
    """Answers every wait that can be answered now, first come, first served."""
    executions = [wait.awaited.execution for wait in waits if isinstance(wait.awaited, AwaitedEnd)]
    ended = followed_statuses(service, executions) if executions else {}
    activities = {wait.awaited.activity for wait in waits if isinstance(wait.awaited, AwaitedTask)}
    tasks = Counter(service.tasks.queue_lengths(list(activities)) if activities else {})
    for wait in [wait for wait in waits if wait.is_wanted()]:
        match wait.awaited:
            case AwaitedEnd(execution, answer):
                if execution in ended:
                    _answer_awaited(wait, partial(answer, service), waits)
            case AwaitedTask(activity, _, take):
                if tasks[activity] > 0:
                    tasks[activity] -= 1
                    _answer_awaited(wait, partial(take, service), waits)


def _answer_awaited(wait: Wait, take: Callable[[], Mapping[str, Any] | None], waits: list[Wait]) -> None:
    """Passes the answer on, unless another client has taken the task."""
    answer: Mapping[str, Any] | Exception | None
    try:
        answer = take()
    except Exception as error:  # concerns this wait alone
        answer = error
    if answer is not None:
        waits.remove(wait)
        wait.answered(answer)


def _is_wait_over(wait: Wait) -> bool:
    """Whether the wait needs no answer any more. A poll that timed out is answered with no task."""
    if wait.deadline is not None and time.monotonic() >= wait.deadline:
        wait.answered(NO_TASK)
        return True
    return not wait.is_wanted()

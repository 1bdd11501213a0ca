"""Calls that block, made beside the worker's loop by threads: requests to services, on which the
loop must not wait.

Nothing is made before the first call. A thread makes the call; what came of it is handed over in
the loop, which a pipe wakes. One who cancels hears no more of the call; it may be made all the
same.

Calls that may wait for minutes (for a function) have threads of their own, so that they never hold up
requests to services. A call whose answer is pending (`Later`) holds no thread (awaiting.py).
"""

from __future__ import annotations

import os
import selectors
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli.drivers.local.awaiting import Wait
from sfn_cli.integrations.integration import Later

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from sfn_cli.drivers.local.awaiting import Awaiting
    from sfn_cli.integrations.integration import Cancel

THREADS = 32
"""How many calls are made at once; those beyond wait for a thread."""

WAITING_THREADS = 64
"""The same for calls that may wait for minutes."""

T = TypeVar("T")


class _Call:
    """One call; `done` is None once nobody wants its answer."""

    __slots__ = ("call", "done")

    def __init__(self, call: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.call = call
        self.done: Callable[[Any], None] | None = done


class Background:
    """The calls that wait, are made, or have been answered. Called in the loop of `selector` only.

    Without `awaiting`, no call may return a `Later`.
    """

    def __init__(self, selector: selectors.BaseSelector, awaiting: Awaiting | None = None) -> None:
        self._selector = selector
        self._awaiting = awaiting
        self._executors: dict[bool, Executor] = {}
        self._answered: deque[tuple[_Call, Any]] = deque()

    def __call__(
        self,
        call: Callable[[], T | Later],
        done: Callable[[T | Exception], None],
        /,
        *,
        may_wait: bool = False,
    ) -> Cancel:
        """Makes the call in a thread; unless cancelled, calls `done` in the loop with its outcome."""
        if may_wait not in self._executors:
            self._executors[may_wait] = self._open(WAITING_THREADS if may_wait else THREADS)
        job = _Call(call, done)
        future = self._executors[may_wait].submit(self._make, job)

        def cancel() -> None:
            job.done = None
            future.cancel()

        return cancel

    def _open(self, threads: int) -> Executor:
        from concurrent.futures import ThreadPoolExecutor

        if not self._executors:
            self._pipe = os.pipe()
            for end in self._pipe:
                os.set_blocking(end, False)
            self._selector.register(self._pipe[0], selectors.EVENT_READ, self._hand_over)
        return ThreadPoolExecutor(threads, "background")

    def _make(self, job: _Call) -> None:
        """In a thread."""
        if job.done is None:
            return
        try:
            answer = job.call()
        except Exception as error:
            answer = error
        if isinstance(answer, Later):
            self._await(job, answer)
        else:
            self._answer(job, answer)

    def _await(self, job: _Call, later: Later) -> None:
        def answered(answer: dict[str, Any] | Exception) -> None:
            if not isinstance(answer, Exception):
                try:
                    answer = later.shape(answer)
                except Exception as error:
                    answer = error
            self._answer(job, answer)

        assert self._awaiting is not None
        self._awaiting.add(Wait(later.awaited, lambda: job.done is not None, answered))

    def _answer(self, job: _Call, answer: Any) -> None:
        """In a thread: passes the answer to the loop."""
        self._answered.append((job, answer))
        self._wake()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # full: it is readable all the same
            os.write(self._pipe[1], b".")

    def _hand_over(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self._pipe[0], 4096):
                pass
        while self._answered:
            job, answer = self._answered.popleft()
            if job.done is not None:
                try:
                    job.done(answer)
                except BaseException:
                    self._wake()  # for the answers behind it
                    raise

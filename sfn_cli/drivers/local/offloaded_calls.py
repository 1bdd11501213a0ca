"""Blocking calls, such as requests to services, made by threads.

Calls that may wait for minutes (for a function) have threads of their own, so that they never delay
requests to services. A call whose answer is pending (`Later`) holds no thread (awaiting.py). A
cancelled call may still run; its answer is dropped.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli.drivers.local.awaiting import Wait
from sfn_cli.integrations.integration import Later

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

    from sfn_cli.drivers.local.awaiting import Awaiting
    from sfn_cli.integrations.integration import Cancel
    from sfn_cli.wake_pipe import WakePipe

CALL_THREADS = 32
"""How many calls run at once; further ones wait for a thread."""

WAITING_CALL_THREADS = 64
"""The same for calls that may wait for minutes."""

T = TypeVar("T")


class _OffloadedCall:
    """One call; `done` is None once its answer is no longer wanted."""

    __slots__ = ("call", "done")

    def __init__(self, call: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.call = call
        self.done: Callable[[Any], None] | None = done


class OffloadedCalls:
    """The calls that wait, run, or have been answered. The first one starts the threads."""

    def __init__(self, pipe: WakePipe, awaiting: Awaiting | None) -> None:
        self._pipe = pipe
        self._awaiting = awaiting
        self._executors: dict[bool, Executor] = {}
        self._answered: deque[tuple[_OffloadedCall, Any]] = deque()

    def __call__(
        self,
        call: Callable[[], T | Later],
        done: Callable[[T | Exception], None],
        /,
        *,
        may_wait: bool = False,
    ) -> Cancel:
        """Makes the call in a thread. Unless cancelled, `done` is called with its outcome in the loop."""
        if may_wait not in self._executors:
            from concurrent.futures import ThreadPoolExecutor

            threads = WAITING_CALL_THREADS if may_wait else CALL_THREADS
            self._executors[may_wait] = ThreadPoolExecutor(threads, "background")
        job = _OffloadedCall(call, done)
        future = self._executors[may_wait].submit(self._make, job)

        def cancel() -> None:
            job.done = None
            future.cancel()

        return cancel

    def _make(self, job: _OffloadedCall) -> None:
        """Makes the call. Runs in a thread."""
        if job.done is None:
            return
        answer = _offloaded_outcome(job.call)
        if isinstance(answer, Later):
            self._await(job, answer)
        else:
            self._answer(job, answer)

    def _await(self, job: _OffloadedCall, later: Later) -> None:
        def answered(answer: Mapping[str, Any] | Exception) -> None:
            shaped = (
                answer if isinstance(answer, Exception) else _offloaded_outcome(lambda: later.shape(answer))
            )
            self._answer(job, shaped)

        assert self._awaiting is not None
        self._awaiting.add(Wait(later.awaited, lambda: job.done is not None, answered))

    def _answer(self, job: _OffloadedCall, answer: Any) -> None:
        """Sets the call's answer. Runs in a thread."""
        self._answered.append((job, answer))
        self._pipe.wake()

    def hand_over(self) -> None:
        """Passes answers to their callers. If a callback raises, the rest is passed next time."""
        while self._answered:
            job, answer = self._answered.popleft()
            if job.done is not None:
                try:
                    job.done(answer)
                except BaseException:
                    self._pipe.wake()
                    raise


def _offloaded_outcome(call: Callable[[], Any]) -> Any:
    """Returns the call's result, or the exception that it raised."""
    try:
        return call()
    except Exception as error:
        return error

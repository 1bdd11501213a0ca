"""Threads for what must not hold up the worker's loop: slow steps and calls that block.

The loop is the only caller. A thread hands over the result of its work, and wakes the loop by a
pipe.

Slow steps. The loop has a small time budget for expressions (query/limits.py). A step that exceeds
it is taken by a thread with a large one, at the same time, so that it is the same step; its
execution belongs to the thread meanwhile. Threads share Python's one lock, so few are better than
many, and the lock is passed on quickly while one runs.

Calls that block: requests to services. Calls that may wait for minutes (for a function) have
threads of their own, so that they never hold up requests to services. A call whose answer is
pending (`Later`) holds no thread (awaiting.py). A cancelled call may still run; its answer is
dropped.
"""

from __future__ import annotations

import selectors
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sfn_cli.drivers.local.awaiting import Wait
from sfn_cli.integrations.integration import Later
from sfn_cli.query.limits import BudgetExceeded, TimeBudget
from sfn_cli.wake_pipe import WakePipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from sfn_cli.drivers.local.awaiting import Awaiting
    from sfn_cli.integrations.integration import Cancel

LOOP_SECONDS = 0.02
"""How long the expressions of one state may take in the loop."""

STEP_SECONDS = 60.0
"""How long they may take in a thread; then they fail.

A single expression is stopped long before, by its own limits.
"""

STEP_THREADS = 2

STACK_BYTES = 16 * 2**20
"""The stack of a thread for slow steps: some systems default to far less than 8 MiB.

The main thread has 8 MiB.
"""

SWITCH_SECONDS = 0.001
"""How long a thread may hold Python's lock while another wants it.

The loop releases it at every SQL statement, and keeps 35 to 40 % of its speed beside one busy
thread; 12 to 40 % with Python's 5 ms, and no more with less.
"""

CALL_THREADS = 32
"""How many calls run at once; further ones wait for a thread."""

WAITING_CALL_THREADS = 64
"""The same for calls that may wait for minutes."""

T = TypeVar("T")
Owner = TypeVar("Owner")


def loop_offload_budget() -> TimeBudget:
    """Returns the budget of expressions in the worker's loop."""
    return TimeBudget(time.thread_time, LOOP_SECONDS, is_all=False)


class Offload(Generic[Owner]):
    """The threads beside one loop, which register with its selector.

    Without `awaiting`, no call may return a `Later`.
    """

    def __init__(self, selector: selectors.BaseSelector, awaiting: Awaiting | None = None) -> None:
        self._pipe = WakePipe()
        self.steps: OffloadedSteps[Owner] = OffloadedSteps(self._pipe)
        self.calls = OffloadedCalls(self._pipe, awaiting)
        selector.register(self._pipe, selectors.EVENT_READ, self._woken)

    def _woken(self) -> None:
        """Hands over the answers of calls.

        The results of steps are taken by the next round (`finished`).
        """
        self._pipe.clear()
        self.calls.hand_over()


class OffloadedStep(Generic[Owner]):
    """A step of one execution, its owner. Its thread sets `_result` or `_error` when it is done."""

    __slots__ = ("_error", "_result", "_run", "budget", "is_cancelled", "owner")

    def __init__(self, owner: Owner, run: Callable[[TimeBudget], Any]) -> None:
        self.owner = owner
        self.budget = TimeBudget(time.thread_time, STEP_SECONDS)
        self.is_cancelled = False
        self._run = run
        self._result: Any = None
        self._error: BaseException | None = None

    def cancel(self) -> None:
        """Drops the step: its budget is used up, and its result is not handed over."""
        self.is_cancelled = True
        self.budget.end()

    def run(self) -> None:
        """Takes the step. Runs in a thread."""
        try:
            self._result = self._run(self.budget)
        except (Exception, BudgetExceeded) as error:
            self._error = error

    def result(self) -> Any:
        """Returns what the step returned, or raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


class OffloadedSteps(Generic[Owner]):
    """The slow steps that wait, run, or are done."""

    def __init__(self, pipe: WakePipe) -> None:
        self._pipe = pipe
        self._waiting: deque[OffloadedStep[Owner]] = deque()
        self._done: deque[OffloadedStep[Owner]] = deque()
        self._running = 0

    @property
    def has_finished(self) -> bool:
        """Whether `finished` has something to return."""
        return bool(self._done)

    def start(self, owner: Owner, run: Callable[[TimeBudget], Any]) -> OffloadedStep[Owner]:
        """Takes the step as soon as a thread is free."""
        step = OffloadedStep(owner, run)
        self._waiting.append(step)
        self._start_threads()
        return step

    def finished(self) -> Iterator[OffloadedStep[Owner]]:
        """Yields the steps done since the last call, except those that were cancelled."""
        while self._done:
            step = self._done.popleft()
            self._running -= 1
            if not step.is_cancelled:
                yield step
        self._start_threads()

    def _start_threads(self) -> None:
        while self._waiting and self._running < STEP_THREADS:
            step = self._waiting.popleft()
            if step.is_cancelled:
                continue
            self._running += 1
            sys.setswitchinterval(SWITCH_SECONDS)
            threading.stack_size(STACK_BYTES)
            # A daemon: a worker that exits does not wait for it.
            threading.Thread(target=self._run, args=(step,), daemon=True).start()

    def _run(self, step: OffloadedStep[Owner]) -> None:
        step.run()
        self._done.append(step)
        self._pipe.wake()


class _OffloadedCall:
    """One call; `done` is None once its answer is no longer wanted."""

    __slots__ = ("call", "done")

    def __init__(self, call: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.call = call
        self.done: Callable[[Any], None] | None = done


class OffloadedCalls:
    """The calls that wait, run, or have been answered. No thread is started before the first."""

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
        """Makes the call in a thread; unless cancelled, `done` gets its outcome in the loop."""
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
        def answered(answer: dict[str, Any] | Exception) -> None:
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
        """Passes answers to their callers. If one raises, the rest is handed over next time."""
        while self._answered:
            job, answer = self._answered.popleft()
            if job.done is not None:
                try:
                    job.done(answer)
                except BaseException:
                    self._pipe.wake()
                    raise


def _offloaded_outcome(call: Callable[[], Any]) -> Any:
    """Returns what the call returns or raises."""
    try:
        return call()
    except Exception as error:
        return error

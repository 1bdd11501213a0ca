"""Slow steps: a step that exceeds the loop's time budget for expressions is taken by a thread.

The loop has a small budget (query/limits.py), a thread a large one. The step is taken at the same
time, so that it is the same step; its execution belongs to the thread meanwhile. Threads share
Python's one lock, so few are better than many, and the lock is passed on quickly while one runs.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sfn_cli.query.limits import BudgetExceeded, TimeBudget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfn_cli.wake_pipe import WakePipe

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

Owner = TypeVar("Owner")


def loop_offload_budget() -> TimeBudget:
    """Returns the budget of expressions in the worker's loop."""
    return TimeBudget(time.thread_time, LOOP_SECONDS, is_all=False)


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

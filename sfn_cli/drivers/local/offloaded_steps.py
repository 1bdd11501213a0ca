"""Slow steps: a step that exceeds the loop's time budget for expressions is taken by a thread.

The loop has a small budget (query/limits.py), a thread a large one. The step is taken with the same
`now`, so that its result is the same; the thread owns its execution until then. Threads share
Python's GIL: few are better than many, and the GIL is passed on quickly while one runs.
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
"""How long they may take in a thread before they fail; a single expression's own limits are lower."""

STEP_THREADS = 2

STACK_BYTES = 16 * 2**20
"""The stack of a thread for slow steps. Some systems default to far less than the main thread's 8 MiB."""

SWITCH_SECONDS = 0.001
"""How long a thread may hold Python's GIL while another wants it.

The loop releases it at every SQL statement, and runs at 35 to 40 % of its speed beside one busy
thread. With Python's default of 5 ms it is 12 to 40 %; shorter values do not improve it.
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
        """Drops the step: ends its budget, and discards its result."""
        self.is_cancelled = True
        self.budget.end()

    def run(self) -> None:
        """Takes the step. Runs in a thread."""
        try:
            self._result = self._run(self.budget)
        except (Exception, BudgetExceeded) as error:
            self._error = error

    def result(self) -> Any:
        """Returns the step's result, or raises its exception."""
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
        """Queues the step for the next free thread."""
        step = OffloadedStep(owner, run)
        self._waiting.append(step)
        self._start_threads()
        return step

    def finished(self) -> Iterator[OffloadedStep[Owner]]:
        """Yields the steps that finished since the last call, except cancelled ones."""
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
            # A daemon thread: a worker that exits does not wait for it.
            threading.Thread(target=self._run, args=(step,), daemon=True).start()

    def _run(self, step: OffloadedStep[Owner]) -> None:
        step.run()
        self._done.append(step)
        self._pipe.wake()

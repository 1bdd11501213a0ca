"""The slow lane: steps of executions that take long, taken beside the worker's loop by threads.

The loop has little budget with expressions (query/limits.py): one that needs more comes here, and
its execution is nobody else's meanwhile. A thread takes the one step with all the budget there
is; then the loop takes the execution back, commits what the step made, and goes on. Threads share
Python's one lock, so few are better than many, and the lock is passed on quickly while one runs.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.query.limits import BudgetExceeded, TimeBudget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.interpreter import Interpreter

LOOP_SECONDS = 0.02
"""How long the loop waits for the expressions of one state."""

LANE_SECONDS = 60.0
"""How long a thread of the lane does; then they fail. An expression by itself is stopped long
before, by its own limits.
"""

THREADS = 2

STACK_BYTES = 16 * 2**20
"""A thread's stack: some systems give it far less than the main thread's 8 MiB."""

SWITCH_SECONDS = 0.001
"""How long a thread may keep Python's lock while another wants it. The loop lets go of it at every
statement of SQL, and gets 35 to 40 % of its speed so beside one busy thread; 12 to 40 % with
Python's 5 ms, and no more with less.
"""


def loop_budget() -> TimeBudget:
    """What the worker's loop asks with."""
    return TimeBudget(time.thread_time, LOOP_SECONDS, is_all=False)


class StepResult(NamedTuple):
    """An execution after its step, and the events that it made. `clock` is its setting, if it was
    just made from its history.
    """

    interpreter: Interpreter
    events: list[HistoryEvent]
    clock: str | None = None


Step = Callable[[TimeBudget], StepResult]


class _Job:
    """A step of one execution. `outcome` gives what came of it, or raises what the step raised."""

    __slots__ = ("budget", "execution", "outcome", "step")

    def __init__(self, execution: int, step: Step) -> None:
        self.execution = execution
        self.step = step
        self.budget = TimeBudget(time.thread_time, LANE_SECONDS)
        self.outcome: Callable[[], StepResult] | None = None


class SlowLane:
    """The steps that wait, run, or are done. All methods are the loop's; `fileno` is readable when
    one is done.
    """

    def __init__(self) -> None:
        self._jobs: dict[int, _Job] = {}  # by execution
        self._waiting: deque[_Job] = deque()
        self._done: deque[_Job] = deque()
        self._running = 0
        self._pipe = os.pipe()
        for end in self._pipe:
            os.set_blocking(end, False)

    def __contains__(self, execution: int) -> bool:
        return execution in self._jobs

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[int]:
        return iter(self._jobs)

    @property
    def has_done(self) -> bool:
        """Whether `finished` has something to give."""
        return bool(self._done)

    def fileno(self) -> int:
        return self._pipe[0]

    def take(self, execution: int, step: Step) -> None:
        """Takes the step as soon as a thread is free."""
        job = self._jobs[execution] = _Job(execution, step)
        self._waiting.append(job)
        self._start()

    def drop(self, execution: int) -> None:
        """Gives up the execution's step: its budget is over, and what comes of it is nobody's."""
        job = self._jobs.pop(execution, None)
        if job is not None:
            job.budget.end()

    def finished(self) -> Iterator[tuple[int, Callable[[], StepResult]]]:
        """The executions whose steps are done, each once, with what gives or raises what came of it."""
        with suppress(BlockingIOError):
            while os.read(self._pipe[0], 4096):
                pass
        while self._done:
            job = self._done.popleft()
            self._running -= 1
            if self._jobs.get(job.execution) is job:
                del self._jobs[job.execution]
                assert job.outcome is not None
                yield job.execution, job.outcome
        self._start()

    def _start(self) -> None:
        while self._waiting and self._running < THREADS:
            job = self._waiting.popleft()
            if self._jobs.get(job.execution) is not job:
                continue  # dropped
            self._running += 1
            sys.setswitchinterval(SWITCH_SECONDS)
            threading.stack_size(STACK_BYTES)
            # A daemon: a worker that leaves does not wait for it.
            threading.Thread(target=self._run, args=(job,), daemon=True).start()

    def _run(self, job: _Job) -> None:
        try:
            taken = job.step(job.budget)
            job.outcome = lambda: taken
        except (Exception, BudgetExceeded) as error:
            raised = error
            job.outcome = lambda: _raise(raised)
        self._done.append(job)
        with suppress(BlockingIOError):  # full: it is readable all the same
            os.write(self._pipe[1], b".")


def _raise(error: BaseException) -> StepResult:
    raise error

"""Open tasks of one worker: each is started once the event that scheduled it is durable, and
cancelled when its execution no longer has it (a timeout, a sibling's failure, a stop).

An execution may have mocks: what they answer never comes to an integration. An error of an
integration, at once or in a callback, concerns the task's execution alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sfn_cli.errors import UnstorableError
from sfn_cli.integrations import mocked
from sfn_cli.integrations.integration import Errand, T, nothing_to_cancel
from sfn_cli.integrations.table import integration
from sfn_cli.interpreter.signals import Signal, TaskFailed, TaskStarted

if TYPE_CHECKING:
    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.integrations.integration import Cancel, Invocation, Later, World
    from sfn_cli.interpreter.execution import OpenTask
    from sfn_cli.interpreter.mocks import Mocks

Mail = Callable[[int, Signal], None]
"""Takes a signal for an execution (its row's id)."""


Isolating = Callable[[int], AbstractContextManager[None]]
"""A block in which an error harms only the execution in this row."""


class _Isolated:
    """The worker's threads and functions for one execution, whose callbacks harm no other execution."""

    def __init__(self, execution: int, world: World, isolating: Isolating) -> None:
        self._execution = execution
        self._world = world
        self._isolating = isolating

    def background(
        self,
        call: Callable[[], T | Later],
        done: Callable[[T | Exception], None],
        /,
        *,
        may_wait: bool = False,
    ) -> Cancel:
        """As `World.background`."""
        return self._world.background(call, self._guarded(done), may_wait=may_wait)

    def invoke(self, function_ref: str, payload: str, done: Callable[[Outcome], None], /) -> Invocation:
        """As `Pool.invoke`."""
        return self._world.pool.invoke(function_ref, payload, self._guarded(done))

    def look(self, callback: Callable[[], None]) -> Callable[[], None]:
        """As `World.isolated`."""

        def guarded() -> None:
            with self._isolating(self._execution):
                callback()

        return guarded

    def _guarded(self, done: Callable[[T], None]) -> Callable[[T], None]:
        def guarded(outcome: T) -> None:
            with self._isolating(self._execution):
                done(outcome)

        return guarded


class Dispatch:
    """What runs for the executions that a worker drives: execution → task → how to cancel it."""

    def __init__(self, world: World, mail: Mail, isolating: Isolating) -> None:
        self._world = world
        self._mail = mail
        self._isolating = isolating
        self._running: dict[int, dict[int, Cancel]] = {}
        self._arns: dict[int, str] = {}
        self._mocks: dict[int, Mocks] = {}  # of those executions that have some

    def name(self, execution: int, arn: str) -> None:
        """Names the execution in this row."""
        self._arns[execution] = arn

    def mock(self, execution: int, mocks: Mocks) -> None:
        """Lets these answer the execution's tasks."""
        self._mocks[execution] = mocks

    def is_mocked(self, execution: int, task: OpenTask) -> bool:
        """Whether no integration is asked for this task."""
        return execution in self._mocks and self._mocks[execution].answer(task) is not None

    def match(self, execution: int, opened: Iterable[OpenTask], closed: Iterable[OpenTask] = ()) -> None:
        """Starts the tasks that were opened, and cancels those that were closed."""
        running = self._running.setdefault(execution, {})
        for task in closed:
            cancel = running.pop(task.id, None)
            if cancel is not None:
                cancel()
        for task in opened:
            running[task.id] = self._start(execution, task)
        if not running:
            self._running.pop(execution, None)

    def _start(self, execution: int, task: OpenTask) -> Cancel:
        def answer(signal: Signal) -> None:
            self._mail(execution, signal)

        errand = Errand(task, self._arns[execution], answer)
        mocks = self._mocks.get(execution)
        if mocks is not None and (instead := mocks.answer(task)) is not None:
            return mocked.answer(errand, instead)
        if not task.started and task.activity is None:
            answer(TaskStarted(task.id))
        isolated = _Isolated(execution, self._world, self._isolating)
        world = self._world._replace(background=isolated.background, pool=isolated, isolated=isolated.look)
        try:
            return integration(task.resource)(errand, world)
        except UnstorableError as error:
            answer(TaskFailed(task.id, "States.TaskFailed", str(error)))
            return nothing_to_cancel

    def drop(self, execution: int) -> None:
        """Cancels all that runs for an execution, and forgets its mocks."""
        self._arns.pop(execution, None)
        self._mocks.pop(execution, None)
        for cancel in self._running.pop(execution, {}).values():
            with self._isolating(execution):  # what cannot be cancelled keeps nothing else running
                cancel()

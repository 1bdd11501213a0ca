"""Open tasks of one worker: each is started once the event that scheduled it is durable, and
cancelled when its execution no longer has it (a timeout, a sibling's failure, a stop).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sfn_cli.integrations.integration import Errand
from sfn_cli.integrations.table import integration
from sfn_cli.interpreter.signals import Signal, TaskStarted
from sfn_cli.store.sqlite.keys import key_of

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import Cancel, World
    from sfn_cli.interpreter.execution import OpenTask

Mail = Callable[[int, Signal], None]
"""Takes a signal for an execution (its row's id)."""


class Dispatch:
    """What runs for the executions that a worker drives: execution → task → how to cancel it."""

    def __init__(self, world: World, mail: Mail) -> None:
        self._world = world
        self._mail = mail
        self._running: dict[int, dict[int, Cancel]] = {}

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
            del self._running[execution]

    def _start(self, execution: int, task: OpenTask) -> Cancel:
        def answer(signal: Signal) -> None:
            self._mail(execution, signal)

        if not task.started and task.activity is None:
            answer(TaskStarted(task.id))
        return integration(task.resource)(Errand(task, key_of(execution, task.id), answer), self._world)

    def drop(self, execution: int) -> None:
        """Cancels all that runs for an execution."""
        for cancel in self._running.pop(execution, {}).values():
            cancel()

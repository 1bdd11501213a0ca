"""Open tasks of one worker: each is started once the event that scheduled it is durable, and
cancelled when its execution no longer has it (a timeout, a sibling's failure, a stop).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sfn_cli.integrations.table import integration
from sfn_cli.interpreter.signals import Signal, TaskStarted

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import Cancel, World
    from sfn_cli.interpreter.execution import OpenTask
    from sfn_cli.interpreter.interpreter import Interpreter

Mail = Callable[[int, Signal], None]
"""Takes a signal for an execution (its row's id)."""


class Dispatch:
    """What runs for the executions that a worker drives: execution → task → how to cancel it."""

    def __init__(self, world: World, mail: Mail) -> None:
        self._world = world
        self._mail = mail
        self._running: dict[int, dict[int, Cancel]] = {}

    def match(self, execution: int, interpreter: Interpreter) -> None:
        """Starts what is owed and not running; cancels what runs and is no longer owed."""
        owed = interpreter.open_tasks
        running = self._running.get(execution)
        if running is None:
            if not owed:
                return
            running = self._running[execution] = {}
        for closed in [id for id in running if id not in owed]:
            running.pop(closed)()
        for id, task in owed.items():
            if id not in running:
                running[id] = self._start(execution, task)
        if not running:
            del self._running[execution]

    def _start(self, execution: int, task: OpenTask) -> Cancel:
        def answer(signal: Signal) -> None:
            self._mail(execution, signal)

        if not task.started:
            answer(TaskStarted(task.id))
        return integration(task.resource)(task, self._world, answer)

    def drop(self, execution: int) -> None:
        """Cancels all that runs for an execution."""
        for cancel in self._running.pop(execution, {}).values():
            cancel()

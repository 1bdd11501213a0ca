"""Starts and cancels the open tasks of one worker.

A task is started once the event that scheduled it is durable, and cancelled when its execution
closes it (a timeout, a sibling's failure, a stop).

Tasks that an execution's mocks answer never reach an integration. An error of an integration, when
it is called or in a callback, affects the task's execution only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, ParamSpec

from sfn_cli.errors import UnstorableError
from sfn_cli.integrations import mocked
from sfn_cli.integrations.integration import T, TaskRun, nothing_to_cancel
from sfn_cli.integrations.table import integration
from sfn_cli.interpreter.invocation_id import invocation_request_id
from sfn_cli.interpreter.signals import Signal, TaskFailed, TaskStarted

if TYPE_CHECKING:
    from sfn_cli.drivers.local.driven_execution import DrivenExecution
    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.integrations.integration import Cancel, Later, PendingInvocation, TaskContext
    from sfn_cli.interpreter.open_task import OpenTask

Arguments = ParamSpec("Arguments")

Isolating = Callable[[int], AbstractContextManager[None]]
"""Returns a block in which an error affects only the execution in this row."""


class _IsolatedTask:
    """The worker's threads and functions for one task, with isolated callbacks."""

    def __init__(
        self, driven: DrivenExecution, task: int, context: TaskContext, isolating: Isolating
    ) -> None:
        self._driven = driven
        self._task = task
        self._context = context
        self._isolating = isolating

    def background(
        self,
        call: Callable[[], T | Later],
        done: Callable[[T | Exception], None],
        /,
        *,
        may_wait: bool = False,
    ) -> Cancel:
        """`TaskContext.background`, isolated."""
        return self._context.background(call, self.guarded(done), may_wait=may_wait)

    def invoke(
        self,
        function_ref: str,
        payload: str,
        done: Callable[[Outcome], None],
        /,
        *,
        request_id: str | None = None,
        client_context: str | None = None,
    ) -> PendingInvocation:
        """`Pool.invoke`, isolated, with a request id derived from the execution's seed."""
        if request_id is None:
            request_id = invocation_request_id(self._driven.interpreter.execution.seed, self._task)
        return self._context.pool.invoke(
            function_ref, payload, self.guarded(done), request_id=request_id, client_context=client_context
        )

    def guarded(self, callback: Callable[Arguments, None]) -> Callable[Arguments, None]:
        """`TaskContext.isolated` for this execution."""

        def isolated(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
            with self._isolating(self._driven.id):
                callback(*args, **kwargs)

        return isolated


class TaskDispatch:
    """Starts and cancels tasks. `deliver` is called with each signal and its execution."""

    def __init__(
        self, context: TaskContext, deliver: Callable[[DrivenExecution, Signal], None], isolating: Isolating
    ) -> None:
        self._context = context
        self._deliver = deliver
        self._isolating = isolating

    def update(
        self, driven: DrivenExecution, opened: Iterable[OpenTask], closed: Iterable[OpenTask] = ()
    ) -> None:
        """Starts the tasks that were opened, and cancels those that were closed."""
        for task in closed:
            cancel = driven.running.pop(task.id, None)
            if cancel is not None:
                cancel()
        for task in opened:
            driven.running[task.id] = self._start(driven, task)

    def _start(self, driven: DrivenExecution, task: OpenTask) -> Cancel:
        def answer(signal: Signal) -> None:
            self._deliver(driven, signal)

        task_run = TaskRun(task, driven.interpreter.execution.arn, answer)
        if driven.mocks is not None and (instead := driven.mocks.answer(task)) is not None:
            return mocked.answer_mocked(task_run, instead)
        if not task.started and task.activity is None:
            answer(TaskStarted(task.id))
        isolated = _IsolatedTask(driven, task.id, self._context, self._isolating)
        context = self._context._replace(
            background=isolated.background, pool=isolated, isolated=isolated.guarded
        )
        try:
            return integration(task.resource)(task_run, context)
        except UnstorableError as error:
            answer(TaskFailed(task.id, "States.TaskFailed", str(error)))
            return nothing_to_cancel

    def drop(self, driven: DrivenExecution) -> None:
        """Cancels all work for an execution that is no longer driven."""
        if driven.step is not None:
            driven.step.cancel()
        running, driven.running = driven.running, {}
        for cancel in running.values():
            with self._isolating(driven.id):  # a failed cancel must not prevent the others
                cancel()

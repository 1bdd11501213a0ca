"""Tasks carried out while the caller waits, without an event loop or a worker.

Background work of integrations is done immediately, in the caller's thread. For several tasks at
once, use a thread and a context for each, with its own service (`Service.sibling`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.integrations.integration import Later, T, TaskContext, TaskRun, nothing_to_cancel
from sfn_cli.integrations.table import integration
from sfn_cli.interpreter.signals import Signal, TaskFailed, TaskSucceeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.api.stepfunctions.test_state.http_inspection import HttpInspection
    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.integrations.integration import Cancel
    from sfn_cli.integrations.task_order import Task

_clients = cache(Clients)

NO_EXECUTION = ""
"""The ARN of tasks outside any execution."""


class _Invoker:
    """Invokes functions with the service's invoker, and waits for each."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def invoke(
        self,
        function_ref: str,
        payload: str,
        done: Callable[[Outcome], None],
        /,
        *,
        request_id: str | None = None,
        client_context: str | None = None,
    ) -> _Invoker:
        done(self._service.invoker.invoke(function_ref, payload, client_context))
        return self

    def cancel(self) -> None:
        """Does nothing: the invocation has ended."""


class _Caller:
    """Makes calls immediately, and waits for pending answers."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __call__(
        self,
        call: Callable[[], T | Later],
        done: Callable[[T | Exception], None],
        /,
        *,
        may_wait: bool = False,
    ) -> Cancel:
        answer: T | Exception
        try:
            answered = call()
            if isinstance(answered, Later):
                answered = answered.shape(answered.awaited.wait(self._service))
            answer = answered
        except Exception as error:
            answer = error
        done(answer)
        return nothing_to_cancel


def synchronous_context(service: Service, inspection: HttpInspection | None = None) -> TaskContext:
    """Returns the context of integrations in the thread that owns this service.

    `inspection` is filled by a task that makes an HTTP request.
    """
    return TaskContext(
        service.settings,
        _Invoker(service),
        service,
        service.clock,
        _Caller(service),
        _clients(service.settings),
        {},
        inspection,
    )


def run_synchronously(task: Task, context: TaskContext, execution_arn: str = NO_EXECUTION) -> list[Signal]:
    """Carries out a task, and returns its signals in order.

    Returns none for a task that others work on (an activity), and a TaskSubmitted without a result
    for one whose result comes later (.sync, .waitForTaskToken). `execution_arn` is the execution of
    the task, for tasks that start executions. Map Runs need a worker.
    """
    signals: list[Signal] = []
    integration(task.resource)(TaskRun(task, execution_arn, signals.append), context)
    return signals


def run_lone_task(
    service: Service, task: Task, inspection: HttpInspection | None = None
) -> TaskSucceeded | TaskFailed:
    """Runs a task outside any execution, and returns its result (TestState).

    Its resource must have no pattern.
    """
    (result,) = run_synchronously(task, synchronous_context(service, inspection))
    assert isinstance(result, (TaskSucceeded, TaskFailed))
    return result

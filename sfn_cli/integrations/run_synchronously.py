"""One task outside of any execution, carried out by its integration while the caller waits (TestState)."""

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
    from sfn_cli.interpreter.execution import OpenTask

_clients = cache(Clients)

NO_TASK = 0
"""The key of no task that the store has."""


class _Invoked:
    """An invocation that has ended already, by the service's invoker."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def invoke(self, function_ref: str, payload: str, done: Callable[[Outcome], None], /) -> _Invoked:
        done(self._service.invoker.invoke(function_ref, payload))
        return self

    def cancel(self) -> None:
        nothing_to_cancel()


class _Here:
    """Calls that are made while the caller waits."""

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


def run(
    service: Service, task: OpenTask, inspection: HttpInspection | None = None
) -> TaskSucceeded | TaskFailed:
    """Runs a task whose resource has no pattern, and returns its end; `inspection` gets the request."""
    answers: list[Signal] = []
    clients = _clients(service.settings)
    context = TaskContext(
        service.settings, _Invoked(service), service, service.clock, _Here(service), clients, {}, inspection
    )
    integration(task.resource)(TaskRun(task, NO_TASK, answers.append), context)
    (answer,) = answers
    assert isinstance(answer, (TaskSucceeded, TaskFailed))
    return answer

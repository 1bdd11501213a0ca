"""Answers to the tasks of an execution in this process.

An answer is a function of a task: it returns the task's signals in their order, or none for a task
that only an outside caller can answer (`InProcessExecution.send`). Answers are tried one after the
other:

    calls = answers_by_calling({"Pay": pay}, otherwise=integrated_answers(service))
    InProcessExecution(definition, input, mocked_answers(mocks, otherwise=calls))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sfn_cli.errors import StatesError
from sfn_cli.integrations import mocked as mocked_integration
from sfn_cli.integrations.integration import TaskRun
from sfn_cli.integrations.run_synchronously import NO_EXECUTION, run_synchronously, synchronous_context
from sfn_cli.integrations.start_execution import started_execution_result
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Json, Payload

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.interpreter.mocks import Answer as MockedAnswer
    from sfn_cli.interpreter.mocks import Mocks
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import Signal

Answer = Callable[["OpenTask"], "Sequence[Signal]"]


def leave_unanswered(task: OpenTask) -> Sequence[Signal]:
    """Leaves the task to an outside caller."""
    return ()


def mocked_answers(mocks: Mocks, otherwise: Answer = leave_unanswered) -> Answer:
    """Answers with mocked responses and injected faults (interpreter/mocks.py)."""

    def answer(task: OpenTask) -> Sequence[Signal]:
        mock = mocks.answer(task)
        return otherwise(task) if mock is None else signals_of_mocked_answer(task, mock)

    return answer


def signals_of_mocked_answer(task: OpenTask, mock: MockedAnswer) -> Sequence[Signal]:
    """Returns the signals of a task that is answered without a call."""
    signals: list[Signal] = []
    mocked_integration.answer_mocked(TaskRun(task, NO_EXECUTION, signals.append), mock)
    return signals


def answers_by_calling(
    functions: Mapping[str, Callable[[Json], Json]], otherwise: Answer = leave_unanswered
) -> Answer:
    """Answers by calling Python functions, by the name of the state or the ARN of its resource.

    A function is called with the task's arguments and returns its result. A StatesError that it
    raises fails the task; any other exception is treated as a bug in the function and propagates
    from `step`.
    """

    def answer(task: OpenTask) -> Sequence[Signal]:
        function = functions.get(task.state_name) or functions.get(task.resource.arn)
        if function is None:
            return otherwise(task)
        try:
            return [TaskSucceeded(task.id, Payload(function(task.arguments.value)))]
        except StatesError as error:
            return [TaskFailed(task.id, error.error, error.cause)]

    return answer


def integrated_answers(service: Service) -> Answer:
    """Answers with the real integrations, one call at a time.

    The caller's thread owns the service. A Map Run has no integration: its children run in memory.
    """
    context = synchronous_context(service)
    return lambda task: () if task.plan is not None else run_synchronously(task, context)


def ended_child_answer(service: Service, task: OpenTask, response: Payload) -> Signal | None:
    """Returns the answer to a .sync task whose execution has ended; None while it runs.

    `response` is the answer to its request. None also for a job that is not an execution of the store.
    """
    started = response.value.get("ExecutionArn") if isinstance(response.value, dict) else None
    if not task.awaits_child or not isinstance(started, str):
        return None
    child = service.executions.find(started)
    return None if child is None or child.status == "RUNNING" else started_execution_result(task, child)

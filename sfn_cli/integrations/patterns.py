"""Service integration patterns: the meaning of a service's response for the task.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.integrations.integration import Cancel, Integration, TaskContext, TaskRun, nothing_to_cancel
from sfn_cli.interpreter.signals import TaskSubmitted, TaskSucceeded

if TYPE_CHECKING:
    from sfn_cli.interpreter.signals import Signal


def result_comes_later(request: Integration) -> Integration:
    """Wraps a .sync or .waitForTaskToken integration, whose response is only a receipt.

    The result comes from the job's end, or with the task token. A worker that resumes does not repeat
    a request that was accepted.
    """

    def submit(task_run: TaskRun, context: TaskContext) -> Cancel:
        if task_run.task.submitted:
            return nothing_to_cancel

        def receipt(signal: Signal) -> None:
            task_run.answer(
                TaskSubmitted(signal.task, signal.output) if isinstance(signal, TaskSucceeded) else signal
            )

        return request(task_run._replace(answer=receipt), context)

    return submit

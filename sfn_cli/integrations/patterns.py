"""Service integration patterns: what a service's response to the request means to the task.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.integrations.integration import Cancel, Integration, TaskContext, TaskRun, nothing_to_cancel
from sfn_cli.interpreter.signals import TaskSubmitted, TaskSucceeded

if TYPE_CHECKING:
    from sfn_cli.interpreter.signals import Signal


def result_comes_later(request: Integration) -> Integration:
    """Wraps a .sync or .waitForTaskToken integration: the response is only a receipt.

    The result comes from the job's end, or by the task's token. A worker that resumes does not
    repeat a request that was accepted.
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

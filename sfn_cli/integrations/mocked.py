"""A mock instead of an integration: whatever the Resource names, the task is answered at once and
nothing is called.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-test-sm-exec.html
The events are those of the integration. A mock has no response for the request of a
.sync or .waitForTaskToken task: its TaskSubmitted has {} as output.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.integrations.integration import Cancel, nothing_to_cancel
from sfn_cli.interpreter.mocks import TIMEOUTS, Answer, Return
from sfn_cli.interpreter.signals import (
    Signal,
    TaskFailed,
    TaskStarted,
    TaskSubmitted,
    TaskSucceeded,
    TaskTimedOut,
)
from sfn_cli.jsonvalue import Payload

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import TaskRun
    from sfn_cli.integrations.task_order import Task

_REFUSAL = re.compile(r"(?!States\.)[A-Z]\w*\.\w+")
"""The name of an error by which a service refuses a request: "ECS.ClusterNotFoundException". Others
come after the receipt.
"""


def answer(task_run: TaskRun, mocked: Answer) -> Cancel:
    """Answers the task as the mock says. Signals that a worker sent before it died are not sent again."""
    task = task_run.task
    if not task.started:
        task_run.answer(TaskStarted(task.id))
    if task.resource.pattern and not task.submitted and not _is_refused(mocked):
        task_run.answer(TaskSubmitted(task.id, Payload({})))
    task_run.answer(_end(task, mocked))
    return nothing_to_cancel


def _is_refused(mocked: Answer) -> bool:
    return not isinstance(mocked, Return) and _REFUSAL.fullmatch(mocked.error) is not None


def _end(task: Task, mocked: Answer) -> Signal:
    if isinstance(mocked, Return):
        return TaskSucceeded(task.id, mocked.output)
    if mocked.error in TIMEOUTS:
        return TaskTimedOut(task.id, mocked.error, mocked.cause)
    return TaskFailed(task.id, mocked.error, mocked.cause)

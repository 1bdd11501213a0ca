"""Mocks: the task is answered immediately, for any Resource, and nothing is called.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-test-sm-exec.html
The events are those of the integration. A mock has no response to the request of a .sync or
.waitForTaskToken task, so its TaskSubmitted has {} as output.
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
"""Matches an error with which a service refuses a request, such as "ECS.ClusterNotFoundException".

Other errors come after the request was accepted.
"""


def answer_mocked(task_run: TaskRun, mocked: Answer) -> Cancel:
    """Answers the task with the mock, without repeating signals that a dead worker already sent."""
    task = task_run.task
    if not task.started:
        task_run.answer(TaskStarted(task.id))
    if task.resource.pattern and not task.submitted and not _is_mocked_refusal(mocked):
        task_run.answer(TaskSubmitted(task.id, Payload({})))
    task_run.answer(_mocked_signal(task, mocked))
    return nothing_to_cancel


def _is_mocked_refusal(mocked: Answer) -> bool:
    return not isinstance(mocked, Return) and _REFUSAL.fullmatch(mocked.error) is not None


def _mocked_signal(task: Task, mocked: Answer) -> Signal:
    if isinstance(mocked, Return):
        return TaskSucceeded(task.id, mocked.output)
    if mocked.error in TIMEOUTS:
        return TaskTimedOut(task.id, mocked.error, mocked.cause)
    return TaskFailed(task.id, mocked.error, mocked.cause)

"""An activity's ARN as Resource: the task is queued until a client of the activity takes it.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.integrations.integration import Cancel, nothing_to_cancel

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import TaskContext, TaskRun


def wait_for_activity_worker(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Does nothing: scheduling the task has queued or refused it."""
    return nothing_to_cancel

"""The integrations that there are. A Resource that is not here fails its task, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.integrations.integration import Answer, Cancel, Integration, World, nothing_to_cancel
from sfn_cli.integrations.lambda_function import call_function
from sfn_cli.integrations.lambda_invoke import invoke
from sfn_cli.interpreter.signals import TaskFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.resource import Resource
    from sfn_cli.interpreter.execution import OpenTask

SERVICES: Mapping[tuple[str, str], Integration] = {
    ("lambda", "invoke"): invoke,
}
"""(service, action with its pattern) → integration."""


def integration(resource: Resource) -> Integration:
    """What carries out a task on this resource."""
    if resource.kind == "lambda":
        return call_function
    return SERVICES.get((resource.service, resource.action), _refuse)


def _refuse(task: OpenTask, world: World, answer: Answer) -> Cancel:
    cause = f"sfn has no integration for {task.resource.arn}. It has: functions by their ARN, and arn:aws:states:::lambda:invoke."
    answer(TaskFailed(task.id, "States.TaskFailed", cause))
    return nothing_to_cancel

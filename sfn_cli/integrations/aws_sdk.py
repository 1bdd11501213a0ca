"""arn:aws:states:::aws-sdk:SERVICE:ACTION: any operation of any service that botocore knows.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
Step Functions itself (aws-sdk:sfn) is this very store, unless AWS_ENDPOINT_URL_SFN names another.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sfn_cli import api
from sfn_cli.api import model, names
from sfn_cli.errors import ApiError, StatesError
from sfn_cli.integrations import aws_call
from sfn_cli.integrations.aws_errors import ServiceError, sdk_2
from sfn_cli.integrations.aws_shapes import Own, capitalised, request, result
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Payload

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import Cancel, Errand, World
    from sfn_cli.interpreter.execution import OpenTask

PREFIX = "aws-sdk:"
_AS_IS = aws_call.Manner()
_SFN = sdk_2("SFN")


def call(errand: Errand, world: World) -> Cancel:
    """Calls the operation that the Resource names."""
    task = errand.task
    service = task.resource.service.removeprefix(PREFIX)
    action = task.resource.action.partition(".")[0]
    if service == "sfn" and not os.environ.get("AWS_ENDPOINT_URL_SFN"):
        return aws_call.in_background(errand, world, lambda: _ask_own(capitalised(action), task, world))

    def ask() -> TaskSucceeded | TaskFailed:
        name = world.clients.named(service)
        if name is None:
            raise StatesError("States.Runtime", f"{task.resource.arn} is not recognized: botocore has no service {service}.")
        return aws_call.call(name, action, _AS_IS, task, world)

    return aws_call.in_background(errand, world, ask)


def _ask_own(operation: str, task: OpenTask, world: World) -> TaskSucceeded | TaskFailed:
    """An operation of this store, over a connection of its own: it may wait long. Raises StatesError."""
    try:
        described = model.load("stepfunctions", operation)
    except KeyError:
        raise StatesError("States.Runtime", f"{task.resource.arn} is not recognized: sfn has no operation {operation}.") from None
    asked = request(Own(described.input), task.arguments.value)
    service = world.service.sibling()
    try:
        answered = api.answer(service, described, asked)
    except ApiError as error:
        failure = _SFN.failure(ServiceError(error.code, error.message, error.status, names.new_uuid(), error.code))
        # Observed: Step Functions' own errors tell of attempts; those of other services do not.
        return TaskFailed(task.id, failure.error, f"{failure.cause} (SDK Attempt Count: 1)")
    finally:
        service.close()
    return TaskSucceeded(task.id, Payload(result(Own(described.output), answered)))

"""Calls of the services that sfn implements, by tasks of the optimised integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api import answer_api
from sfn_cli.api.model import load_model
from sfn_cli.errors import ApiError
from sfn_cli.integrations.aws.errors import ServiceError, sdk_error_naming
from sfn_cli.integrations.aws.shapes import OwnShape, shape_request, shape_result
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import serialized_payload
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from sfn_cli.integrations.aws.call import CallStyle, Ended
    from sfn_cli.integrations.aws.local_services import LocalService
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.integrations.task_order import Task


def call_local_operation(
    own: LocalService, name: str, style: CallStyle, task: Task, context: TaskContext
) -> Ended:
    """Calls an operation of this store over a separate connection. Raises StatesError."""
    operation = load_model(own.name, name)
    request = shape_request(OwnShape(operation.input), task.arguments.value)
    if style.prepare is not None:
        style.prepare(request)
    naming = style.naming or sdk_error_naming(own.id)
    service = context.service.sibling()
    try:
        answered = answer_api(service, operation, request)
    except ApiError as error:
        failure = naming.failure(
            ServiceError(error.code, error.message, error.status, random_uuid(), error.code)
        )
        return TaskFailed(task.id, *failure)
    finally:
        service.close()
    result = style.shape(shape_result(OwnShape(operation.output), answered, style.spell), answered)
    return TaskSucceeded(task.id, serialized_payload(result))

"""arn:aws:states:::aws-sdk:SERVICE:ACTION: any operation of any service that botocore knows.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
Resources in this store are served by sfn's own operations (local_services.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import api
from sfn_cli.api.operations import WAITING
from sfn_cli.errors import ApiError, ConfigurationError, StatesError
from sfn_cli.integrations.aws.call import CallStyle, Ended, call_in_background, call_operation
from sfn_cli.integrations.aws.errors import ServiceError, sdk_error_naming
from sfn_cli.integrations.aws.local_services import LOCAL_SERVICES, LocalService
from sfn_cli.integrations.aws.shapes import OwnShape, capitalise_member, shape_request, shape_result
from sfn_cli.integrations.integration import Later
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Payload
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.model import Operation
    from sfn_cli.integrations.integration import Cancel, TaskContext, TaskRun
    from sfn_cli.integrations.task_order import Task

_AS_IS = CallStyle()


_LOCAL: Mapping[str, LocalService] = {own.sdk_name: own for own in LOCAL_SERVICES}


def call_aws_sdk(task_run: TaskRun, context: TaskContext) -> Cancel:
    """Calls the operation that the Resource names."""
    task = task_run.task
    service, action = task.resource.sdk_service, task.resource.operation
    assert service is not None
    own = _LOCAL.get(service)
    operation = own.operation(capitalise_member(action)) if own and own.answers(context.settings) else None
    if own is not None and operation is not None:
        key = operation.service, operation.name
        if key in WAITING:
            context.service.invoker  # noqa: B018 - created here, in the loop, for all threads
        return call_in_background(
            task_run,
            context,
            lambda: _call_sdk_of_local_service(own, operation, task, context),
            may_wait=key in WAITING,
        )

    def call() -> TaskSucceeded | TaskFailed:
        try:
            name = context.clients.service_name(service)
        except ConfigurationError as error:
            return TaskFailed(task.id, *sdk_error_naming(service).no_answer(error))
        if name is None:
            raise StatesError(
                "States.Runtime", f"{task.resource.arn} is not recognized: botocore has no service {service}."
            )
        return call_operation(name, action, _AS_IS, task, context)

    return call_in_background(task_run, context, call)


def _call_sdk_of_local_service(
    own: LocalService, operation: Operation, task: Task, context: TaskContext
) -> Ended | Later:
    """Calls an operation of this store over a separate connection; may block. Raises StatesError."""

    def success(answer: Mapping[str, Any]) -> Ended:
        return TaskSucceeded(task.id, Payload(shape_result(OwnShape(operation.output), answer)))

    request = shape_request(OwnShape(operation.input), task.arguments.value)
    service = context.service.sibling()
    try:
        answered = api.begin_api(service, operation, request)
    except ApiError as error:
        failure = sdk_error_naming(own.id).failure(
            ServiceError(error.code, error.message, error.status, random_uuid(), error.code)
        )
        # Observed: Step Functions' own errors mention attempts; those of other services do not.
        attempts = " (SDK Attempt Count: 1)" if own.id == "SFN" else ""
        return TaskFailed(task.id, failure.error, failure.cause + attempts)
    finally:
        service.close()
    return success(answered) if isinstance(answered, dict) else Later(answered, success)

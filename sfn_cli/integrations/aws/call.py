"""One call of an AWS service by a task: from arguments to request, from response to signal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import ConfigurationError, SfnError, StatesError
from sfn_cli.integrations.aws import emulator_fixups
from sfn_cli.integrations.aws.errors import ErrorNaming, sdk_error_naming, service_error
from sfn_cli.integrations.aws.shapes import capitalise_member, sdk_member_name, shape_request, shape_result
from sfn_cli.interpreter.signals import TaskFailed, TaskSucceeded
from sfn_cli.jsonvalue import Json, serialized_payload

if TYPE_CHECKING:
    from sfn_cli.integrations.integration import Cancel, Later, TaskContext, TaskRun
    from sfn_cli.integrations.task_order import Task

Answered = Mapping[str, Any]
Ended = TaskSucceeded | TaskFailed


def _unchanged_call_result(result: Json, answered: Answered) -> Json:
    return result


class CallStyle(NamedTuple):
    """How an integration calls a service.

    Without `naming`, errors are named as in version 2 of the SDK. `spell` returns the field name of a
    member; `prepare` completes the request; `shape` returns the task's result from the converted
    response and botocore's own, or raises StatesError, which fails the task.
    """

    naming: ErrorNaming | None = None
    spell: Callable[[str], str] = sdk_member_name
    prepare: Callable[[dict[str, Any]], None] | None = None
    shape: Callable[[Json, Answered], Json] = _unchanged_call_result


def call_in_background(
    task_run: TaskRun, context: TaskContext, call: Callable[[], Ended | Later], *, may_wait: bool = False
) -> Cancel:
    """Makes the call in the background, and answers with its outcome.

    `may_wait`: the call may take minutes.
    """
    task = task_run.task

    def done(outcome: Ended | Exception) -> None:
        if isinstance(outcome, StatesError):
            outcome = TaskFailed(task.id, outcome.error, outcome.cause)
        elif isinstance(outcome, SfnError):
            outcome = TaskFailed(task.id, "States.Runtime", str(outcome))
        elif isinstance(outcome, Exception):
            outcome = TaskFailed(task.id, "States.Runtime", f"{type(outcome).__name__}: {outcome}")
        task_run.answer(outcome)

    background: Callable[..., Cancel] = context.background  # mypy infers no T from a union of unions
    return background(call, done, may_wait=may_wait)


def call_operation(
    service: str, action: str, style: CallStyle, task: Task, context: TaskContext
) -> TaskSucceeded | TaskFailed:
    """Calls a service, named as in botocore, and waits. Raises SfnError.

    A call that cannot be made, because of missing configuration or because the local AWS services do
    not start, fails like a call that reaches no server: with an error that Retry and Catch can match.
    """
    seconds = None if task.timeout_at is None else (task.timeout_at - task.at) / 1000
    try:
        client = context.clients.get(service, timeout_seconds=seconds)
    except ConfigurationError as error:
        naming = style.naming or sdk_error_naming(context.clients.service_id(service))
        return TaskFailed(task.id, *naming.no_answer(error))
    operation = capitalise_member(action)
    methods: Mapping[str, str] = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    if operation not in methods:
        raise StatesError(
            "States.Runtime",
            f"{task.resource.arn} is not recognized: {service} has no operation {operation}.",
        )
    model = client.meta.service_model
    described = model.operation_model(operation)
    request = shape_request(described.input_shape, task.arguments.value)
    if style.prepare is not None:
        style.prepare(request)
    naming = style.naming or sdk_error_naming(model.service_id)
    if (refusal := emulator_fixups.emulator_refusal(described, request)) is not None:
        return TaskFailed(task.id, *naming.failure(refusal))
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answered: Answered = emulator_fixups.send_with_fixups(
            described, request, lambda request: getattr(client, methods[operation])(**request)
        )
        result = style.shape(shape_result(described.output_shape, answered, style.spell), answered)
    except ClientError as error:
        return TaskFailed(
            task.id,
            *naming.failure(emulator_fixups.fix_up_error(described, request, service_error(error, model))),
        )
    except BotoCoreError as error:
        return TaskFailed(task.id, *naming.no_answer(error))
    return TaskSucceeded(task.id, serialized_payload(result))

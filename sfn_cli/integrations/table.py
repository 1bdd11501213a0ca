"""The integrations that there are. A Resource that is not here fails its task, by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sfn_cli.integrations.activity import wait_for_worker
from sfn_cli.integrations.integration import Cancel, Integration, TaskContext, TaskRun, nothing_to_cancel
from sfn_cli.integrations.lambda_.function import call_function
from sfn_cli.integrations.lambda_.invoke import invoke
from sfn_cli.integrations.patterns import result_comes_later
from sfn_cli.integrations.start_execution import start
from sfn_cli.interpreter.signals import TaskFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.resource import Resource


def _late(module: str, name: str) -> Integration:
    """An integration whose module is imported when a task first needs it: most executions need none
    of these.
    """

    def start(task_run: TaskRun, context: TaskContext) -> Cancel:
        found: Integration = getattr(import_module(f"sfn_cli.integrations.{module}"), name)
        return found(task_run, context)

    return start


_dynamodb, _events, _sns, _sqs = (
    _late("aws.optimised", service) for service in ("dynamodb", "events", "sns", "sqs")
)
_api_gateway = _late("http.api_gateway", "invoke")
_http = _late("http.invoke", "invoke")
_aws_sdk = _late("aws.aws_sdk", "call")
_map_run = _late("distributed_map.conduct", "conduct")

SERVICES: Mapping[tuple[str, str], Integration] = {
    ("apigateway", "invoke"): _api_gateway,
    ("apigateway", "invoke.waitForTaskToken"): result_comes_later(_api_gateway),
    ("dynamodb", "deleteItem"): _dynamodb,
    ("dynamodb", "getItem"): _dynamodb,
    ("dynamodb", "putItem"): _dynamodb,
    ("dynamodb", "updateItem"): _dynamodb,
    ("events", "putEvents"): _events,
    ("events", "putEvents.waitForTaskToken"): result_comes_later(_events),
    ("http", "invoke"): _http,
    ("lambda", "invoke"): invoke,
    ("lambda", "invoke.waitForTaskToken"): result_comes_later(invoke),
    ("sns", "publish"): _sns,
    ("sns", "publish.waitForTaskToken"): result_comes_later(_sns),
    ("sqs", "sendMessage"): _sqs,
    ("sqs", "sendMessage.waitForTaskToken"): result_comes_later(_sqs),
    ("states", "startExecution"): start,
    ("states", "startExecution.sync"): result_comes_later(start),
    ("states", "startExecution.sync:2"): result_comes_later(start),
    ("states", "startExecution.waitForTaskToken"): result_comes_later(start),
}
"""(service, action with its pattern) → integration. Beside them, aws-sdk tasks call any service's
operations.
"""

_AWS_SDK: Mapping[str, Integration] = {"": _aws_sdk, "waitForTaskToken": result_comes_later(_aws_sdk)}
"""Pattern → integration."""


def integration(resource: Resource) -> Integration:
    """What carries out a task on this resource."""
    return _find(resource) or _refuse


def is_available(resource: Resource) -> bool:
    """Whether tasks on a resource that AWS has can be carried out here. One that cannot is refused
    when its machine is created.
    """
    return _find(resource) is not None


def _find(resource: Resource) -> Integration | None:
    if resource.kind == "lambda":
        return call_function
    if resource.kind == "activity":
        return wait_for_worker
    if resource.kind == "mapRun":
        return _map_run
    if resource.service.startswith("aws-sdk:"):
        return _AWS_SDK.get(resource.pattern)
    return SERVICES.get((resource.service, resource.action))


def _refuse(task_run: TaskRun, context: TaskContext) -> Cancel:
    known = ", ".join(f"arn:aws:states:::{service}:{action}" for service, action in SERVICES)
    cause = (
        f"sfn has no integration for {task_run.task.resource.arn}. "
        f"It has functions by their ARN, aws-sdk tasks, and {known}."
    )
    task_run.answer(TaskFailed(task_run.task.id, "States.TaskFailed", cause))
    return nothing_to_cancel

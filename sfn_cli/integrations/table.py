"""The table of integrations. A task with any other Resource fails."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sfn_cli.integrations.activity import wait_for_activity_worker
from sfn_cli.integrations.integration import Cancel, Integration, TaskContext, TaskRun, nothing_to_cancel
from sfn_cli.integrations.lambda_.function import call_function
from sfn_cli.integrations.lambda_.invoke import invoke_lambda
from sfn_cli.integrations.patterns import result_comes_later
from sfn_cli.integrations.start_execution import start_execution
from sfn_cli.interpreter.signals import TaskFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.resource import Resource


def _late_integration(module: str, name: str) -> Integration:
    """Returns an integration whose module is imported at its first use: most executions need none."""

    def start(task_run: TaskRun, context: TaskContext) -> Cancel:
        found: Integration = getattr(import_module(f"sfn_cli.integrations.{module}"), name)
        return found(task_run, context)

    return start


_dynamodb, _events, _sns, _sqs = (
    _late_integration("aws.optimised", f"optimised_{service}")
    for service in ("dynamodb", "events", "sns", "sqs")
)
_api_gateway = _late_integration("http.api_gateway", "invoke_api_gateway")
_http = _late_integration("http.invoke", "invoke_http")
_aws_sdk = _late_integration("aws.sdk_tasks", "call_aws_sdk")
_map_run = _late_integration("distributed_map.conduct", "conduct_map_run")

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
    ("lambda", "invoke"): invoke_lambda,
    ("lambda", "invoke.waitForTaskToken"): result_comes_later(invoke_lambda),
    ("sns", "publish"): _sns,
    ("sns", "publish.waitForTaskToken"): result_comes_later(_sns),
    ("sqs", "sendMessage"): _sqs,
    ("sqs", "sendMessage.waitForTaskToken"): result_comes_later(_sqs),
    ("states", "startExecution"): start_execution,
    ("states", "startExecution.sync"): result_comes_later(start_execution),
    ("states", "startExecution.sync:2"): result_comes_later(start_execution),
    ("states", "startExecution.waitForTaskToken"): result_comes_later(start_execution),
}
"""Maps (service, action with its pattern) to integrations.

In addition, aws-sdk tasks call any service's operations.
"""

_AWS_SDK: Mapping[str, Integration] = {"": _aws_sdk, "waitForTaskToken": result_comes_later(_aws_sdk)}
"""Maps patterns to integrations."""


def integration(resource: Resource) -> Integration:
    """Returns the integration for tasks with this resource."""
    return _find_integration(resource) or _refuse_integration


def has_integration(resource: Resource) -> bool:
    """Whether sfn can carry out tasks with this resource of AWS.

    A machine with any other resource is refused when it is created, unless a template contains it.
    """
    return _find_integration(resource) is not None


def _find_integration(resource: Resource) -> Integration | None:
    if resource.kind == "lambda":
        return call_function
    if resource.kind == "activity":
        return wait_for_activity_worker
    if resource.kind == "mapRun":
        return _map_run
    if resource.sdk_service is not None:
        return _AWS_SDK.get(resource.pattern)
    return SERVICES.get((resource.service, resource.action))


def _refuse_integration(task_run: TaskRun, context: TaskContext) -> Cancel:
    cause = (
        f"sfn does not support the integration {task_run.task.resource.arn}. Mock the state "
        "(MockConfigFile.json, --test-case), or call the service with an aws-sdk task."
    )
    task_run.answer(TaskFailed(task_run.task.id, "States.TaskFailed", cause))
    return nothing_to_cancel

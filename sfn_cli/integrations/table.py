"""The integrations that there are. A Resource that is not here fails its task, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.integrations import aws_sdk, optimised
from sfn_cli.integrations.activity import wait_for_worker
from sfn_cli.integrations.integration import Cancel, Errand, Integration, World, nothing_to_cancel
from sfn_cli.integrations.lambda_function import call_function
from sfn_cli.integrations.lambda_invoke import invoke
from sfn_cli.integrations.patterns import result_comes_later
from sfn_cli.integrations.start_execution import start
from sfn_cli.interpreter.signals import TaskFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.resource import Resource

SERVICES: Mapping[tuple[str, str], Integration] = {
    ("dynamodb", "deleteItem"): optimised.dynamodb,
    ("dynamodb", "getItem"): optimised.dynamodb,
    ("dynamodb", "putItem"): optimised.dynamodb,
    ("dynamodb", "updateItem"): optimised.dynamodb,
    ("events", "putEvents"): optimised.events,
    ("events", "putEvents.waitForTaskToken"): result_comes_later(optimised.events),
    ("lambda", "invoke"): invoke,
    ("lambda", "invoke.waitForTaskToken"): result_comes_later(invoke),
    ("sns", "publish"): optimised.sns,
    ("sns", "publish.waitForTaskToken"): result_comes_later(optimised.sns),
    ("sqs", "sendMessage"): optimised.sqs,
    ("sqs", "sendMessage.waitForTaskToken"): result_comes_later(optimised.sqs),
    ("states", "startExecution"): start,
    ("states", "startExecution.sync"): result_comes_later(start),
    ("states", "startExecution.sync:2"): result_comes_later(start),
    ("states", "startExecution.waitForTaskToken"): result_comes_later(start),
}
"""(service, action with its pattern) → integration. Beside them, aws-sdk tasks call any service's operations."""

_AWS_SDK: Mapping[str, Integration] = {"": aws_sdk.call, "waitForTaskToken": result_comes_later(aws_sdk.call)}
"""Pattern → integration."""


def integration(resource: Resource) -> Integration:
    """What carries out a task on this resource."""
    if resource.kind == "lambda":
        return call_function
    if resource.kind == "activity":
        return wait_for_worker
    if resource.service.startswith(aws_sdk.PREFIX):
        return _AWS_SDK.get(resource.pattern, _refuse)
    return SERVICES.get((resource.service, resource.action), _refuse)


def _refuse(errand: Errand, world: World) -> Cancel:
    known = ", ".join(f"arn:aws:states:::{service}:{action}" for service, action in SERVICES)
    cause = f"sfn has no integration for {errand.task.resource.arn}. It has functions by their ARN, aws-sdk tasks, and {known}."
    errand.answer(TaskFailed(errand.task.id, "States.TaskFailed", cause))
    return nothing_to_cancel

"""Nested stacks: each is a stack of its own, which its parent creates, updates and deletes.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import SfnError
from sfn_cli.stacks.deployment.deletion import delete_stack
from sfn_cli.stacks.deployment.deploy import deploy_stack
from sfn_cli.stacks.deployment.failures.recovery import recover_stack
from sfn_cli.stacks.deployment.options import DO_NOTHING, ROLLBACK, StackRequest
from sfn_cli.stacks.operations.requests.request_template import fetched_text
from sfn_cli.stacks.operations.requests.sent_request import (
    SentRequest,
    deploy_options,
    nothing_sent,
    read_sent_stack,
)
from sfn_cli.stacks.readers.nested_stacks import STACK
from sfn_cli.stacks.resources.not_created.left_out import MadeUpAttributes
from sfn_cli.stacks.resources.properties import property_object, property_text
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType
from sfn_cli.stacks.resources.sent.custom_resources import own_stack

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_NAME_LENGTH = 128
_OUTPUT = "Outputs."
_INHERITED = ("Capabilities", "RoleARN", "NotificationARNs")


def _predict_nested_stack(naming: Naming, properties: Properties) -> CreatedResource:
    name = naming.generated(_NAME_LENGTH)
    arn = naming.arn("cloudformation", f"stack/{name}/{naming.uuid()}")
    return CreatedResource(arn, MadeUpAttributes(STACK, naming, name))


def _create_nested_stack(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    return _deploy(
        context, _predict_nested_stack(context.naming, properties).physical_id, properties, "created"
    )


def _update_nested_stack(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    recover_stack(context.service, created.physical_id, context.report)
    return _deploy(context, created.physical_id, new, "updated")


def _delete_nested_stack(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    stored = context.service.stacks.find_by_arn(created.physical_id)
    if stored is None:
        return
    options = deploy_options(context.service, nothing_sent(stored), StackRequest(stored.arn))
    try:
        delete_stack(context.service, stored.name, options)
    except SfnError as error:
        raise ResourceError(
            f"Embedded stack {stored.arn} was not successfully deleted: {_reason(context, stored.arn, error)}"
        ) from error


def _deploy(context: ProvisioningContext, arn: str, properties: Properties, done: str) -> CreatedResource:
    service, name = context.service, arn.split("/")[1]
    parent, before = own_stack(context), service.stacks.find_by_arn(arn)
    given = {
        key: ",".join(map(property_text, value)) if isinstance(value, list) else property_text(value)
        for key, value in property_object(properties, "Parameters").items()
    }
    inherited = {member: parent.details[member] for member in _INHERITED if member in parent.details}
    details: dict[str, Json] = {
        **inherited,
        "ParentId": parent.arn,
        "RootId": parent.details.get("RootId") or parent.arn,
        "Tags": properties.get("Tags") or parent.details.get("Tags") or [],
    }
    operation = service.stack_operations.find(parent.arn)
    leaves = operation is not None and operation.options.get("on_failure") == DO_NOTHING
    try:
        text = fetched_text(service, str(properties.get("TemplateURL") or ""))
        sent = SentRequest(name, arn if before is None else before.folder, text, given, details)
        stack, details = read_sent_stack(service, sent)
        request = StackRequest(
            arn,
            template=text,
            details=details,
            on_failure=DO_NOTHING if leaves else ROLLBACK,
        )
        deployed = deploy_stack(service, stack, deploy_options(service, sent, request))
    except SfnError as error:
        reason = _reason(context, arn, error)
        raise ResourceError(f"Embedded stack {arn} was not successfully {done}: {reason}") from error
    outputs = {f"{_OUTPUT}{output['OutputKey']}": output["OutputValue"] for output in deployed.outputs}
    return CreatedResource(arn, outputs)


def _reason(context: ProvisioningContext, arn: str, error: SfnError) -> str:
    """Returns why the operation on a nested stack failed: the stack's own reason, if it has begun."""
    stored = context.service.stacks.find_by_arn(arn)
    return str(error) if stored is None or not stored.reason else stored.reason


NESTED_STACK = ResourceType(
    predict=_predict_nested_stack,
    create=_create_nested_stack,
    update=_update_nested_stack,
    delete=_delete_nested_stack,
    is_local=True,
    may_be_partial=True,
)

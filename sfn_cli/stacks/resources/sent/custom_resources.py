"""Custom resources: a function of the template creates, changes and deletes them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref.html
The function gets a request and sends its response to the ResponseURL. As on AWS, a function may end
without a response, which another one sends later (the CDK's provider framework).
https://docs.aws.amazon.com/lambda/latest/dg/services-cloudformation.html
CloudFormation invokes the function asynchronously, so Lambda retries an invocation that fails. Here it
does so immediately, and if the last one fails without a response, the resource fails at once: AWS would
wait for minutes between the tries, and then for an hour.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps
from sfn_cli.stacks.resources.calls import call_service
from sfn_cli.stacks.resources.not_created.left_out import MadeUpAttributes
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType
from sfn_cli.store.records.functions import EVENT_INVOKE, EVENT_RETRIES, LATEST, function_reference
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext
    from sfn_cli.stacks.resources.sent.response_listener import ResponseListener
    from sfn_cli.store.records.stacks import StoredStack

CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"
_PREFIX = "Custom::"

_NAME_LENGTH = 128
_DEFAULT_TIMEOUT_SECONDS = 3600
_TOPIC = ":sns:"


def is_custom_resource(type: str) -> bool:
    return type == CUSTOM_RESOURCE or type.startswith(_PREFIX)


def custom_resource_type(type: str) -> ResourceType:
    """Returns the row of a type of custom resources."""
    return ResourceType(
        predict=partial(_predict_custom_resource, type),
        create=partial(_create_custom_resource, type),
        update=partial(_update_custom_resource, type),
        delete=partial(_delete_custom_resource, type),
        is_local=True,
        may_be_partial=True,
        update_may_replace=True,
    )


def _predict_custom_resource(type: str, naming: Naming, properties: Properties) -> CreatedResource:
    name = naming.generated(_NAME_LENGTH)
    return CreatedResource(name, MadeUpAttributes(type, naming, name))


def _create_custom_resource(
    type: str, context: ProvisioningContext, properties: Properties
) -> CreatedResource:
    return _created(_request(type, context, "Create", properties, {}))


def _update_custom_resource(
    type: str, context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    members = {"PhysicalResourceId": created.physical_id, "OldResourceProperties": _with_texts(old)}
    return _created({**members, **_request(type, context, "Update", new, members)})


def _delete_custom_resource(
    type: str, context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    _request(type, context, "Delete", properties, {"PhysicalResourceId": created.physical_id})


def _created(answer: dict[str, Any]) -> CreatedResource:
    physical_id, data = answer.get("PhysicalResourceId"), answer.get("Data")
    if not isinstance(physical_id, str) or not physical_id:
        raise ResourceError("Invalid PhysicalResourceId")
    return CreatedResource(physical_id, data if isinstance(data, dict) else {})


def _request(
    type: str, context: ProvisioningContext, kind: str, properties: Properties, members: dict[str, Any]
) -> dict[str, Any]:
    """Sends a request, and returns the response of a success. Raises ResourceError."""
    from sfn_cli.stacks.resources.sent.response_listener import response_listener

    token = properties.get("ServiceToken")
    if not isinstance(token, str) or not token:
        raise ResourceError("Custom resources must have the property ServiceToken.")
    request_id = random_uuid()
    with response_listener() as listener:
        event = {
            "RequestType": kind,
            "ServiceToken": token,
            "ResponseURL": listener.url,
            "StackId": own_stack(context).arn,
            "RequestId": request_id,
            "LogicalResourceId": context.naming.logical_id,
            "ResourceType": type,
            **members,
            "ResourceProperties": _with_texts(properties),
        }
        failure = _send(context, token, event, listener)
        if failure is not None and not listener.has_answer:
            raise ResourceError(failure)
        answer = listener.wait(_timeout_seconds(properties))
    if answer is None:
        raise ResourceError(
            "CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
            f"requestId [{request_id}]. If you are using the Python cfn-response module, you may need to "
            "update your Lambda function code so that CloudFormation can attach the updated version."
        )
    if answer.get("Status") != "SUCCESS":
        raise ResourceError(
            f"Received response status [{answer.get('Status')}] from custom resource. Message returned: "
            f"{answer.get('Reason') or ''} (RequestId: {request_id})"
        )
    return answer


def _send(
    context: ProvisioningContext, token: str, event: dict[str, Any], listener: ResponseListener
) -> str | None:
    """Sends a request to the function, or the topic, of a ServiceToken; returns why it failed."""
    if _TOPIC in token:
        call_service(context, "sns", "Publish", {"TopicArn": token, "Message": dumps(event)})
        return None
    for _ in range(1 + _retries(context, token)):
        outcome = context.service.invoker.invoke(token, dumps(event))
        if outcome.kind not in ("failed", "timed_out", "exited") or listener.has_answer:
            break
    if outcome.kind == "succeeded":
        return None
    return str(outcome.message or json.loads(outcome.payload).get("errorMessage"))


def _retries(context: ProvisioningContext, function_ref: str) -> int:
    """Returns how often Lambda retries an asynchronous invocation that fails."""
    name, qualifier = function_reference(function_ref)
    setting = context.service.function_settings.find(name, EVENT_INVOKE, qualifier or LATEST)
    given = setting.value.get("MaximumRetryAttempts") if setting is not None else None
    return EVENT_RETRIES if given is None else int(given)


def own_stack(context: ProvisioningContext) -> StoredStack:
    """Returns the stack of the resource that is created or changed."""
    stored = context.service.stacks.find(context.naming.stack)
    assert stored is not None
    return stored


def _timeout_seconds(properties: Properties) -> float:
    given = str(properties.get("ServiceTimeout") or "")
    return float(given) if given.isdigit() else _DEFAULT_TIMEOUT_SECONDS


def _with_texts(value: Any) -> Any:
    """Returns properties as CloudFormation sends them: numbers and booleans are text."""
    if isinstance(value, dict):
        return {name: _with_texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item) for item in value]
    return value if isinstance(value, str) or value is None else dumps(value)

"""Permissions of functions, and the settings of their asynchronous invocations.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html
For a function that does not exist here, nothing is created: it may be one in AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import already_exists, call_store, is_not_found, none_if_missing
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType
from sfn_cli.store.records.functions import EVENT_RETRIES

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "lambda"
_ID_LENGTH = 100


# Permissions


def _predict_permission(naming: Naming, properties: Properties) -> CreatedResource:
    id = naming.generated(_ID_LENGTH)
    return CreatedResource(id, {"Id": id})


def _create_permission(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_permission(context.naming, properties)
    try:
        _add_permission(context, created, properties)
    except ResourceError as error:
        if already_exists(error):
            return _update_permission(context, created, properties, properties)._replace(existed=True)
        if not is_not_found(error):
            raise
    return created


def _update_permission(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    _delete_permission(context, created, old)
    none_if_missing(lambda: _add_permission(context, created, new))
    return created


def _add_permission(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> dict[str, Any]:
    return call_store(context, _SERVICE, "AddPermission", properties, {"StatementId": created.physical_id})


def _delete_permission(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    request = {"FunctionName": properties.get("FunctionName"), "StatementId": created.physical_id}
    none_if_missing(lambda: call_store(context, _SERVICE, "RemovePermission", request))


PERMISSION = ResourceType(
    predict=_predict_permission,
    create=_create_permission,
    update=_update_permission,
    delete=_delete_permission,
    is_local=True,
)


# Settings of asynchronous invocations


def _predict_event_invoke_config(naming: Naming, properties: Properties) -> CreatedResource:
    return CreatedResource(naming.generated(_ID_LENGTH), {})


def _create_event_invoke_config(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_event_invoke_config(context.naming, properties)
    own = {name: properties.get(name) for name in ("FunctionName", "Qualifier")}
    found = none_if_missing(lambda: call_store(context, _SERVICE, "GetFunctionEventInvokeConfig", own))
    updated = _update_event_invoke_config(context, created, {}, properties)
    return updated._replace(existed=found is not None)


def _update_event_invoke_config(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    request = {"MaximumRetryAttempts": EVENT_RETRIES, "MaximumEventAgeInSeconds": 21_600, **new}
    none_if_missing(lambda: call_store(context, _SERVICE, "PutFunctionEventInvokeConfig", request))
    return created


def _delete_event_invoke_config(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    request = {name: properties.get(name) for name in ("FunctionName", "Qualifier")}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteFunctionEventInvokeConfig", request))


EVENT_INVOKE_CONFIG = ResourceType(
    predict=_predict_event_invoke_config,
    create=_create_event_invoke_config,
    update=_update_event_invoke_config,
    delete=_delete_event_invoke_config,
    replaced_by=frozenset({"FunctionName", "Qualifier"}),
    is_local=True,
)

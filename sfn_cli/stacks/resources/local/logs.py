"""Log groups.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.stacks.resources.calls import already_exists, call_store, none_if_missing, predicted_name
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_NAME_LENGTH = 512


def _predict_log_group(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "LogGroupName", _NAME_LENGTH)
    return CreatedResource(name, {"Arn": arn.log_group_arn(naming.region, naming.account_id, name)})


def make_log_group(context: ProvisioningContext, name: str, properties: Properties | None = None) -> bool:
    """Creates the group if it does not exist; returns whether it existed."""
    try:
        call_store(context, "logs", "CreateLogGroup", properties or {}, {"logGroupName": name})
    except ResourceError as error:
        if not already_exists(error):
            raise
        return True
    return False


def _create_log_group(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_log_group(context.naming, properties)
    existed = make_log_group(context, created.physical_id, {"Tags": properties.get("Tags")})
    _set_log_group_retention(context, created.physical_id, properties)
    return created._replace(existed=existed)


def _update_log_group(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    _set_log_group_retention(context, created.physical_id, new)
    return created


def _set_log_group_retention(context: ProvisioningContext, name: str, properties: Properties) -> None:
    days: Any = properties.get("RetentionInDays")
    if days:
        request = {"logGroupName": name, "retentionInDays": days}
        call_store(context, "logs", "PutRetentionPolicy", request)
    else:
        call_store(context, "logs", "DeleteRetentionPolicy", {"logGroupName": name})


def _delete_log_group(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"logGroupName": created.physical_id}
    none_if_missing(lambda: call_store(context, "logs", "DeleteLogGroup", request))


LOG_GROUP = ResourceType(
    predict=_predict_log_group,
    create=_create_log_group,
    update=_update_log_group,
    delete=_delete_log_group,
    replaced_by=frozenset({"LogGroupName"}),
    name_property="LogGroupName",
    is_local=True,
)

"""Log groups.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.stacks.resources.calls import call_store, if_there, is_there_already, predicted_name
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_NAME_LENGTH = 512


def _predict_log_group(naming: Naming, properties: Properties) -> Made:
    name = predicted_name(naming, properties, "LogGroupName", _NAME_LENGTH)
    return Made(name, {"Arn": arn.log_group_arn(naming.region, naming.account_id, name)})


def make_log_group(making: Making, name: str, properties: Properties | None = None) -> bool:
    """Creates the group unless it is there; returns whether it was."""
    try:
        call_store(making, "logs", "CreateLogGroup", properties or {}, {"logGroupName": name})
    except ResourceError as error:
        if not is_there_already(error):
            raise
        return True
    return False


def _create_log_group(making: Making, properties: Properties) -> Made:
    made = _predict_log_group(making.naming, properties)
    existed = make_log_group(making, made.physical_id, {"Tags": properties.get("Tags")})
    _set_log_group_retention(making, made.physical_id, properties)
    return made._replace(existed=existed)


def _update_log_group(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    _set_log_group_retention(making, made.physical_id, new)
    return made


def _set_log_group_retention(making: Making, name: str, properties: Properties) -> None:
    days: Any = properties.get("RetentionInDays")
    if days:
        request = {"logGroupName": name, "retentionInDays": days}
        call_store(making, "logs", "PutRetentionPolicy", request)
    else:
        call_store(making, "logs", "DeleteRetentionPolicy", {"logGroupName": name})


def _delete_log_group(making: Making, made: Made, properties: Properties) -> None:
    request = {"logGroupName": made.physical_id}
    if_there(lambda: call_store(making, "logs", "DeleteLogGroup", request))


LOG_GROUP = ResourceType(
    predict=_predict_log_group,
    create=_create_log_group,
    update=_update_log_group,
    delete=_delete_log_group,
    replaced_by=frozenset({"LogGroupName"}),
    name_property="LogGroupName",
    is_local=True,
)

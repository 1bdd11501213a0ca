"""Schedules of EventBridge Scheduler, and their groups.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Scheduler.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import (
    already_exists,
    call_store,
    create_or_update,
    none_if_missing,
    predicted_name,
)
from sfn_cli.stacks.resources.local.tags import replace_tags
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "scheduler"
_NAME_LENGTH = 64
_DEFAULT_GROUP = "default"


# Schedules


def _predict_schedule(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH)
    group = properties.get("GroupName") or _DEFAULT_GROUP
    return CreatedResource(name, {"Arn": naming.arn(_SERVICE, f"schedule/{group}/{name}")})


def _create_schedule(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_schedule(context.naming, properties)
    name = {"Name": created.physical_id}
    response, existed = create_or_update(context, _SERVICE, "Schedule", properties, name)
    return created._replace(attributes={"Arn": response["ScheduleArn"]}, existed=existed)


def _update_schedule(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    response = call_store(context, _SERVICE, "UpdateSchedule", new, {"Name": created.physical_id})
    return created._replace(attributes={"Arn": response["ScheduleArn"]})


def _delete_schedule(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"Name": created.physical_id, "GroupName": properties.get("GroupName")}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteSchedule", request))


SCHEDULE = ResourceType(
    predict=_predict_schedule,
    create=_create_schedule,
    update=_update_schedule,
    delete=_delete_schedule,
    replaced_by=frozenset({"Name", "GroupName"}),
    name_property="Name",
    is_local=True,
)


# Groups


def _predict_schedule_group(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH)
    group_arn = naming.arn(_SERVICE, f"schedule-group/{name}")
    attributes = {"Arn": group_arn, "CreationDate": "", "LastModificationDate": "", "State": "ACTIVE"}
    return CreatedResource(name, attributes)


def _create_schedule_group(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_schedule_group(context.naming, properties)
    request = {"Name": created.physical_id}
    try:
        call_store(context, _SERVICE, "CreateScheduleGroup", {"Tags": properties.get("Tags")}, request)
    except ResourceError as error:
        if not already_exists(error):
            raise
        return _update_schedule_group(context, created, {}, properties)._replace(existed=True)
    return created


def _update_schedule_group(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    """Changes the tags: nothing else can change."""
    replace_tags(context, _SERVICE, str(created.attributes["Arn"]), new.get("Tags"))
    return created


def _delete_schedule_group(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    request = {"Name": created.physical_id}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteScheduleGroup", request))


SCHEDULE_GROUP = ResourceType(
    predict=_predict_schedule_group,
    create=_create_schedule_group,
    update=_update_schedule_group,
    delete=_delete_schedule_group,
    replaced_by=frozenset({"Name"}),
    name_property="Name",
    is_local=True,
)

"""Event buses, archives of their events, and API destinations.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_store, create_or_update, none_if_missing, predicted_name
from sfn_cli.stacks.resources.local.tags import replace_tags
from sfn_cli.stacks.resources.properties import property_text
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "events"
_BUS_NAME_LENGTH, _ARCHIVE_NAME_LENGTH, _DESTINATION_NAME_LENGTH = 256, 48, 64


# Event buses


def _predict_event_bus(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _BUS_NAME_LENGTH)
    bus_arn = naming.arn(_SERVICE, f"event-bus/{name}")
    return CreatedResource(name, {"Arn": bus_arn, "Name": name, "Policy": ""})


def _create_event_bus(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_event_bus(context.naming, properties)
    return _put_event_bus(context, created, properties)


def _update_event_bus(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _put_event_bus(context, created, new)


def _put_event_bus(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> CreatedResource:
    given = {**properties, "Description": properties.get("Description") or "", "Tags": None}
    name = {"Name": created.physical_id}
    response, existed = create_or_update(context, _SERVICE, "EventBus", given, name)
    arn = response.get("EventBusArn") or response["Arn"]
    replace_tags(context, _SERVICE, arn, properties.get("Tags"))
    if policy := properties.get("Policy"):
        request = {"EventBusName": created.physical_id, "Policy": property_text(policy)}
        call_store(context, _SERVICE, "PutPermission", {}, request)
    return created._replace(existed=existed, attributes={**created.attributes, "Arn": arn})


def _delete_event_bus(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteEventBus", {"Name": created.physical_id}))


EVENT_BUS = ResourceType(
    predict=_predict_event_bus,
    create=_create_event_bus,
    update=_update_event_bus,
    delete=_delete_event_bus,
    replaced_by=frozenset({"Name"}),
    name_property="Name",
    is_local=True,
)


# Archives


def _predict_archive(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "ArchiveName", _ARCHIVE_NAME_LENGTH)
    return CreatedResource(name, {"Arn": naming.arn(_SERVICE, f"archive/{name}"), "ArchiveName": name})


def _create_archive(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    return _put_archive(context, _predict_archive(context.naming, properties), properties)


def _update_archive(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _put_archive(context, created, new)


def _put_archive(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> CreatedResource:
    pattern = properties.get("EventPattern")
    given = {
        "EventSourceArn": properties.get("SourceArn"),
        "Description": properties.get("Description") or "",
        "EventPattern": None if pattern is None else property_text(pattern),
        "RetentionDays": properties.get("RetentionDays"),
    }
    name = {"ArchiveName": created.physical_id}
    _, existed = create_or_update(context, _SERVICE, "Archive", given, name)
    return created._replace(existed=existed)


def _delete_archive(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"ArchiveName": created.physical_id}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteArchive", request))


ARCHIVE = ResourceType(
    predict=_predict_archive,
    create=_create_archive,
    update=_update_archive,
    delete=_delete_archive,
    replaced_by=frozenset({"ArchiveName", "SourceArn"}),
    name_property="ArchiveName",
    is_local=True,
)


# API destinations


def _predict_destination(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _DESTINATION_NAME_LENGTH)
    return _created_destination(name, naming.arn(_SERVICE, f"api-destination/{name}/{naming.uuid()}"))


def _created_destination(name: str, arn: str) -> CreatedResource:
    return CreatedResource(name, {"Arn": arn, "ArnForPolicy": arn.rpartition("/")[0]})


def _create_destination(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    name = predicted_name(context.naming, properties, "Name", _DESTINATION_NAME_LENGTH)
    return _put_destination(context, name, properties)


def _update_destination(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _put_destination(context, created.physical_id, new)


def _put_destination(context: ProvisioningContext, name: str, properties: Properties) -> CreatedResource:
    given = {**properties, "Description": properties.get("Description") or ""}
    response, existed = create_or_update(context, _SERVICE, "ApiDestination", given, {"Name": name})
    return _created_destination(name, response["ApiDestinationArn"])._replace(existed=existed)


def _delete_destination(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    request = {"Name": created.physical_id}
    none_if_missing(lambda: call_store(context, _SERVICE, "DeleteApiDestination", request))


API_DESTINATION = ResourceType(
    predict=_predict_destination,
    create=_create_destination,
    update=_update_destination,
    delete=_delete_destination,
    replaced_by=frozenset({"Name"}),
    name_property="Name",
    is_local=True,
)

"""EventBridge event buses. Their rules are listed but never run.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing, predicted_name
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "events"
_NAME_LENGTH = 256


def _predict_event_bus(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH)
    return _created_event_bus(name, naming.arn("events", f"event-bus/{name}"))


def _created_event_bus(name: str, bus_arn: str) -> CreatedResource:
    return CreatedResource(name, {"Arn": bus_arn, "Name": name, "Policy": ""})


def _create_event_bus(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    name = _predict_event_bus(context.naming, properties).physical_id
    named = {"Name": name}
    found = none_if_missing(lambda: call_service(context, _SERVICE, "DescribeEventBus", named))
    if found is not None:
        return _created_event_bus(name, found["Arn"])._replace(existed=True)
    request = {**named, "Description": properties.get("Description"), "Tags": properties.get("Tags")}
    return _created_event_bus(name, call_service(context, _SERVICE, "CreateEventBus", request)["EventBusArn"])


def _update_event_bus(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    """Changes nothing: only the name has an effect locally."""
    return created


def _delete_event_bus(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(lambda: call_service(context, _SERVICE, "DeleteEventBus", {"Name": created.physical_id}))


EVENT_BUS = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_event_bus,
        create=_create_event_bus,
        update=_update_event_bus,
        delete=_delete_event_bus,
        replaced_by=frozenset({"Name"}),
        name_property="Name",
    ),
)

"""EventBridge buses. Their rules are listed only.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_service, emulated_type, if_there, predicted_name
from sfn_cli.stacks.resources.resource import Made, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "events"
_NAME_LENGTH = 256


def _predict_event_bus(naming: Naming, properties: Properties) -> Made:
    name = predicted_name(naming, properties, "Name", _NAME_LENGTH)
    return _made_event_bus(name, naming.arn("events", f"event-bus/{name}"))


def _made_event_bus(name: str, bus_arn: str) -> Made:
    return Made(name, {"Arn": bus_arn, "Name": name, "Policy": ""})


def _create_event_bus(making: Making, properties: Properties) -> Made:
    name = _predict_event_bus(making.naming, properties).physical_id
    named = {"Name": name}
    found = if_there(lambda: call_service(making, _SERVICE, "DescribeEventBus", named))
    if found is not None:
        return _made_event_bus(name, found["Arn"])._replace(existed=True)
    request = {**named, "Description": properties.get("Description"), "Tags": properties.get("Tags")}
    return _made_event_bus(name, call_service(making, _SERVICE, "CreateEventBus", request)["EventBusArn"])


def _update_event_bus(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    """Changes nothing: no property but the name has an effect here."""
    return made


def _delete_event_bus(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_service(making, _SERVICE, "DeleteEventBus", {"Name": made.physical_id}))


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

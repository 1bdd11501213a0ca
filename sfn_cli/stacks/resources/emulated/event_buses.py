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
    return Made(name, {"Arn": naming.arn("events", f"event-bus/{name}"), "Name": name, "Policy": ""})


def _create_event_bus(making: Making, properties: Properties) -> Made:
    made = _predict_event_bus(making.naming, properties)
    named = {"Name": made.physical_id}
    if if_there(lambda: call_service(making, _SERVICE, "DescribeEventBus", named)) is not None:
        return made._replace(existed=True)
    request = {**named, "Description": properties.get("Description"), "Tags": properties.get("Tags")}
    call_service(making, _SERVICE, "CreateEventBus", request)
    return made


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

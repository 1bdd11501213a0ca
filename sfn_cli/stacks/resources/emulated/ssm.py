"""Parameters of Systems Manager.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_service, emulated_type, if_there
from sfn_cli.stacks.resources.properties import property_text
from sfn_cli.stacks.resources.resource import Made, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "ssm"
_NAME_LENGTH = 1000


def _predict_parameter(naming: Naming, properties: Properties) -> Made:
    name = properties.get("Name") or f"CFN-{naming.generated(_NAME_LENGTH, with_stack=False)}"
    value = property_text(properties.get("Value", ""))
    return Made(str(name), {"Type": properties.get("Type", "String"), "Value": value})


def _create_parameter(making: Making, properties: Properties) -> Made:
    made = _predict_parameter(making.naming, properties)
    named = {"Name": made.physical_id}
    existed = if_there(lambda: call_service(making, _SERVICE, "GetParameter", named)) is not None
    _put_parameter(making, made, properties)
    return made._replace(existed=existed)


def _update_parameter(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    _put_parameter(making, made, new)
    return Made(made.physical_id, _predict_parameter(making.naming, new).attributes)


def _put_parameter(making: Making, made: Made, properties: Properties) -> None:
    # Tags are refused together with Overwrite.
    request = {name: value for name, value in properties.items() if name != "Tags"}
    call_service(making, _SERVICE, "PutParameter", {**request, "Name": made.physical_id, "Overwrite": True})


def _delete_parameter(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_service(making, _SERVICE, "DeleteParameter", {"Name": made.physical_id}))


PARAMETER = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_parameter,
        create=_create_parameter,
        update=_update_parameter,
        delete=_delete_parameter,
        replaced_by=frozenset({"Name"}),
        name_property="Name",
    ),
)

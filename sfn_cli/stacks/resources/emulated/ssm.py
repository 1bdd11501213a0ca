"""Systems Manager (SSM) parameters.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing
from sfn_cli.stacks.resources.properties import property_text
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "ssm"
_NAME_LENGTH = 1000


def _predict_parameter(naming: Naming, properties: Properties) -> CreatedResource:
    name = properties.get("Name") or f"CFN-{naming.generated(_NAME_LENGTH, with_stack=False)}"
    value = property_text(properties.get("Value", ""))
    return CreatedResource(str(name), {"Type": properties.get("Type", "String"), "Value": value})


def _create_parameter(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_parameter(context.naming, properties)
    named = {"Name": created.physical_id}
    existed = none_if_missing(lambda: call_service(context, _SERVICE, "GetParameter", named)) is not None
    _put_parameter(context, created, properties)
    return created._replace(existed=existed)


def _update_parameter(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    _put_parameter(context, created, new)
    return CreatedResource(created.physical_id, _predict_parameter(context.naming, new).attributes)


def _put_parameter(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    # AWS rejects Tags together with Overwrite.
    request = {name: value for name, value in properties.items() if name != "Tags"}
    call_service(
        context, _SERVICE, "PutParameter", {**request, "Name": created.physical_id, "Overwrite": True}
    )


def _delete_parameter(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(lambda: call_service(context, _SERVICE, "DeleteParameter", {"Name": created.physical_id}))


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

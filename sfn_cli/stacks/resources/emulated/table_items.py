"""Items of DynamoDB tables, which are resources in Terraform.

Properties: TableName, Item (an object of attribute values, or its JSON text), HashKey and RangeKey.
There are none if the module's arguments could not be evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "dynamodb"


def _predict_item(naming: Naming, properties: Properties) -> CreatedResource:
    return CreatedResource(f"{properties.get('TableName', '')}|{dumps(_item_key(properties))}", {})


def _item(properties: Properties) -> dict[str, Any]:
    given = properties.get("Item")
    try:
        item = loads(given) if isinstance(given, str) else given
    except ValueError:
        item = None
    if not isinstance(item, dict):
        raise ResourceError("Item must be an object of attribute values, or a JSON string of one.")
    return item


def _item_key(properties: Properties) -> dict[str, Any]:
    names = (properties.get("HashKey"), properties.get("RangeKey"))
    item = _item(properties) if properties.get("Item") is not None else {}
    return {name: item[name] for name in names if isinstance(name, str) and name in item}


def _create_item(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    if properties:
        request = {"TableName": properties.get("TableName"), "Item": _item(properties)}
        call_service(context, _SERVICE, "PutItem", request)
    else:
        context.report(f"{context.naming.logical_id}: not created, because its arguments are unknown.")
    return _predict_item(context.naming, properties)


def _update_item(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    if (_item_key(old), old.get("TableName")) != (_item_key(new), new.get("TableName")):
        _delete_item(context, created, old)
    return _create_item(context, new)


def _delete_item(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {"TableName": properties.get("TableName"), "Key": _item_key(properties)}
    if properties:
        none_if_missing(lambda: call_service(context, _SERVICE, "DeleteItem", request))


TABLE_ITEM = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_item,
        create=_create_item,
        update=_update_item,
        delete=_delete_item,
    ),
)

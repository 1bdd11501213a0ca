"""DynamoDB tables; a global table is created as a table in this region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
Deletion protection, backups and streams to Kinesis have no effect locally.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import (
    already_exists,
    call_service,
    emulated_type,
    is_not_found,
    none_if_missing,
    predicted_name,
)
from sfn_cli.stacks.resources.properties import is_true, property_object, property_objects
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "dynamodb"
_NAME_LENGTH = 255
_CREATED = (
    "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes",
    "ProvisionedThroughput", "TableClass", "Tags",
)  # fmt: skip
_ON_DEMAND = "PAY_PER_REQUEST"
_LOOK_SECONDS = 0.05
_ACTIVE_SECONDS = 60.0


def _predict_table(naming: Naming, properties: Properties) -> CreatedResource:
    name = predicted_name(naming, properties, "TableName", _NAME_LENGTH)
    table_arn = naming.arn("dynamodb", f"table/{name}")
    stream = f"{table_arn}/stream/2025-01-01T00:00:00.000" if _has_stream(properties) else None
    return _created_table(name, table_arn, naming.uuid(), stream)


def _has_stream(properties: Properties) -> bool:
    return bool(properties.get("StreamSpecification"))


def _created_table(name: str, table_arn: str, table_id: str, stream_arn: str | None) -> CreatedResource:
    attributes = {"Arn": table_arn, "TableId": table_id}
    return CreatedResource(name, {**attributes, "StreamArn": stream_arn} if stream_arn else attributes)


def _create_table(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    name = predicted_name(context.naming, properties, "TableName", _NAME_LENGTH)
    request = {
        "TableName": name,
        **{member: properties.get(member) for member in _CREATED},
        **_table_capacity(properties),
        "StreamSpecification": _table_stream(properties),
        "SSESpecification": _table_encryption(properties),
    }
    try:
        call_service(context, _SERVICE, "CreateTable", request)
    except ResourceError as error:
        if not already_exists(error):
            raise
        created = _described_table(context, name)
        return _update_table(context, created, {}, properties)._replace(existed=True)
    created = _described_table(context, name)
    _set_time_to_live(context, name, {}, properties)
    return created


def _described_table(context: ProvisioningContext, name: str) -> CreatedResource:
    """Returns the table once it is active. Raises ResourceError."""
    until = time.monotonic() + _ACTIVE_SECONDS
    while True:
        table = call_service(context, _SERVICE, "DescribeTable", {"TableName": name})["Table"]
        if table["TableStatus"] == "ACTIVE" or time.monotonic() > until:
            return _created_table(
                name,
                table["TableArn"],
                table.get("TableId") or context.naming.uuid(),
                table.get("LatestStreamArn"),
            )
        time.sleep(_LOOK_SECONDS)


def _table_capacity(properties: Properties) -> dict[str, Any]:
    """Returns the request's members for billing and capacity.

    A global table has its capacity in auto scaling's properties; there is no auto scaling locally.
    """
    if properties.get("BillingMode") == _ON_DEMAND:
        return {"ProvisionedThroughput": None, "BillingMode": _ON_DEMAND}
    if properties.get("ProvisionedThroughput"):
        return {}
    return {"BillingMode": _ON_DEMAND}


def _table_stream(properties: Properties) -> dict[str, Any] | None:
    stream = property_object(properties, "StreamSpecification")
    if not stream:
        return None
    return {"StreamEnabled": True, "StreamViewType": stream.get("StreamViewType")}


def _table_encryption(properties: Properties) -> dict[str, Any] | None:
    encryption = property_object(properties, "SSESpecification")
    if not is_true(encryption.get("SSEEnabled")):
        return None
    return {**encryption, "Enabled": True}


def _update_table(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    """Applies the changes one at a time, as DynamoDB requires."""
    name = created.physical_id
    for change in _table_changes(_current_table(context, name), new):
        call_service(context, _SERVICE, "UpdateTable", {"TableName": name, **change})
        _described_table(context, name)
    _set_time_to_live(context, name, old, new)
    return _described_table(context, name)


def _current_table(context: ProvisioningContext, name: str) -> dict[str, Any]:
    table: dict[str, Any] = call_service(context, _SERVICE, "DescribeTable", {"TableName": name})["Table"]
    return table


def _table_changes(table: dict[str, Any], new: Properties) -> list[dict[str, Any]]:
    """Returns the UpdateTable requests that make a table match the properties."""
    changes: list[dict[str, Any]] = []
    capacity = {
        "BillingMode": new.get("BillingMode") or "PROVISIONED",
        "ProvisionedThroughput": property_object(new, "ProvisionedThroughput"),
        **_table_capacity(new),
    }
    billing = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    throughput = table.get("ProvisionedThroughput") or {}
    wanted = capacity["ProvisionedThroughput"] or {}
    if billing != capacity["BillingMode"] or any(
        str(units) != str(throughput.get(member)) for member, units in wanted.items()
    ):
        changes.append(capacity)
    has_stream = (table.get("StreamSpecification") or {}).get("StreamEnabled", False)
    view = (table.get("StreamSpecification") or {}).get("StreamViewType")
    stream = _table_stream(new)
    if has_stream and (stream is None or stream["StreamViewType"] != view):
        changes.append({"StreamSpecification": {"StreamEnabled": False}})
        has_stream = False
    if stream is not None and not has_stream:
        changes.append({"StreamSpecification": stream})
    return [*changes, *_table_index_changes(table, new)]


def _table_index_changes(table: dict[str, Any], new: Properties) -> list[dict[str, Any]]:
    """Returns a request for each index to delete or create: DynamoDB accepts one at a time."""
    before = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes") or []}
    after = {index.get("IndexName"): index for index in property_objects(new, "GlobalSecondaryIndexes")}
    deleted = [{"Delete": {"IndexName": name}} for name in sorted(before - after.keys())]
    created = [{"Create": index} for name, index in after.items() if name not in before]
    return [
        {
            "AttributeDefinitions": new.get("AttributeDefinitions"),
            "GlobalSecondaryIndexUpdates": [change],
        }
        for change in [*deleted, *created]
    ]


def _set_time_to_live(context: ProvisioningContext, name: str, old: Properties, new: Properties) -> None:
    before, after = (property_object(each, "TimeToLiveSpecification") for each in (old, new))
    if before == after:
        return
    specification = {"Enabled": True, **after} if after else {**before, "Enabled": False}
    request = {"TableName": name, "TimeToLiveSpecification": specification}
    call_service(context, _SERVICE, "UpdateTimeToLive", request)


def _delete_table(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(
        lambda: call_service(context, _SERVICE, "DeleteTable", {"TableName": created.physical_id})
    )
    until = time.monotonic() + _ACTIVE_SECONDS
    while time.monotonic() < until:
        try:
            _current_table(context, created.physical_id)
        except ResourceError as error:
            if is_not_found(error):
                return
            raise
        time.sleep(_LOOK_SECONDS)


TABLE = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_table,
        create=_create_table,
        update=_update_table,
        delete=_delete_table,
        replaced_by=frozenset(
            {"TableName", "KeySchema", "LocalSecondaryIndexes", "ImportSourceSpecification"}
        ),
        name_property="TableName",
    ),
)

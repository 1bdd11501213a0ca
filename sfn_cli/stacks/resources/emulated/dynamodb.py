"""DynamoDB tables, and global tables as tables of this region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
Deletion protection, backups and streams to Kinesis have no effect here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import (
    call_service,
    emulated_type,
    if_there,
    is_gone,
    is_there_already,
    predicted_name,
)
from sfn_cli.stacks.resources.properties import is_true, property_object, property_objects
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "dynamodb"
_NAME_LENGTH = 255
_CREATED = (
    "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes",
    "ProvisionedThroughput", "TableClass", "Tags",
)  # fmt: skip
_ON_DEMAND = "PAY_PER_REQUEST"
_LOOK_SECONDS = 0.05
_ACTIVE_SECONDS = 60.0


def _predict_table(naming: Naming, properties: Properties) -> Made:
    name = predicted_name(naming, properties, "TableName", _NAME_LENGTH)
    table_arn = naming.arn("dynamodb", f"table/{name}")
    stream = f"{table_arn}/stream/2025-01-01T00:00:00.000" if _has_stream(properties) else None
    return _made_table(name, table_arn, naming.uuid(), stream)


def _has_stream(properties: Properties) -> bool:
    return bool(properties.get("StreamSpecification"))


def _made_table(name: str, table_arn: str, table_id: str, stream_arn: str | None) -> Made:
    attributes = {"Arn": table_arn, "TableId": table_id}
    return Made(name, {**attributes, "StreamArn": stream_arn} if stream_arn else attributes)


def _create_table(making: Making, properties: Properties) -> Made:
    name = predicted_name(making.naming, properties, "TableName", _NAME_LENGTH)
    request = {
        "TableName": name,
        **{member: properties.get(member) for member in _CREATED},
        **_table_capacity(properties),
        "StreamSpecification": _table_stream(properties),
        "SSESpecification": _table_encryption(properties),
    }
    try:
        call_service(making, _SERVICE, "CreateTable", request)
    except ResourceError as error:
        if not is_there_already(error):
            raise
        made = _described_table(making, name)
        return _update_table(making, made, {}, properties)._replace(existed=True)
    made = _described_table(making, name)
    _set_time_to_live(making, name, {}, properties)
    return made


def _described_table(making: Making, name: str) -> Made:
    """Returns the table once it is active. Raises ResourceError."""
    until = time.monotonic() + _ACTIVE_SECONDS
    while True:
        table = call_service(making, _SERVICE, "DescribeTable", {"TableName": name})["Table"]
        if table["TableStatus"] == "ACTIVE" or time.monotonic() > until:
            return _made_table(
                name,
                table["TableArn"],
                table.get("TableId") or making.naming.uuid(),
                table.get("LatestStreamArn"),
            )
        time.sleep(_LOOK_SECONDS)


def _table_capacity(properties: Properties) -> dict[str, Any]:
    """Returns how the table is billed.

    A global table names its capacity as auto scaling does; there is none here.
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


def _update_table(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    """Makes the changes that were found, one by one, as DynamoDB takes them."""
    name = made.physical_id
    for change in _table_changes(_current_table(making, name), new):
        call_service(making, _SERVICE, "UpdateTable", {"TableName": name, **change})
        _described_table(making, name)
    _set_time_to_live(making, name, old, new)
    return _described_table(making, name)


def _current_table(making: Making, name: str) -> dict[str, Any]:
    table: dict[str, Any] = call_service(making, _SERVICE, "DescribeTable", {"TableName": name})["Table"]
    return table


def _table_changes(table: dict[str, Any], new: Properties) -> list[dict[str, Any]]:
    """Returns requests of UpdateTable that bring a table to the properties."""
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
    """Returns a request for each index that is deleted or created: DynamoDB takes one at a time."""
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


def _set_time_to_live(making: Making, name: str, old: Properties, new: Properties) -> None:
    before, after = (property_object(each, "TimeToLiveSpecification") for each in (old, new))
    if before == after:
        return
    specification = {"Enabled": True, **after} if after else {**before, "Enabled": False}
    request = {"TableName": name, "TimeToLiveSpecification": specification}
    call_service(making, _SERVICE, "UpdateTimeToLive", request)


def _delete_table(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_service(making, _SERVICE, "DeleteTable", {"TableName": made.physical_id}))
    until = time.monotonic() + _ACTIVE_SECONDS
    while time.monotonic() < until:
        try:
            _current_table(making, made.physical_id)
        except ResourceError as error:
            if is_gone(error):
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

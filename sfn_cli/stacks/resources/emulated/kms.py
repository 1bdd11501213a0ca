"""KMS keys and their aliases.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing
from sfn_cli.stacks.resources.properties import property_tags
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "kms"
_MIN_DAYS = 7


# Keys


def _predict_key(naming: Naming, properties: Properties) -> CreatedResource:
    key_id = naming.uuid()
    return _created_key(key_id, naming.arn("kms", f"key/{key_id}"))


def _created_key(key_id: str, key_arn: str) -> CreatedResource:
    return CreatedResource(key_id, {"Arn": key_arn, "KeyId": key_id})


def _create_key(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    """Creates a new key each time, because a key has no name to find it by."""
    request = {
        # Key policies are not checked locally.
        **{name: value for name, value in properties.items() if name not in ("KeyPolicy", "Tags")},
        "Tags": [
            {"TagKey": key, "TagValue": value} for key, value in property_tags(properties.get("Tags")).items()
        ],
    }
    created = call_service(context, _SERVICE, "CreateKey", request)["KeyMetadata"]
    return _created_key(created["KeyId"], created["Arn"])


def _update_key(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    request = {"KeyId": created.physical_id, "Description": new.get("Description") or ""}
    call_service(context, _SERVICE, "UpdateKeyDescription", request)
    return created


def _delete_key(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    request = {
        "KeyId": created.physical_id,
        "PendingWindowInDays": properties.get("PendingWindowInDays", _MIN_DAYS),
    }
    try:
        none_if_missing(lambda: call_service(context, _SERVICE, "ScheduleKeyDeletion", request))
    except ResourceError as error:
        if error.error is None or error.error.code != "KMSInvalidStateException":
            raise  # otherwise its deletion is already scheduled


KEY = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_key,
        create=_create_key,
        update=_update_key,
        delete=_delete_key,
        replaced_by=frozenset({"KeySpec", "KeyUsage", "MultiRegion", "Origin"}),
    ),
)


# Aliases


def _predict_key_alias(naming: Naming, properties: Properties) -> CreatedResource:
    return CreatedResource(str(properties.get("AliasName", "")), {})


def _create_key_alias(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_key_alias(context.naming, properties)
    aliases = call_service(context, _SERVICE, "ListAliases", {})["Aliases"]
    if any(alias["AliasName"] == created.physical_id for alias in aliases):
        return _update_key_alias(context, created, {}, properties)._replace(existed=True)
    call_service(context, _SERVICE, "CreateAlias", properties)
    return created


def _update_key_alias(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    call_service(context, _SERVICE, "UpdateAlias", new)
    return created


def _delete_key_alias(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(
        lambda: call_service(context, _SERVICE, "DeleteAlias", {"AliasName": created.physical_id})
    )


KEY_ALIAS = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_key_alias,
        create=_create_key_alias,
        update=_update_key_alias,
        delete=_delete_key_alias,
        replaced_by=frozenset({"AliasName"}),
        name_property="AliasName",
    ),
)

"""KMS keys and their aliases.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_service, emulated_type, if_there
from sfn_cli.stacks.resources.properties import property_tags
from sfn_cli.stacks.resources.resource import Made, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "kms"
_LEAST_DAYS = 7


# Keys


def _predict_key(naming: Naming, properties: Properties) -> Made:
    key_id = naming.uuid()
    return _made_key(key_id, naming.arn("kms", f"key/{key_id}"))


def _made_key(key_id: str, key_arn: str) -> Made:
    return Made(key_id, {"Arn": key_arn, "KeyId": key_id})


def _create_key(making: Making, properties: Properties) -> Made:
    """Creates a key, a new one each time: it has no name by which it could be found."""
    request = {
        # Policies are not checked here.
        **{name: value for name, value in properties.items() if name not in ("KeyPolicy", "Tags")},
        "Tags": [
            {"TagKey": key, "TagValue": value} for key, value in property_tags(properties.get("Tags")).items()
        ],
    }
    created = call_service(making, _SERVICE, "CreateKey", request)["KeyMetadata"]
    return _made_key(created["KeyId"], created["Arn"])


def _update_key(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    request = {"KeyId": made.physical_id, "Description": new.get("Description") or ""}
    call_service(making, _SERVICE, "UpdateKeyDescription", request)
    return made


def _delete_key(making: Making, made: Made, properties: Properties) -> None:
    request = {
        "KeyId": made.physical_id,
        "PendingWindowInDays": properties.get("PendingWindowInDays", _LEAST_DAYS),
    }
    try:
        if_there(lambda: call_service(making, _SERVICE, "ScheduleKeyDeletion", request))
    except ResourceError as error:
        if error.error is None or error.error.code != "KMSInvalidStateException":
            raise  # otherwise its deletion is scheduled already


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


def _predict_key_alias(naming: Naming, properties: Properties) -> Made:
    return Made(str(properties.get("AliasName", "")), {})


def _create_key_alias(making: Making, properties: Properties) -> Made:
    made = _predict_key_alias(making.naming, properties)
    aliases = call_service(making, _SERVICE, "ListAliases", {})["Aliases"]
    if any(alias["AliasName"] == made.physical_id for alias in aliases):
        return _update_key_alias(making, made, {}, properties)._replace(existed=True)
    call_service(making, _SERVICE, "CreateAlias", properties)
    return made


def _update_key_alias(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    call_service(making, _SERVICE, "UpdateAlias", new)
    return made


def _delete_key_alias(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_service(making, _SERVICE, "DeleteAlias", {"AliasName": made.physical_id}))


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

"""Cognito user pools and their clients.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_service, emulated_type, if_there, predicted_name
from sfn_cli.stacks.resources.resource import Made, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Making, Naming, Properties

_SERVICE = "cognito-idp"
_NAME_LENGTH = 128


# User pools


def _predict_user_pool(naming: Naming, properties: Properties) -> Made:
    pool_id = f"{naming.region}_{naming.identifier(9)}"
    return _made_user_pool(naming, pool_id, naming.arn("cognito-idp", f"userpool/{pool_id}"))


def _made_user_pool(naming: Naming, pool_id: str, pool_arn: str) -> Made:
    provider = f"cognito-idp.{naming.region}.amazonaws.com/{pool_id}"
    return Made(
        pool_id,
        {
            "Arn": pool_arn,
            "ProviderName": provider,
            "ProviderURL": f"https://{provider}",
            "UserPoolId": pool_id,
        },
    )


def _create_user_pool(making: Making, properties: Properties) -> Made:
    """Creates a pool, a new one each time: several may have one name."""
    name = predicted_name(making.naming, properties, "UserPoolName", _NAME_LENGTH)
    created = call_service(making, _SERVICE, "CreateUserPool", {**properties, "PoolName": name})["UserPool"]
    return _made_user_pool(making.naming, created["Id"], created["Arn"])


def _update_user_pool(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    call_service(making, _SERVICE, "UpdateUserPool", {**new, "UserPoolId": made.physical_id})
    return made


def _delete_user_pool(making: Making, made: Made, properties: Properties) -> None:
    if_there(lambda: call_service(making, _SERVICE, "DeleteUserPool", {"UserPoolId": made.physical_id}))


USER_POOL = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_user_pool,
        create=_create_user_pool,
        update=_update_user_pool,
        delete=_delete_user_pool,
        replaced_by=frozenset({"Schema", "UsernameAttributes", "AliasAttributes"}),
    ),
)


# Clients of user pools


def _predict_pool_client(naming: Naming, properties: Properties) -> Made:
    return _made_pool_client(naming, naming.identifier(26), naming.identifier(48, of="secret"))


def _made_pool_client(naming: Naming, client_id: str, secret: str | None) -> Made:
    name = naming.generated(_NAME_LENGTH)
    return Made(client_id, {"ClientId": client_id, "ClientSecret": secret or "", "Name": name})


def _create_pool_client(making: Making, properties: Properties) -> Made:
    name = predicted_name(making.naming, properties, "ClientName", _NAME_LENGTH)
    request = {**properties, "ClientName": name}
    created = call_service(making, _SERVICE, "CreateUserPoolClient", request)["UserPoolClient"]
    return _made_pool_client(making.naming, created["ClientId"], created.get("ClientSecret"))


def _update_pool_client(making: Making, made: Made, old: Properties, new: Properties) -> Made:
    call_service(making, _SERVICE, "UpdateUserPoolClient", {**new, "ClientId": made.physical_id})
    return made


def _delete_pool_client(making: Making, made: Made, properties: Properties) -> None:
    request = {"UserPoolId": properties.get("UserPoolId"), "ClientId": made.physical_id}
    if_there(lambda: call_service(making, _SERVICE, "DeleteUserPoolClient", request))


USER_POOL_CLIENT = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_pool_client,
        create=_create_pool_client,
        update=_update_pool_client,
        delete=_delete_pool_client,
        replaced_by=frozenset({"UserPoolId", "GenerateSecret"}),
    ),
)

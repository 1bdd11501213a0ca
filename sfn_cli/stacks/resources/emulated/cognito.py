"""Cognito user pools and their clients.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing, predicted_name
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "cognito-idp"
_NAME_LENGTH = 128


# User pools


def _predict_user_pool(naming: Naming, properties: Properties) -> CreatedResource:
    pool_id = f"{naming.region}_{naming.identifier(9)}"
    return _created_user_pool(naming, pool_id, naming.arn("cognito-idp", f"userpool/{pool_id}"))


def _created_user_pool(naming: Naming, pool_id: str, pool_arn: str) -> CreatedResource:
    provider = f"cognito-idp.{naming.region}.amazonaws.com/{pool_id}"
    return CreatedResource(
        pool_id,
        {
            "Arn": pool_arn,
            "ProviderName": provider,
            "ProviderURL": f"https://{provider}",
            "UserPoolId": pool_id,
        },
    )


def _create_user_pool(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    """Creates a new pool each time, because pools may share a name."""
    name = predicted_name(context.naming, properties, "UserPoolName", _NAME_LENGTH)
    created = call_service(context, _SERVICE, "CreateUserPool", {**properties, "PoolName": name})["UserPool"]
    return _created_user_pool(context.naming, created["Id"], created["Arn"])


def _update_user_pool(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    call_service(context, _SERVICE, "UpdateUserPool", {**new, "UserPoolId": created.physical_id})
    return created


def _delete_user_pool(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    none_if_missing(
        lambda: call_service(context, _SERVICE, "DeleteUserPool", {"UserPoolId": created.physical_id})
    )


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


def _predict_pool_client(naming: Naming, properties: Properties) -> CreatedResource:
    return _created_pool_client(naming, naming.identifier(26), naming.identifier(48, of="secret"))


def _created_pool_client(naming: Naming, client_id: str, secret: str | None) -> CreatedResource:
    name = naming.generated(_NAME_LENGTH)
    return CreatedResource(client_id, {"ClientId": client_id, "ClientSecret": secret or "", "Name": name})


def _create_pool_client(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    name = predicted_name(context.naming, properties, "ClientName", _NAME_LENGTH)
    request = {**properties, "ClientName": name}
    created = call_service(context, _SERVICE, "CreateUserPoolClient", request)["UserPoolClient"]
    return _created_pool_client(context.naming, created["ClientId"], created.get("ClientSecret"))


def _update_pool_client(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    call_service(context, _SERVICE, "UpdateUserPoolClient", {**new, "ClientId": created.physical_id})
    return created


def _delete_pool_client(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    request = {"UserPoolId": properties.get("UserPoolId"), "ClientId": created.physical_id}
    none_if_missing(lambda: call_service(context, _SERVICE, "DeleteUserPoolClient", request))


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

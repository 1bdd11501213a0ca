"""Ids and ARNs that AWS chooses, which a resource keeps when it is created again after a restart.

Functions and state machines have them in their configuration. Resources with names of their own
keep their ARNs without this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def keep_moto_identity(
    type: str, region: str, account: str, old: Mapping[str, str], new: Mapping[str, str]
) -> bool:
    """Gives a resource in moto, which is in this process, the identity of an earlier one.

    `old` and `new` are the physical ids, as "Ref", and the attributes of the two. Returns False for
    types whose identity cannot be changed or does not change.
    """
    rename = _TYPES.get(type)
    if rename is None or old == new:
        return False
    rename(region, account, old, new)
    return True


def _keep_stream_label(region: str, account: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    if "StreamArn" in old and "StreamArn" in new:
        table = _moto_backend("dynamodb", region, account).tables[new["Ref"]]
        table.latest_stream_label = old["StreamArn"].rpartition("/stream/")[2]


def _keep_key_id(region: str, account: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    keys = _moto_backend("kms", region, account).keys
    key = keys.pop(new["Ref"])
    key.id, key.arn = old["Ref"], old["Arn"]
    keys[key.id] = key


def _keep_secret_arn(region: str, account: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    backend = _moto_backend("secretsmanager", region, account)
    backend.secrets.get(new["Id"]).arn = old["Id"]


def _keep_subscription_arn(region: str, account: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    subscriptions = _moto_backend("sns", region, account).subscriptions
    subscription = subscriptions.pop(new["Ref"])
    subscription.arn = subscription.attributes["SubscriptionArn"] = old["Ref"]
    subscriptions[subscription.arn] = subscription


def _keep_pool_id(region: str, account: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    pools = _moto_backend("cognitoidp", region, account).user_pools
    pool = pools.pop(new["Ref"])
    pool.id, pool.arn = old["Ref"], old["Arn"]
    pools[pool.id] = pool


def _keep_client_id(region: str, account: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    for pool in _moto_backend("cognitoidp", region, account).user_pools.values():
        if (client := pool.clients.pop(new["Ref"], None)) is not None:
            client.id = old["Ref"]
            if old.get("ClientSecret"):
                client.secret = old["ClientSecret"]
            pool.clients[client.id] = client


def _moto_backend(service: str, region: str, account: str) -> Any:
    from moto.backends import get_backend

    backends: Any = get_backend(service)  # type: ignore[call-overload]
    return backends[account][region]


_TYPES: Mapping[str, Callable[[str, str, Mapping[str, str], Mapping[str, str]], None]] = {
    "AWS::Cognito::UserPool": _keep_pool_id,
    "AWS::Cognito::UserPoolClient": _keep_client_id,
    "AWS::DynamoDB::GlobalTable": _keep_stream_label,
    "AWS::DynamoDB::Table": _keep_stream_label,
    "AWS::KMS::Key": _keep_key_id,
    "AWS::SNS::Subscription": _keep_subscription_arn,
    "AWS::SecretsManager::Secret": _keep_secret_arn,
}

"""Leaves out the functions that serve only custom resources, which the CDK adds for its own purposes.

CloudFormation creates a custom resource by calling a function, its provider. sfn leaves custom
resources out, so nothing ever calls these functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.stack import FUNCTION, LAYER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROVIDER = "Custom::ResourceProvider"
"""The type of a provider in a stack: it is left out but can be referred to."""

_CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"
_SERVICE_TOKEN = "ServiceToken"
_IGNORED = (
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
)
"""Types that refer to a function without calling it."""


def without_providers(resources: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the resources without the functions (and their layers) that serve only custom resources.

    Such a function is referred to only as ServiceToken of custom resources, or by another such function
    (the CDK's provider framework calls the app's handler).
    """
    users = _users_of_functions(resources)
    providers: set[str] = set()
    while True:
        added = {
            name
            for name, used_by in users.items()
            if name not in providers and used_by and used_by <= providers | {_SERVICE_TOKEN}
        }
        if not added:
            break
        providers |= added
    return {
        name: {"Type": PROVIDER, **_provider_placeholder(resource)} if name in providers else resource
        for name, resource in resources.items()
    }


def _provider_placeholder(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: resource[name] for name in ("Condition", "Metadata") if name in resource}


def _is_custom(resource: Mapping[str, Any]) -> bool:
    type = resource.get("Type", "")
    return isinstance(type, str) and (type.startswith("Custom::") or type == _CUSTOM_RESOURCE)


def _users_of_functions(resources: Mapping[str, Any]) -> dict[str, set[str]]:
    """Returns the users of each function and layer: logical ids, or _SERVICE_TOKEN for any resource."""
    users: dict[str, set[str]] = {
        name: set() for name, resource in resources.items() if resource.get("Type") in (FUNCTION, LAYER)
    }
    for user, resource in resources.items():
        if resource.get("Type") in _IGNORED:
            continue
        properties = dict(resource.get("Properties") or {})
        if _is_custom(resource):
            for name in _references_in(properties.pop("ServiceToken", None)):
                users.get(name, set()).add(_SERVICE_TOKEN)
        for name in _references_in(properties):
            if name != user:
                users.get(name, set()).add(user)
    return users


def _references_in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references_in(item)
    elif isinstance(value, dict):
        if isinstance(name := value.get("Ref"), str):
            yield name
        target = value.get("Fn::GetAtt")
        if isinstance(target, list) and target and isinstance(target[0], str):
            yield target[0]
        elif isinstance(target, str):
            yield target.partition(".")[0]
        text = value.get("Fn::Sub")
        if isinstance(text, list) and text:
            text = text[0]
        if isinstance(text, str):
            for part in text.split("${")[1:]:
                yield part.partition("}")[0].partition(".")[0]
        for item in value.values():
            yield from _references_in(item)

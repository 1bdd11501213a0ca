"""Capabilities: what a caller must acknowledge before a template creates it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
They are enforced, although nothing here can do harm: a project that deploys locally then also deploys
to AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

IAM, NAMED_IAM, AUTO_EXPAND = "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"

_NAMES: Mapping[str, str | None] = {
    "AWS::IAM::AccessKey": None,
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": None,
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::RolePolicy": None,
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserPolicy": None,
    "AWS::IAM::UserToGroupAddition": None,
}
"""The types that need a capability, and the property that names one."""


def needed_capabilities(template: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Returns the capabilities that a template needs, after its transforms, and the types that need them."""
    found: dict[str, None] = {}
    is_named = False
    for resource in (template.get("Resources") or {}).values():
        kind = resource.get("Type")
        if kind not in _NAMES:
            continue
        found[kind] = None
        properties = resource.get("Properties")
        is_named |= isinstance(properties, dict) and _NAMES[kind] in properties
    return [NAMED_IAM if is_named else IAM] if found else [], list(found)


def check_capabilities(template: Mapping[str, Any], given: Collection[str]) -> None:
    """Raises ApiError InsufficientCapabilitiesException."""
    needed, _ = needed_capabilities(template)
    missing = [one for one in needed if one not in given and not (one == IAM and NAMED_IAM in given)]
    if missing:
        raise insufficient_capabilities(missing)


def insufficient_capabilities(missing: list[str]) -> ApiError:
    return ApiError("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(missing)}]")


def used_macros(template: Mapping[str, Any]) -> list[str]:
    """Returns the transforms that a template declares, by name."""
    transforms = template.get("Transform")
    found = []
    for one in transforms if isinstance(transforms, list) else [transforms]:
        name = one.get("Name") if isinstance(one, dict) else one
        if isinstance(name, str):
            found.append(name)
    return found

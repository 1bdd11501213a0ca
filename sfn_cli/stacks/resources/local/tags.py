"""The tags of resources in the store, whose services differ in the names of members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_store
from sfn_cli.stacks.resources.properties import property_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.stacks.resources.resource import ProvisioningContext


def replace_tags(context: ProvisioningContext, service: str, resource_arn: str, tags: Any) -> None:
    """Gives a resource these tags, from its properties, and no others."""
    # A request takes the member that its operation has, whatever its case.
    named = {"Resource": resource_arn, "ResourceArn": resource_arn}
    listing = "ListTags" if service == "lambda" else "ListTagsForResource"
    before, after = _listed_tags(call_store(context, service, listing, named)), property_tags(tags)
    if gone := sorted(before.keys() - after.keys()):
        call_store(context, service, "UntagResource", {**named, "TagKeys": gone})
    if after and before != after:
        call_store(context, service, "TagResource", {**named, "Tags": after})


def _listed_tags(response: Mapping[str, Any]) -> dict[str, str]:
    """Returns the tags in a response: a map, or a list of {"Key", "Value"} or {"key", "value"}."""
    tags = response.get("Tags") or response.get("tags") or {}
    if isinstance(tags, list):
        tags = [{name.capitalize(): value for name, value in tag.items()} for tag in tags]
    return property_tags(tags)

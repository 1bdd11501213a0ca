"""Tags of rules, event buses and what else EventBridge tags: TagResource and related operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import quotas
from sfn_cli.api.events.names import ensure_default_bus
from sfn_cli.api.protocol.tags import add_tags, without_tags
from sfn_cli.errors import ApiError
from sfn_cli.store.records.events.rules import BUS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.protocol.tags import Tags
    from sfn_cli.api.service import Service


def tags_of_request(request: Mapping[str, Any]) -> Tags:
    """Returns the Tags of a request, a list of Key and Value, as a dict."""
    return {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    added = tags_of_request(request)
    _change_events_tags(
        service, request["ResourceARN"], lambda tags: add_tags(tags, added, too_many=too_many_tags)
    )
    return {}


def untag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    keys = request["TagKeys"]
    _change_events_tags(service, request["ResourceARN"], lambda tags: without_tags(tags, keys))
    return {}


def list_tags_for_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    found = _change_events_tags(service, request["ResourceARN"], None)
    return {"Tags": tag_list(found)}


def too_many_tags(number: int) -> ApiError:
    return ApiError(
        "LimitExceededException", f"A resource can have at most {quotas.TAGS} tags, not {number}."
    )


def _change_events_tags(
    service: Service, arn: str, change: Callable[[Tags], Tags] | None
) -> Mapping[str, str]:
    """Changes the tags of a rule or a bus, or only returns them. Raises ApiError."""
    if ":rule/" in arn:
        rule = (
            service.event_rules.find(arn)
            if change is None
            else service.event_rules.change(arn, lambda rule: rule._replace(tags=change(dict(rule.tags))))
        )
        if rule is None:
            bus, _, name = arn.partition(":rule/")[2].rpartition("/")
            raise ApiError(
                "ResourceNotFoundException", f"Rule {name} does not exist on EventBus {bus or 'default'}."
            )
        return rule.tags
    if arn.endswith(":event-bus/default"):
        ensure_default_bus(service)
    item = (
        service.event_items.find(BUS, arn)
        if change is None
        else service.event_items.change(BUS, arn, lambda item: item._replace(tags=change(dict(item.tags))))
    )
    if item is None:
        raise ApiError("ResourceNotFoundException", f"Resource {arn} does not exist.")
    return item.tags

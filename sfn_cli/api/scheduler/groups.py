"""Schedule groups and their tags: CreateScheduleGroup and related operations.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html
The group "default" always exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.events.lists import events_page
from sfn_cli.api.events.tags import tag_list, tags_of_request, too_many_tags
from sfn_cli.api.protocol.tags import add_tags, without_tags
from sfn_cli.errors import ApiError
from sfn_cli.store.records.events.rules import SCHEDULE_GROUP, EventItem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.protocol.tags import Tags
    from sfn_cli.api.service import Service

DEFAULT_GROUP = "default"


def create_schedule_group(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, now = request["Name"], service.clock()
    arn = schedule_group_arn(service, name)
    group = EventItem(SCHEDULE_GROUP, arn, arn, name, {}, tags_of_request(request), now, now)
    if name == DEFAULT_GROUP or not service.event_items.create(group):
        raise ApiError("ConflictException", f"Schedule group {name} already exists.", status=409)
    return {"ScheduleGroupArn": arn}


def get_schedule_group(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _group_summary(existing_schedule_group(service, request["Name"]))


def list_schedule_groups(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stem, prefix = schedule_group_arn(service, ""), request.get("NamePrefix") or ""

    def read(after: str, limit: int) -> list[EventItem]:
        groups = {group.name: group for group in service.event_items.page(SCHEDULE_GROUP, stem, "", 10_000)}
        groups.setdefault(DEFAULT_GROUP, _default_group(service))
        names = sorted(name for name in groups if name.startswith(prefix) and name > after)
        return [groups[name] for name in names[:limit]]

    groups, token = events_page(service, request, "ListScheduleGroups", read, lambda group: group.name)
    return {"ScheduleGroups": [_group_summary(group) for group in groups], "NextToken": token}


def delete_schedule_group(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes a group with all of its schedules."""
    name = request["Name"]
    if name == DEFAULT_GROUP:
        raise ApiError("ValidationException", "Default schedule group cannot be deleted.")
    existing_schedule_group(service, name)
    service.schedules.delete_group(name)
    service.event_items.delete(SCHEDULE_GROUP, schedule_group_arn(service, name))
    return {}


def existing_schedule_group(service: Service, name: str | None) -> EventItem:
    """Returns a group. Raises ApiError ResourceNotFoundException."""
    name = name or DEFAULT_GROUP
    group = service.event_items.find(SCHEDULE_GROUP, schedule_group_arn(service, name))
    if group is None and name == DEFAULT_GROUP:
        return _default_group(service)
    if group is None:
        raise ApiError("ResourceNotFoundException", f"Schedule group {name} does not exist.", status=404)
    return group


def schedule_group_arn(service: Service, name: str) -> str:
    return f"arn:aws:scheduler:{service.settings.region}:{service.settings.account_id}:schedule-group/{name}"


def tag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    added = tags_of_request(request)
    _change_group_tags(service, request, lambda tags: add_tags(tags, added, too_many=too_many_tags))
    return {}


def untag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    keys = request["TagKeys"]
    _change_group_tags(service, request, lambda tags: without_tags(tags, keys))
    return {}


def list_tags_for_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {"Tags": tag_list(existing_schedule_group(service, _group_in_request(request)).tags)}


def _change_group_tags(service: Service, request: Mapping[str, Any], change: Callable[[Tags], Tags]) -> None:
    group = existing_schedule_group(service, _group_in_request(request))
    service.event_items.create(group)  # the default group is stored when it first gets tags
    service.event_items.change(
        SCHEDULE_GROUP, group.key, lambda old: old._replace(tags=change(dict(old.tags)))
    )


def _group_in_request(request: Mapping[str, Any]) -> str:
    return str(request["ResourceArn"]).rpartition("schedule-group/")[2]


def _default_group(service: Service) -> EventItem:
    arn = schedule_group_arn(service, DEFAULT_GROUP)
    return EventItem(SCHEDULE_GROUP, arn, arn, DEFAULT_GROUP, {}, {}, 0, 0)


def _group_summary(group: EventItem) -> dict[str, Any]:
    return {
        "Arn": group.arn,
        "Name": group.name,
        "State": "ACTIVE",
        "CreationDate": group.created_at,
        "LastModificationDate": group.modified_at,
    }

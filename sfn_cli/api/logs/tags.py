"""Tags of log groups: ListTagsForResource, TagResource, UntagResource, ListTagsLogGroup.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
ListTagsLogGroup expects the group's name instead of its ARN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn, quotas
from sfn_cli.api.logs.groups import no_log_group
from sfn_cli.api.protocol.tags import Tags, add_tags, without_tags
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def list_tags_for_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {"tags": _log_group_tags(service, _tagged_log_group_name(request["resourceArn"]))}


def list_tags_log_group(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {"tags": _log_group_tags(service, request["logGroupName"])}


def tag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Adds tags; an existing key gets the new value."""
    if not service.log_groups.change_tags(
        _tagged_log_group_name(request["resourceArn"]),
        lambda tags: add_tags(tags, request["tags"], too_many=_too_many_log_group_tags),
    ):
        raise no_log_group()
    return {}


def untag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Removes tags; keys that the group does not have are not an error."""
    if not service.log_groups.change_tags(
        _tagged_log_group_name(request["resourceArn"]), lambda tags: without_tags(tags, request["tagKeys"])
    ):
        raise no_log_group()
    return {}


def _too_many_log_group_tags(count: int) -> ApiError:
    return ApiError("TooManyTagsException", f"A log group can have at most {quotas.TAGS} tags, not {count}.")


def _log_group_tags(service: Service, group: str) -> Tags:
    tags = service.log_groups.tags(group)
    if tags is None:
        raise no_log_group()
    return tags


def _tagged_log_group_name(resource_arn: str) -> str:
    name = arn.log_group_name_in_arn(resource_arn)
    if name is None:
        raise ApiError(
            "InvalidParameterException",
            f"Tags are only supported for log groups, and this is not a log group's ARN: {resource_arn}",
        )
    return name

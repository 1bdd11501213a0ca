"""Tags: TagResource, UntagResource, ListTagsForResource.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html
A resource has at most 50 tags. A version of a state machine has none of its own (observed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import arn, jsonvalue
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.store.sqlite.activities import Activities
    from sfn_cli.store.sqlite.state_machines import StateMachines

MAX_TAGS = 50

Tags = dict[str, str]


def tag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Adds tags; a key that the resource has gets the new value."""
    resource_arn = request["resourceArn"]
    _change(service, resource_arn, lambda tags: checked(tags | by_key(request["tags"]), resource_arn))
    return {}


def untag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Removes tags; keys that the resource does not have are no error."""
    gone = set(request["tagKeys"])
    _change(service, request["resourceArn"], lambda tags: {key: value for key, value in tags.items() if key not in gone})
    return {}


def list_tags_for_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    arn.checked(request["resourceArn"])
    resource = _nouns(service, request["resourceArn"]).find(request["resourceArn"])
    if resource is None:
        raise _not_found(request["resourceArn"])
    return {"tags": jsonvalue.loads(resource.tags)}


def by_key(tags: Iterable[Mapping[str, str]]) -> Tags:
    """Tags as AWS has them in lists, by their keys: of a key that comes twice, the last."""
    return {tag.get("key", ""): tag.get("value", "") for tag in tags}


def checked(tags: Tags, resource_name: str) -> Tags:
    """The tags. Raises ApiError TooManyTags above 50."""
    if len(tags) > MAX_TAGS:
        raise ApiError("TooManyTags", f"A resource has at most {MAX_TAGS} tags, not {len(tags)}.", resourceName=resource_name)
    return tags


def as_text(tags: Tags) -> str:
    """Tags as the store keeps them: a JSON array in AWS's form."""
    return jsonvalue.dumps([{"key": key, "value": value} for key, value in tags.items()])


def _change(service: Service, resource_arn: str, change: Any) -> None:
    arn.checked(resource_arn)
    if not _nouns(service, resource_arn).change_tags(resource_arn, lambda text: as_text(change(by_key(jsonvalue.loads(text))))):
        raise _not_found(resource_arn)


def _nouns(service: Service, resource_arn: str) -> StateMachines | Activities:
    """Where a resource with this ARN would be."""
    parsed = arn.parse(resource_arn)
    return service.activities if parsed is not None and parsed.resource_type == "activity" else service.state_machines


def _not_found(resource_arn: str) -> ApiError:
    return ApiError("ResourceNotFound", f"Resource not found: '{resource_arn}'", resourceName=resource_arn)

"""Tags: TagResource, UntagResource, ListTagsForResource.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html
A resource can have at most 50 tags. A version of a state machine has an empty list of
tags, which cannot be changed (observed). Tags consist of letters, digits, white space and
_.:/=+-@; keys that begin with "aws:" are reserved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn, jsonvalue, quotas
from sfn_cli.api.protocol.tags import Tags, add_tags, without_tags
from sfn_cli.api.stepfunctions import arn_checks, qualifiers
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from types_boto3_stepfunctions.type_defs import (
        ListTagsForResourceInputTypeDef,
        TagResourceInputTypeDef,
        TagTypeDef,
        UntagResourceInputTypeDef,
    )

    from sfn_cli.api.model.answers import EmptyAnswer, ListTagsForResourceAnswer
    from sfn_cli.api.service import Service
    from sfn_cli.store.protocols.stepfunctions import Activities, StateMachines

_TAGGABLE = ("stateMachine", "activity")
_SYMBOLS = "_.:/=+-@"
_NOT_NULL = "failed to satisfy constraint: Member must not be null"


def tag_resource(service: Service, request: TagResourceInputTypeDef) -> EmptyAnswer:
    """Adds tags; an existing key gets the new value."""
    resource_arn, added = request["resourceArn"], tags_by_key(request["tags"])
    _change_tags(service, resource_arn, lambda tags: _add_tags(tags, added, resource_arn))
    return {}


def untag_resource(service: Service, request: UntagResourceInputTypeDef) -> EmptyAnswer:
    """Removes tags; keys that the resource does not have are not an error."""
    _change_tags(service, request["resourceArn"], lambda tags: without_tags(tags, request["tagKeys"]))
    return {}


def list_tags_for_resource(
    service: Service, request: ListTagsForResourceInputTypeDef
) -> ListTagsForResourceAnswer:
    arn_checks.check_arn(request["resourceArn"], *_TAGGABLE)
    resource = _tagged_nouns(service, request["resourceArn"]).find(request["resourceArn"])
    if resource is not None:
        return {"tags": jsonvalue.loads(resource.tags)}
    machine = qualifiers.find_qualified_machine(service, request["resourceArn"])
    if machine is None or machine.alias is not None:
        raise _tagged_resource_not_found(request["resourceArn"])
    return {"tags": []}


def tags_by_key(tags: Iterable[TagTypeDef]) -> Tags:
    """Converts a request's list of tags to a mapping by key. Raises ApiError.

    For a repeated key, the last value is used.
    """
    found: Tags = {}
    for number, tag in enumerate(tags, 1):
        key, value = tag.get("key"), tag.get("value", "")
        if key is None:
            raise _invalid_tags(
                f"1 validation error detected: Value null at 'tags.{number}.member.key' {_NOT_NULL}"
            )
        if key.lower().startswith("aws:"):
            # (our message)
            raise ApiError(
                "AccessDeniedException", f"Tag keys that begin with 'aws:' are reserved. Received: {key}"
            )
        for text in (key, value):
            if not all(
                character.isalnum() or character.isspace() or character in _SYMBOLS for character in text
            ):
                # (ours)
                raise _invalid_tags(
                    f"Tags may only contain letters, digits, white space, or these symbols: {_SYMBOLS}. "
                    f"Received: {text}"
                )
        found[key] = value
    return found


def tags_of_new_resource(tags: Iterable[TagTypeDef], resource_name: str) -> str:
    """Returns the text of a new resource's tags. Raises ApiError."""
    return tags_to_json(_add_tags({}, tags_by_key(tags), resource_name))


def tags_to_json(tags: Tags) -> str:
    """Formats tags as in the store: a JSON array in AWS's form."""
    return jsonvalue.dumps([{"key": key, "value": value} for key, value in tags.items()])


def _add_tags(tags: Tags, added: Tags, resource_name: str) -> Tags:
    def too_many(count: int) -> ApiError:
        message = f"A resource has at most {quotas.TAGS} tags, not {count}."
        return ApiError("TooManyTags", message, resourceName=resource_name)

    return add_tags(tags, added, too_many=too_many)


def _change_tags(service: Service, resource_arn: str, change: Callable[[Tags], Tags]) -> None:
    arn_checks.check_arn(resource_arn, *_TAGGABLE)

    def change_text(text: str) -> str:
        return tags_to_json(change({tag["key"]: tag["value"] for tag in jsonvalue.loads(text)}))

    if not _tagged_nouns(service, resource_arn).change_tags(resource_arn, change_text):
        raise _tagged_resource_not_found(resource_arn)


def _tagged_nouns(service: Service, resource_arn: str) -> StateMachines | Activities:
    """Returns the part of the store for a resource with this ARN."""
    parsed = arn.parse_arn(resource_arn)
    return (
        service.activities
        if parsed is not None and parsed.resource_type == "activity"
        else service.state_machines
    )


def _invalid_tags(message: str) -> ApiError:
    return ApiError("ValidationException", message)


def _tagged_resource_not_found(resource_arn: str) -> ApiError:
    return ApiError("ResourceNotFound", f"Resource not found: '{resource_arn}'", resourceName=resource_arn)

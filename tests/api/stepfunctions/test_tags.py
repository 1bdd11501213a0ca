"""Tags of state machines."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.errors import ApiError
from tests.api.fakes import EXECUTION, MACHINE, Caller

A = {"key": "a", "value": "1"}


def test_tags_come_and_go(call: Caller) -> None:
    """Tags are stored at the creation; later ones are added, replaced by key, and removed."""
    arn = call.create(tags=[A])
    call("TagResource", resourceArn=arn, tags=[{"key": "b", "value": ""}, {"key": "a", "value": "2"}])
    assert call("ListTagsForResource", resourceArn=arn)["tags"] == [
        {"key": "a", "value": "2"},
        {"key": "b", "value": ""},
    ]
    call("UntagResource", resourceArn=arn, tagKeys=["a", "gone"])
    assert call("ListTagsForResource", resourceArn=arn)["tags"] == [{"key": "b", "value": ""}]


@pytest.mark.parametrize(
    "operation, more",
    [("TagResource", {"tags": [A]}), ("UntagResource", {"tagKeys": ["a"]}), ("ListTagsForResource", {})],
)
@pytest.mark.parametrize("arn", [MACHINE + "gone", MACHINE + "m:2"])
def test_what_is_not_there(call: Caller, operation: str, more: dict[str, Any], arn: str) -> None:
    """A machine or a version that does not exist has no tags."""
    call.create(publish=True)
    with pytest.raises(ApiError) as error:
        call(operation, resourceArn=arn, **more)
    assert (error.value.code, error.value.message) == ("ResourceNotFound", f"Resource not found: '{arn}'")


def test_a_version(call: Caller) -> None:
    """The tags of a version are listed as none, and cannot be changed (stackd; recorded)."""
    version = call.create(publish=True, tags=[A]) + ":1"
    assert call("ListTagsForResource", resourceArn=version) == {"tags": []}
    for operation, more in (("TagResource", {"tags": [A]}), ("UntagResource", {"tagKeys": ["a"]})):
        with pytest.raises(ApiError) as error:
            call(operation, resourceArn=version, **more)
        assert error.value.code == "ResourceNotFound"


@pytest.mark.parametrize(
    "tag, message",
    [
        (
            {"value": "1"},
            "Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null",
        ),
        ({"key": "a,b", "value": "1"}, "Received: a,b"),
        ({"key": "a", "value": "1;2"}, "Received: 1;2"),
    ],
)
def test_refused_tags(call: Caller, tag: dict[str, str], message: str) -> None:
    """Every operation refuses tags that AWS's documentation does not allow.

    A request with an invalid tag stores nothing.
    """
    arn = call.create()
    for operation, more in (("TagResource", {"resourceArn": arn}), ("CreateActivity", {"name": "a"})):
        with pytest.raises(ApiError) as error:
            call(operation, tags=[tag, A], **more)
        assert error.value.code == "ValidationException"
        assert error.value.message.endswith(message)
    assert call("ListTagsForResource", resourceArn=arn)["tags"] == []
    assert call("ListActivities")["activities"] == []


def test_reserved_tags(call: Caller) -> None:
    """Keys that begin with aws: belong to AWS (stackd: the code)."""
    arn = call.create()
    with pytest.raises(ApiError) as error:
        call("TagResource", resourceArn=arn, tags=[{"key": "aws:a", "value": "1"}])
    assert (error.value.code, error.value.message) == (
        "AccessDeniedException",
        "Tag keys that begin with 'aws:' are reserved. Received: aws:a",
    )


def test_accepted_tags(call: Caller) -> None:
    """Letters and digits of all scripts, white space and some symbols."""
    tags = [{"key": "Kostenstelle é 日本 _.:/=+-@", "value": "1 _.:/=+-@"}, {"key": "empty", "value": ""}]
    assert call("ListTagsForResource", resourceArn=call.create(tags=tags))["tags"] == tags


@pytest.mark.parametrize(
    "arn, reason",
    [
        ("x", "Invalid ARN prefix: x"),
        ("arn:aws", "Invalid ARN: arn:aws"),
        ("arn:aws:s3:::bucket", "Invalid ARN: arn:aws:s3:::bucket"),
        (EXECUTION + "m:e", "Resource type not valid in this context: execution"),
    ],
)
def test_what_has_no_tags(call: Caller, arn: str, reason: str) -> None:
    """Only state machines and activities have tags; other resources are not looked up."""
    with pytest.raises(ApiError) as error:
        call("ListTagsForResource", resourceArn=arn)
    assert (error.value.code, error.value.message) == ("InvalidArn", f"Invalid Arn: '{reason}'")


def test_too_many(call: Caller) -> None:
    """The limit is per resource, not per request; a request that exceeds it stores nothing."""
    arn = call.create(tags=[{"key": str(number), "value": ""} for number in range(50)])
    with pytest.raises(ApiError, match="at most 50 tags"):
        call("TagResource", resourceArn=arn, tags=[A])
    assert len(call("ListTagsForResource", resourceArn=arn)["tags"]) == 50

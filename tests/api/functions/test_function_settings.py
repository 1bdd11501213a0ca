"""Permissions, reserved concurrency and the settings of asynchronous invocations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., dict[str, Any]]

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:fn"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed"


def refusal(call: Call, operation: str, **request: Any) -> tuple[str, int]:
    with pytest.raises(ApiError) as refused:
        call(operation, **request)
    return refused.value.code, refused.value.status


def test_permissions(call: Call, create: Call) -> None:
    """A statement is in the policy of its function until it is removed."""
    create()
    assert refusal(call, "GetPolicy", FunctionName="fn") == ("ResourceNotFoundException", 404)
    allowed = {
        "FunctionName": "fn",
        "StatementId": "topic",
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
        "SourceArn": "arn:aws:sns:us-east-1:123456789012:t",
    }
    statement = {
        "Sid": "topic",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:t"}},
    }
    assert json.loads(call("AddPermission", **allowed)["Statement"]) == statement
    assert refusal(call, "AddPermission", **allowed) == ("ResourceConflictException", 409)
    found = call("GetPolicy", FunctionName=FUNCTION)
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
    assert json.loads(found["Policy"]) == policy
    removed = {"FunctionName": "fn", "StatementId": "topic"}
    assert refusal(call, "RemovePermission", **removed, RevisionId="x") == (
        "PreconditionFailedException",
        412,
    )
    call("RemovePermission", **removed, RevisionId=found["RevisionId"])
    assert refusal(call, "RemovePermission", **removed) == ("ResourceNotFoundException", 404)


def test_reserved_concurrency(call: Call, create: Call) -> None:
    """It is in GetFunction too, until it is deleted."""
    create()
    reserved = {"ReservedConcurrentExecutions": 2}
    assert call("GetFunctionConcurrency", FunctionName="fn") == {}
    assert call("PutFunctionConcurrency", FunctionName="fn", **reserved) == reserved
    assert call("GetFunctionConcurrency", FunctionName="fn") == reserved
    assert call("GetFunction", FunctionName="fn")["Concurrency"] == reserved
    call("DeleteFunctionConcurrency", FunctionName="fn")
    assert "Concurrency" not in call("GetFunction", FunctionName="fn")
    call("PutFunctionConcurrency", FunctionName="fn", **reserved)
    call("DeleteFunction", FunctionName="fn")
    create()
    assert call("GetFunctionConcurrency", FunctionName="fn") == {}


def test_settings_of_asynchronous_invocations(call: Call, create: Call) -> None:
    """Put replaces all of them, Update only the given ones."""
    create()
    failed = {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}}
    call("PutFunctionEventInvokeConfig", FunctionName="fn", MaximumRetryAttempts=0, **failed)
    call("UpdateFunctionEventInvokeConfig", FunctionName="fn", MaximumEventAgeInSeconds=60)
    found = call("GetFunctionEventInvokeConfig", FunctionName="fn")
    del found["LastModified"]
    assert found == {
        "FunctionArn": f"{FUNCTION}:$LATEST",
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": QUEUE}},
    }
    listed = call("ListFunctionEventInvokeConfigs", FunctionName="fn")["FunctionEventInvokeConfigs"]
    assert [one["FunctionArn"] for one in listed] == [f"{FUNCTION}:$LATEST"]
    call("PutFunctionEventInvokeConfig", FunctionName="fn", MaximumRetryAttempts=1)
    assert "MaximumEventAgeInSeconds" not in call("GetFunctionEventInvokeConfig", FunctionName="fn")
    call("DeleteFunctionEventInvokeConfig", FunctionName="fn")
    missing = refusal(call, "GetFunctionEventInvokeConfig", FunctionName="fn")
    assert missing == ("ResourceNotFoundException", 404)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:ec2:us-east-1:123456789012:vpc/v"}}},
        {"DestinationConfig": {"OnSuccess": {"Destination": FUNCTION}}},
    ],
)
def test_refused_settings(call: Call, create: Call, request_: dict[str, Any]) -> None:
    """A destination is a queue, topic, function, bus or bucket, and not the function itself."""
    create()
    code, _ = refusal(call, "PutFunctionEventInvokeConfig", FunctionName="fn", **request_)
    assert code == "InvalidParameterValueException"

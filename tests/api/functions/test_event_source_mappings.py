"""Event source mappings: what is stored, listed and changed, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., dict[str, Any]]

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:fn"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000"
STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks"
OF_STREAM = {"EventSourceArn": TABLE, "StartingPosition": "LATEST"}


def without(answer: dict[str, Any], *members: str) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("LastModified", *members)}


def test_a_mapping_of_a_queue(call: Call, create: Call) -> None:
    """It has Lambda's defaults, is changed member by member, and is gone once it is deleted."""
    create()
    created = call("CreateEventSourceMapping", FunctionName="fn", EventSourceArn=QUEUE)
    id = created["UUID"]
    own_arn = f"arn:aws:lambda:us-east-1:123456789012:event-source-mapping:{id}"
    facts = {
        "UUID": id,
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "EventSourceArn": QUEUE,
        "FunctionArn": FUNCTION,
        "StateTransitionReason": "USER_INITIATED",
        "FunctionResponseTypes": [],
        "EventSourceMappingArn": own_arn,
    }
    assert without(created) == {**facts, "State": "Creating"}
    assert without(call("GetEventSourceMapping", UUID=id)) == {**facts, "State": "Enabled"}
    updated = call("UpdateEventSourceMapping", UUID=id, Enabled=False, BatchSize=2)
    assert without(updated) == {**facts, "BatchSize": 2, "State": "Updating"}
    for filters in ({}, {"FunctionName": "fn"}, {"EventSourceArn": QUEUE}):
        (listed,) = call("ListEventSourceMappings", **filters)["EventSourceMappings"]
        assert without(listed) == {**facts, "BatchSize": 2, "State": "Disabled"}
    assert call("ListEventSourceMappings", FunctionName="f")["EventSourceMappings"] == []
    call("TagResource", Resource=own_arn, Tags={"team": "shop"})
    assert call("ListTags", Resource=own_arn)["Tags"] == {"team": "shop"}
    assert call("DeleteEventSourceMapping", UUID=id)["State"] == "Deleting"
    for operation in ("GetEventSourceMapping", "UpdateEventSourceMapping", "DeleteEventSourceMapping"):
        with pytest.raises(ApiError, match="The resource you requested does not exist") as refused:
            call(operation, UUID=id)
        assert (refused.value.code, refused.value.status) == ("ResourceNotFoundException", 404)


def test_a_mapping_of_a_stream(call: Call, create: Call) -> None:
    """A mapping names the version or alias of the function, and starts where the request says."""
    create(Publish=True)
    call("CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    created = call(
        "CreateEventSourceMapping",
        FunctionName="fn:live",
        EventSourceArn=STREAM,
        StartingPosition="AT_TIMESTAMP",
        StartingPositionTimestamp="2026-01-01T00:00:00Z",
        UUID="chosen",
    )
    assert without(created) == {
        "UUID": "chosen",
        "StartingPosition": "AT_TIMESTAMP",
        "StartingPositionTimestamp": 1767225600000,
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 0,
        "ParallelizationFactor": 1,
        "EventSourceArn": STREAM,
        "FunctionArn": f"{FUNCTION}:live",
        "LastProcessingResult": "No records processed",
        "State": "Creating",
        "StateTransitionReason": "User action",
        "DestinationConfig": {"OnFailure": {}},
        "MaximumRecordAgeInSeconds": -1,
        "BisectBatchOnFunctionError": False,
        "MaximumRetryAttempts": -1,
        "TumblingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
        "EventSourceMappingArn": "arn:aws:lambda:us-east-1:123456789012:event-source-mapping:chosen",
    }


@pytest.mark.parametrize(
    "request_, message",
    [
        (
            {"EventSourceArn": QUEUE, "BatchSize": 11},
            "Maximum batch window in seconds must be greater than 0",
        ),
        ({"EventSourceArn": QUEUE, "StartingPosition": "LATEST"}, "StartingPosition is not valid for SQS"),
        ({"EventSourceArn": QUEUE, "ParallelizationFactor": 2}, "ParallelizationFactor is not valid for SQS"),
        ({"EventSourceArn": f"{QUEUE}.fifo", "MaximumBatchingWindowInSeconds": 1}, "not supported for FIFO"),
        ({"EventSourceArn": TABLE}, "Value null at 'startingPosition' failed to satisfy constraint"),
        ({"EventSourceArn": TABLE, "StartingPosition": "AT_TIMESTAMP"}, "Unsupported starting position"),
        ({"EventSourceArn": STREAM, "StartingPosition": "AT_TIMESTAMP"}, "StartingPositionTimestamp is requ"),
        ({**OF_STREAM, "ScalingConfig": {"MaximumConcurrency": 2}}, "only valid for SQS"),
        (
            {**OF_STREAM, "DestinationConfig": {"OnFailure": {"Destination": FUNCTION}}},
            "The destination of OnF",
        ),
        ({"EventSourceArn": "arn:aws:mq:us-east-1:123456789012:broker:b"}, "Unrecognized event source"),
        ({}, "Unrecognized event source"),
        (
            {"EventSourceArn": QUEUE, "FilterCriteria": {"Filters": [{"Pattern": '{"body": 1}'}]}},
            "Invalid filter pattern definition",
        ),
    ],
)
def test_a_refused_mapping(call: Call, create: Call, request_: dict[str, Any], message: str) -> None:
    """What a source does not accept is one error with Lambda's code."""
    create()
    with pytest.raises(ApiError, match=message) as refused:
        call("CreateEventSourceMapping", FunctionName="fn", **request_)
    assert (refused.value.code, refused.value.status) == ("InvalidParameterValueException", 400)


def test_a_second_mapping(call: Call, create: Call) -> None:
    """A source has one mapping to a function, and the function must exist."""
    create()
    id = call("CreateEventSourceMapping", FunctionName="fn", EventSourceArn=QUEUE)["UUID"]
    with pytest.raises(ApiError) as refused:
        call("CreateEventSourceMapping", FunctionName=FUNCTION, EventSourceArn=QUEUE)
    assert (refused.value.code, refused.value.status) == ("ResourceConflictException", 409)
    assert refused.value.message == (
        f'An event source mapping with SQS arn (" {QUEUE} ") and function (" fn ") already exists. '
        f"Please update or delete the existing mapping with UUID {id}"
    )
    with pytest.raises(ApiError, match="Function not found"):
        call("CreateEventSourceMapping", FunctionName="other", EventSourceArn=QUEUE)

"""Pipes, as EventBridge Pipes stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.errors import ApiError
from tests.api.fakes import ROLE

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

ACCOUNT = "us-east-1:123456789012"
ARN = f"arn:aws:pipes:{ACCOUNT}:pipe/p"
MACHINE = f"arn:aws:states:{ACCOUNT}:stateMachine:Pay"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:q"
START = 1_700_000_000_000
CLICKS: dict[str, Any] = {
    "Name": "p",
    "RoleArn": ROLE,
    "Source": f"arn:aws:kinesis:{ACCOUNT}:stream/clicks",
    "SourceParameters": {
        "KinesisStreamParameters": {
            "StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": START, "BatchSize": 5,
        },
        "FilterCriteria": {"Filters": [{"Pattern": '{"data": {"n": [1]}}'}]},
    },
    "Enrichment": f"arn:aws:lambda:{ACCOUNT}:function:f",
    "Target": MACHINE,
    "TargetParameters": {
        "InputTemplate": "<$.data>",
        "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"},
    },
    "Description": "clicks",
    "Tags": {"team": "a"},
}  # fmt: skip


def ask(service: Service, operation: str, **request: Any) -> dict[str, Any]:
    return api.call_api(service, model.load_model("pipes", operation), request)


def refusal(service: Service, operation: str, **request: Any) -> tuple[str, int]:
    with pytest.raises(ApiError) as refused:
        ask(service, operation, **request)
    return refused.value.code, refused.value.status


def test_life_of_a_pipe(service: Service) -> None:
    created = ask(service, "CreatePipe", **CLICKS)
    assert (created["Arn"], created["DesiredState"], created["CurrentState"]) == (ARN, "RUNNING", "CREATING")
    assert refusal(service, "CreatePipe", **CLICKS) == ("ConflictException", 409)
    described = ask(service, "DescribePipe", Name="p")
    assert CLICKS.items() <= described.items()
    assert described["CurrentState"] == "RUNNING"
    assert service.source_mappings.any_enabled()
    assert ask(service, "StopPipe", Name="p")["CurrentState"] == "STOPPING"
    assert ask(service, "DescribePipe", Name="p")["CurrentState"] == "STOPPED"
    assert not service.source_mappings.any_enabled()
    assert ask(service, "StartPipe", Name="p")["DesiredState"] == "RUNNING"
    assert service.source_mappings.any_enabled()
    assert ask(service, "DeletePipe", Name="p")["CurrentState"] == "DELETING"
    for operation in ("DescribePipe", "DeletePipe", "StartPipe", "StopPipe"):
        assert refusal(service, operation, Name="p") == ("NotFoundException", 404)


@pytest.mark.parametrize(
    "given, changed",
    [
        ({}, {}),
        ({"DesiredState": "STOPPED"}, {"DesiredState": "STOPPED", "CurrentState": "STOPPED"}),
        ({"Description": "", "Enrichment": ""}, {"Description": None, "Enrichment": None}),
        (
            {"SourceParameters": {"KinesisStreamParameters": {"MaximumRetryAttempts": 3}}},
            {
                "SourceParameters": {
                    **CLICKS["SourceParameters"],
                    "KinesisStreamParameters": {
                        "MaximumRetryAttempts": 3,
                        "StartingPosition": "AT_TIMESTAMP",
                        "StartingPositionTimestamp": START,
                    },
                }
            },
        ),
        (
            {"SourceParameters": {"FilterCriteria": {"Filters": []}}},
            {"SourceParameters": {**CLICKS["SourceParameters"], "FilterCriteria": {"Filters": []}}},
        ),
        (
            {"TargetParameters": {"InputTemplate": ""}},
            {
                "TargetParameters": {
                    "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"}
                }
            },
        ),
        ({"Target": QUEUE}, {"Target": QUEUE, "TargetParameters": {}}),
        (
            {"Target": QUEUE, "TargetParameters": {"InputTemplate": "x"}},
            {"Target": QUEUE, "TargetParameters": {"InputTemplate": "x"}},
        ),
    ],
)
def test_update(service: Service, given: dict[str, Any], changed: dict[str, Any]) -> None:
    """Members that are not given stay; a member of parameters is replaced as a whole."""
    ask(service, "CreatePipe", **CLICKS)
    before = ask(service, "DescribePipe", Name="p")
    assert ask(service, "UpdatePipe", Name="p", RoleArn=ROLE, **given)["CurrentState"] == "UPDATING"
    after = ask(service, "DescribePipe", Name="p")
    wanted = {name: value for name, value in {**before, **changed}.items() if value is not None}
    assert {**after, "LastModifiedTime": before["LastModifiedTime"]} == wanted


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"Source": f"arn:aws:kafka:{ACCOUNT}:cluster/c"}, "sfn polls SQS queues"),
        ({"Target": f"arn:aws:batch:{ACCOUNT}:job-queue/q"}, "does not deliver events of pipes to arn:aws"),
        ({"Enrichment": f"arn:aws:events:{ACCOUNT}:api-destination/d"}, "does not call the enrichment"),
        (
            {"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": '{"a": 1}'}]}}},
            "Invalid filter pattern definition.",
        ),
    ],
)
def test_refused_pipes(service: Service, changed: dict[str, Any], message: str) -> None:
    """Neither a creation nor an update stores a pipe that cannot work."""
    with pytest.raises(ApiError, match=message):
        ask(service, "CreatePipe", **{**CLICKS, **changed})
    assert ask(service, "ListPipes")["Pipes"] == []
    if "Source" not in changed:
        ask(service, "CreatePipe", **CLICKS)
        before = ask(service, "DescribePipe", Name="p")
        with pytest.raises(ApiError, match=message):
            ask(service, "UpdatePipe", Name="p", RoleArn=ROLE, **changed)
        assert ask(service, "DescribePipe", Name="p") == before


def test_lists(service: Service) -> None:
    for number in range(5):
        source = {"Source": QUEUE, "SourceParameters": {}} if number % 2 else {}
        state = "STOPPED" if number == 4 else "RUNNING"
        ask(service, "CreatePipe", **{**CLICKS, **source, "Name": f"p{number}", "DesiredState": state})

    def names(**filters: Any) -> list[str]:
        return [pipe["Name"] for pipe in ask(service, "ListPipes", **filters)["Pipes"]]

    assert names() == ["p0", "p1", "p2", "p3", "p4"]
    assert names(SourcePrefix="arn:aws:sqs") == ["p1", "p3"]
    assert names(TargetPrefix="arn:aws:sqs") == names(NamePrefix="x") == []
    assert names(DesiredState="STOPPED") == names(CurrentState="STOPPED") == ["p4"]
    page = ask(service, "ListPipes", SourcePrefix="arn:aws:sqs", Limit=1)
    assert [pipe["Name"] for pipe in page["Pipes"]] == ["p1"]
    rest = ask(service, "ListPipes", SourcePrefix="arn:aws:sqs", Limit=1, NextToken=page["NextToken"])
    assert [pipe["Name"] for pipe in rest["Pipes"]] == ["p3"]


def test_tags(service: Service) -> None:
    ask(service, "CreatePipe", **CLICKS)
    ask(service, "TagResource", resourceArn=ARN, tags={"team": "b", "cost": "1"})
    ask(service, "UntagResource", resourceArn=ARN, tagKeys=["cost", "none"])
    assert ask(service, "ListTagsForResource", resourceArn=ARN) == {"tags": {"team": "b"}}
    assert ask(service, "DescribePipe", Name="p")["Tags"] == {"team": "b"}
    assert refusal(service, "ListTagsForResource", resourceArn=f"{ARN}x") == ("NotFoundException", 404)

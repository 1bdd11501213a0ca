"""Pipes of a project: from a queue, a table and a stream to a state machine, a queue and a bus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import ROLE, boto3_client, kill_workers, local_client, sfn, sfn_json, until
from tests.projects import RUNTIME

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # the local services and workers start

ACCOUNT = "us-east-1:123456789012"
MACHINE = f"arn:aws:states:{ACCOUNT}:stateMachine:sort"
ENRICH = """
def handler(event, context):
    return [{"seen": one["text"].upper()} for one in event]
"""


def machine(**more: Any) -> dict[str, Any]:
    definition = {"StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": True}}}
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": definition, **more},
    }


def queue(name: str) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, "VisibilityTimeout": 1}}


def pipe(name: str, source: list[str], target: Any, **more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Pipes::Pipe",
        "Properties": {
            "Name": name,
            "RoleArn": ROLE,
            "Source": {"Fn::GetAtt": source},
            "Target": target,
            **more,
        },
    }


TEMPLATE = {
    "Resources": {
        "In": queue("in"),
        "Out": queue("out"),
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "s", "ShardCount": 1}},
        "Sort": machine(StateMachineName="sort"),
        "Enrich": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": RUNTIME,
                "Handler": "index.handler",
                "Role": ROLE,
                "Code": {"ZipFile": ENRICH},
            },
        },
        "ToMachine": pipe(
            "to-machine",
            ["In", "Arn"],
            {"Ref": "Sort"},
            SourceParameters={
                "SqsQueueParameters": {"BatchSize": 1},
                "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"total": [{"numeric": [">", 1]}]}}'}]},
            },
            TargetParameters={
                "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"},
                "InputTemplate": '{"total": <$.body.total>, "by": "<aws.pipes.pipe-name>"}',
            },
        ),
        "ToQueue": pipe(
            "to-queue",
            ["Stream", "Arn"],
            {"Fn::GetAtt": ["Out", "Arn"]},
            SourceParameters={"KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON"}},
            Enrichment={"Fn::GetAtt": ["Enrich", "Arn"]},
            EnrichmentParameters={"InputTemplate": '{"text": <$.data.text>}'},
        ),
        "ToBus": pipe(
            "to-bus",
            ["Out", "Arn"],
            f"arn:aws:events:{ACCOUNT}:event-bus/default",
            TargetParameters={
                "EventBridgeEventBusParameters": {"Source": "pipes", "DetailType": "$.body.seen"},
                "InputTemplate": "<$.body>",
            },
        ),
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["pipes"]},
                "Targets": [{"Id": "m", "Arn": {"Ref": "Sort"}, "RoleArn": ROLE}],
            },
        },
    }
}


def inputs(home: Path) -> list[Any]:
    listed = sfn_json(home, "list-executions", "--state-machine-arn", MACHINE)["executions"]
    described = [
        sfn_json(home, "describe-execution", "--execution-arn", one["executionArn"]) for one in listed
    ]
    return [json.loads(one["input"]) for one in described]


def test_pipes(home: Path, tmp_path: Path) -> None:
    """Records pass filters, enrichment and templates; a killed worker loses and repeats none."""
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE))
    sfn_json(home, "deploy", str(tmp_path / "template.json"))
    sqs = local_client(home, "sqs")
    url = sqs.get_queue_url(QueueName="in")["QueueUrl"]
    for total in (1, 2, 3):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"total": total}))
    kill_workers(home)
    local_client(home, "kinesis").put_record(StreamName="s", Data=b'{"text": "a"}', PartitionKey="k")
    assert sfn(home, "trigger", "ToMachine", "--event", '{"total": 4}').returncode == 0
    until(lambda: len(inputs(home)) >= 4, "all executions")
    found = inputs(home)
    totals = [one[0] for one in found if isinstance(one, list)]
    assert sorted(totals, key=lambda one: one["total"]) == [
        {"total": total, "by": "to-machine"} for total in (2, 3, 4)
    ]
    (event,) = [one for one in found if isinstance(one, dict)]
    assert (event["source"], event["detail-type"], event["detail"]) == ("pipes", "A", {"seen": "A"})

    # A pipe that a program creates passes events, too.
    pipes = boto3_client(sfn(home, "aws", "endpoint").stdout.strip(), "pipes")
    url = sqs.create_queue(QueueName="more")["QueueUrl"]
    pipes.create_pipe(
        Name="more",
        RoleArn=ROLE,
        Source=f"arn:aws:sqs:{ACCOUNT}:more",
        Target=f"arn:aws:sqs:{ACCOUNT}:in",
        TargetParameters={"InputTemplate": "<$.body>"},
    )
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"total": 5}))
    until(lambda: [{"total": 5, "by": "to-machine"}] in inputs(home), "the end of the second pipe")
    pipes.delete_pipe(Name="more")

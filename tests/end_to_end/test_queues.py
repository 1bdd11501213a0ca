"""Queues that invoke functions: a task token goes through a queue to the function that completes the task."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.processes import sfn, until
from tests.projects import RUNTIME

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:approvals"
APPROVE = """
import json
import boto3

def handler(event, context):
    for record in event["Records"]:
        body = json.loads(record["body"])
        source = {name: record[name] for name in ("eventSource", "eventSourceARN", "awsRegion")}
        answer = {"approved": body["order"], "sender": record["messageAttributes"]["Sender"]["stringValue"]}
        boto3.client("stepfunctions").send_task_success(
            taskToken=body["token"], output=json.dumps({**source, **answer})
        )
"""

ASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {
        "QueueUrl": "${Queue}",
        "MessageBody": {"token.$": "$$.Task.Token", "order.$": "$.order"},
        "MessageAttributes": {"Sender": {"DataType": "String", "StringValue": "shop"}},
    },
    "TimeoutSeconds": 50,
    "End": True,
}

TEMPLATE = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: approvals
  Approve:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {RUNTIME}
      Handler: app.handler
      CodeUri: approve
      Events:
        Asked:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 1
            FilterCriteria:
              Filters: [{{Pattern: '{{"body": {{"order": [7]}}}}'}}]
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: order.asl.json
      DefinitionSubstitutions:
        Queue: !Ref Queue
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "approvals"
    (folder / "approve").mkdir(parents=True)
    (folder / "approve" / "app.py").write_text(APPROVE)
    (folder / "order.asl.json").write_text(json.dumps({"StartAt": "Ask", "States": {"Ask": ASK}}))
    (folder / "template.yaml").write_text(TEMPLATE)
    return folder


def test_a_token_through_a_queue(home: Path, project: Path) -> None:
    """The function gets the message as on Lambda, and its call ends the execution.

    The worker polls the queue until the stack is stopped; then it exits when it is idle.
    """
    idle = {"SFN_WORKER_IDLE_SECONDS": "1"}
    done = sfn(home, "run", str(project), "--input", '{"order": 7}', environment=idle)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE_ARN,
        "awsRegion": "us-east-1",
        "approved": 7,
        "sender": "shop",
    }
    stopped = sfn(home, "stack", "stop", "approvals", environment=idle)
    assert stopped.returncode == 0, stopped.stderr
    log = home / "worker.log"
    until(lambda: "exited" in log.read_text(), "the end of the worker")
    assert "cannot be polled" not in log.read_text()

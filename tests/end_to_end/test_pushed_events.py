"""Events that topics and buckets have acknowledged reach their functions, although processes are killed."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.integrations.aws import embedded_aws
from tests.processes import ROLE, await_end, kill_workers, local_client, sfn_json, until
from tests.projects import RUNTIME

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # the local services and a worker start, and are killed

CODE = """
import json, os

def handler(event, context):
    record = event["Records"][0] if "Records" in event else event
    source = record.get("eventSource") or record.get("EventSource") or record["source"]
    with open(os.environ["SEEN"], "a") as file:
        file.write(json.dumps({"source": source, "id": context.aws_request_id}) + "\\n")
"""


def template(seen: Path) -> dict[str, Any]:
    arn = {"Fn::GetAtt": ["Count", "Arn"]}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Count": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": RUNTIME,
                    "Handler": "index.handler",
                    "Role": ROLE,
                    "Code": {"ZipFile": CODE},
                    "Environment": {"Variables": {"SEEN": str(seen)}},
                },
            },
            "Files": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": "files",
                    "NotificationConfiguration": {
                        "EventBridgeConfiguration": {"EventBridgeEnabled": True},
                        "LambdaConfigurations": [
                            {
                                "Event": "s3:ObjectCreated:*",
                                "Function": arn,
                                "Filter": {"S3Key": {"Rules": [{"Name": "Suffix", "Value": ".csv"}]}},
                            }
                        ],
                    },
                },
            },
            "Created": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"source": ["aws.s3"], "detail-type": ["Object Created"]},
                    "Targets": [{"Id": "count", "Arn": arn}],
                },
            },
            "News": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}},
            "NewsToCount": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": {"Ref": "News"}, "Protocol": "lambda", "Endpoint": arn},
            },
        },
    }


def test_killed_after_the_answer(home: Path, tmp_path: Path) -> None:
    """The services and the worker are killed right after a request was answered: nothing is lost.

    The notification of the bucket exists again after the restart.
    """
    seen = tmp_path / "seen"
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "template.json").write_text(json.dumps(template(seen)))
    sfn_json(home, "deploy", str(folder))
    s3, sns = local_client(home, "s3"), local_client(home, "sns")
    start = embedded_aws.embedded_aws_start(str(home))
    assert start is not None
    pid = int(start.split()[1])
    s3.put_object(Bucket="files", Key="a.csv", Body=b"1")
    sns.publish(TopicArn="arn:aws:sns:us-east-1:123456789012:news", Message="1")
    os.kill(pid, signal.SIGKILL)
    kill_workers(home)
    await_end(pid)
    local_client(home, "s3").put_object(Bucket="files", Key="b.csv", Body=b"1")
    until(lambda: seen.exists() and len(seen.read_text().splitlines()) >= 5, "all events")
    found = [json.loads(line) for line in seen.read_text().splitlines()]
    by_source = {
        source: {one["id"] for one in found if one["source"] == source}
        for source in ("aws:s3", "aws.s3", "aws:sns")
    }
    assert {source: len(ids) for source, ids in by_source.items()} == {
        "aws:s3": 2,
        "aws.s3": 2,
        "aws:sns": 1,
    }

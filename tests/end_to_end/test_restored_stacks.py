"""The resources of stacks after a restart of the local AWS services."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.settings import Settings
from tests.processes import await_end, sfn, sfn_json, stop_workers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # a stack with every type, and two starts of the local services

QUEUE_ARN = {"Fn::GetAtt": ["Queue", "Arn"]}
RESOURCES: dict[str, Any] = {
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 5}},
    "Orders": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        },
    },
    "Clicks": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 2}},
    "News": {"Type": "AWS::SNS::Topic"},
    "NewsToQueue": {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"TopicArn": {"Ref": "News"}, "Protocol": "sqs", "Endpoint": QUEUE_ARN},
    },
    "Files": {
        "Type": "AWS::S3::Bucket",
        "Properties": {"VersioningConfiguration": {"Status": "Enabled"}},
    },
    "Limit": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "7"}},
    "Password": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": {}}},
    "Key": {"Type": "AWS::KMS::Key"},
    "KeyAlias": {
        "Type": "AWS::KMS::Alias",
        "Properties": {"AliasName": "alias/shop", "TargetKeyId": {"Ref": "Key"}},
    },
    "Users": {"Type": "AWS::Cognito::UserPool"},
    "Client": {
        "Type": "AWS::Cognito::UserPoolClient",
        "Properties": {"UserPoolId": {"Ref": "Users"}, "GenerateSecret": True},
    },
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the stack "shop", whose local services were killed after clients had stored data."""
    folder = tmp_path_factory.mktemp("shop")
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": RESOURCES}
    (folder / "template.json").write_text(json.dumps(template))
    home = tmp_path_factory.mktemp("home") / "sfn"
    deployed = sfn(home, "deploy", str(folder), "--stack", "shop")
    assert deployed.returncode == 0, deployed.stderr
    yield home
    stop_workers(home)
    embedded_aws.stop_embedded_aws(str(home))


def client(home: Path, service: str) -> Any:
    """A client of the local services, which start if they do not run."""
    url = embedded_aws.embedded_aws_endpoint(Settings(str(home)))
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=embedded_aws.embedded_aws_access_key(str(home), url),
        aws_secret_access_key="any",
    )


def described(home: Path) -> dict[str, Any]:
    """Everything about each resource that others may refer to, as the services describe it."""
    resources = {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for one in sfn_json(home, "stack", "show", "shop")["Resources"]
    }
    sqs, dynamodb = client(home, "sqs"), client(home, "dynamodb")
    url = sqs.get_queue_url(QueueName=resources["Queue"])["QueueUrl"]
    attributes = ["QueueArn", "VisibilityTimeout"]
    cognito, pool = client(home, "cognito-idp"), resources["Users"]
    user_client = {"UserPoolId": pool, "ClientId": resources["Client"]}
    return {
        "resources": resources,
        "queue": (url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=attributes)["Attributes"]),
        "stream": dynamodb.describe_table(TableName=resources["Orders"])["Table"]["LatestStreamArn"],
        "shards": client(home, "kinesis").describe_stream_summary(StreamName=resources["Clicks"])[
            "StreamDescriptionSummary"
        ]["OpenShardCount"],
        "subscription": client(home, "sns").get_subscription_attributes(
            SubscriptionArn=resources["NewsToQueue"]
        )["Attributes"]["Endpoint"],
        "versioning": client(home, "s3").get_bucket_versioning(Bucket=resources["Files"])["Status"],
        "parameter": client(home, "ssm").get_parameter(Name=resources["Limit"])["Parameter"]["Value"],
        "secret": client(home, "secretsmanager").describe_secret(SecretId=resources["Password"])["ARN"],
        "key": client(home, "kms").describe_key(KeyId="alias/shop")["KeyMetadata"]["Arn"],
        "pool": cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Arn"],
        "client": cognito.describe_user_pool_client(**user_client)["UserPoolClient"]["ClientSecret"],
    }


def kill_local_services(home: Path) -> None:
    start = embedded_aws.embedded_aws_start(str(home))
    assert start is not None
    pid = int(start.split()[1])
    os.kill(pid, signal.SIGKILL)
    await_end(pid)


def test_resources_exist_again(home: Path) -> None:
    """They have the same ids, ARNs and properties, at the same URL; only their data is lost."""
    before = described(home)
    table = before["resources"]["Orders"]
    client(home, "dynamodb").put_item(TableName=table, Item={"id": {"S": "1"}})
    kill_local_services(home)
    assert described(home) == before
    assert client(home, "dynamodb").scan(TableName=table)["Items"] == []


def test_the_stack_shows_that_its_data_is_lost(home: Path) -> None:
    """`sfn stack show` and `sfn stack list` say when data was lost, also after the next deploy."""
    kill_local_services(home)
    client(home, "sqs")
    for command in (["stack", "show", "shop"], ["stack", "list"]):
        shown = sfn(home, *command, "--output", "text")
        assert shown.returncode == 0
        assert "DataLostTime" in json.dumps(sfn_json(home, *command))


def test_a_deploy_after_the_restart(home: Path) -> None:
    """The next deploy finds the resources, and has nothing to create."""
    kill_local_services(home)
    client(home, "sqs")
    folder = sfn_json(home, "stack", "show", "shop")["Folder"]
    deployed = sfn(home, "deploy", folder, "--stack", "shop", "--output", "json")
    assert deployed.returncode == 0, deployed.stderr
    assert "created" not in deployed.stdout


def test_a_stack_with_persistent_services(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With SFN_AWS_PERSIST=1, a restart keeps the data of a stack's resources, and the stack says nothing."""
    monkeypatch.setenv("SFN_AWS_PERSIST", "1")
    embedded_aws.stop_embedded_aws(str(home))
    folder = tmp_path / "kept"
    folder.mkdir()
    kept = {name: RESOURCES[name] for name in ("Queue", "Key")}
    (folder / "template.json").write_text(
        json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": kept})
    )
    client(home, "sqs")  # the services start with this setting
    assert sfn(home, "deploy", str(folder), "--stack", "kept").returncode == 0
    before = sfn_json(home, "stack", "show", "kept")
    queue, key = (one["PhysicalResourceId"] for one in before["Resources"])
    url = client(home, "sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    client(home, "sqs").send_message(QueueUrl=url, MessageBody="1001")
    embedded_aws.stop_embedded_aws(str(home))
    (message,) = client(home, "sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "1001"
    assert client(home, "kms").describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key
    assert sfn_json(home, "stack", "show", "kept") == before

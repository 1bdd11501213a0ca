"""The resources of stacks after a restart of the local AWS services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.processes import kill_local_services, local_client, sfn, sfn_json, stop_home, stop_services

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


class Restarted(NamedTuple):
    """A home with the stack "shop", before and after a kill of the local services that had data."""

    home: Path
    before: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    home = tmp_path_factory.mktemp("home") / "sfn"
    sfn_json(home, "deploy", write_template(tmp_path_factory.mktemp("shop"), RESOURCES), "--stack", "shop")
    before = described(home)
    table = before["resources"]["Orders"]
    local_client(home, "dynamodb").put_item(TableName=table, Item={"id": {"S": "1"}})
    kill_local_services(home)
    yield Restarted(home, before, described(home))
    stop_home(home)


def write_template(folder: Path, resources: dict[str, Any]) -> str:
    """Writes the template of a project. Returns the project's folder."""
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    (folder / "template.json").write_text(json.dumps(template))
    return str(folder)


def described(home: Path) -> dict[str, Any]:
    """Everything about each resource that others may refer to, as the services describe it."""
    resources = {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for one in sfn_json(home, "stack", "show", "shop")["Resources"]
    }
    sqs, dynamodb = local_client(home, "sqs"), local_client(home, "dynamodb")
    url = sqs.get_queue_url(QueueName=resources["Queue"])["QueueUrl"]
    attributes = ["QueueArn", "VisibilityTimeout"]
    cognito, pool = local_client(home, "cognito-idp"), resources["Users"]
    user_client = {"UserPoolId": pool, "ClientId": resources["Client"]}
    return {
        "resources": resources,
        "queue": (url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=attributes)["Attributes"]),
        "stream": dynamodb.describe_table(TableName=resources["Orders"])["Table"]["LatestStreamArn"],
        "shards": local_client(home, "kinesis").describe_stream_summary(StreamName=resources["Clicks"])[
            "StreamDescriptionSummary"
        ]["OpenShardCount"],
        "subscription": local_client(home, "sns").get_subscription_attributes(
            SubscriptionArn=resources["NewsToQueue"]
        )["Attributes"]["Endpoint"],
        "versioning": local_client(home, "s3").get_bucket_versioning(Bucket=resources["Files"])["Status"],
        "parameter": local_client(home, "ssm").get_parameter(Name=resources["Limit"])["Parameter"]["Value"],
        "secret": local_client(home, "secretsmanager").describe_secret(SecretId=resources["Password"])["ARN"],
        "key": local_client(home, "kms").describe_key(KeyId="alias/shop")["KeyMetadata"]["Arn"],
        "pool": cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Arn"],
        "client": cognito.describe_user_pool_client(**user_client)["UserPoolClient"]["ClientSecret"],
    }


def test_resources_exist_again(shop: Restarted) -> None:
    """They have the same ids, ARNs and properties, at the same URL; only their data is lost."""
    assert shop.after == shop.before
    table = shop.before["resources"]["Orders"]
    assert local_client(shop.home, "dynamodb").scan(TableName=table)["Items"] == []


def test_the_stack_shows_that_its_data_is_lost(shop: Restarted) -> None:
    """`sfn stack show` and `sfn stack list` say when data was lost, also after the next deploy."""
    for command in (["stack", "show", "shop"], ["stack", "list"]):
        shown = sfn(shop.home, *command, "--output", "text")
        assert shown.returncode == 0
        assert "DataLostTime" in json.dumps(sfn_json(shop.home, *command))


def test_a_deploy_after_the_restart(shop: Restarted) -> None:
    """The next deploy finds the resources, and has nothing to create."""
    folder = sfn_json(shop.home, "stack", "show", "shop")["Folder"]
    deployed = sfn(shop.home, "deploy", folder, "--stack", "shop", "--output", "json")
    assert deployed.returncode == 0, deployed.stderr
    assert "created" not in deployed.stdout


def test_a_stack_with_persistent_services(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With SFN_AWS_PERSIST=1, a restart keeps the data of a stack's resources, and the stack says nothing."""
    monkeypatch.setenv("SFN_AWS_PERSIST", "1")
    sqs = local_client(home, "sqs")  # the services start with this setting
    kept = {name: RESOURCES[name] for name in ("Queue", "Key")}
    sfn_json(home, "deploy", write_template(tmp_path, kept), "--stack", "kept")
    before = sfn_json(home, "stack", "show", "kept")
    queue, key = (one["PhysicalResourceId"] for one in before["Resources"])
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="1001")
    stop_services(home)
    (message,) = local_client(home, "sqs").receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "1001"
    assert local_client(home, "kms").describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key
    assert sfn_json(home, "stack", "show", "kept") == before

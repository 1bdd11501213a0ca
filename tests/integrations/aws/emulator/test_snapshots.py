"""SFN_AWS_PERSIST=1: the data of the real local AWS services after they stopped, or were killed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.integrations.aws.emulator.snapshot import SNAPSHOT_NAME
from sfn_cli.settings import Settings
from tests.integrations.aws.emulator.conftest import LocalServices
from tests.processes import kill_local_services, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # the services start several times

TABLE: dict[str, Any] = {
    "TableName": "orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("SFN_AWS_PERSIST", "1")
    found = Settings(str(tmp_path / "home"))
    yield found
    embedded_aws.stop_embedded_aws(found.home)


def fill(local: LocalServices) -> None:
    """Stores something in every service whose objects need special treatment."""
    sqs = local.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="1001")
    dynamodb = local.client("dynamodb")
    dynamodb.create_table(**TABLE)
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "1001"}})
    s3 = local.client("s3")
    s3.create_bucket(Bucket="files")
    s3.put_object(Bucket="files", Key="a", Body=b"1" * 100_000)
    local.client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    local.client("kinesis").put_record(StreamName="clicks", Data=b"1", PartitionKey="1")
    topic = local.client("sns").create_topic(Name="news")["TopicArn"]
    queue = "arn:aws:sqs:us-east-1:123456789012:orders"
    local.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    local.client("sns").publish(TopicArn=topic, Message="1002")
    local.client("ssm").put_parameter(Name="limit", Type="SecureString", Value="7")
    local.client("secretsmanager").create_secret(Name="password", SecretString="secret")
    kms = local.client("kms")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/sign", TargetKeyId=key)
    cognito = local.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]
    cognito.admin_create_user(UserPoolId=pool, Username="lovelace")


def found(local: LocalServices) -> dict[str, Any]:
    """Returns what `fill` has stored."""
    sqs, kms, cognito = local.client("sqs"), local.client("kms"), local.client("cognito-idp")
    attributes = sqs.get_queue_attributes(
        QueueUrl=sqs.get_queue_url(QueueName="orders")["QueueUrl"],
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    body = local.client("s3").get_object(Bucket="files", Key="a")["Body"].read()
    (pool,) = cognito.list_user_pools(MaxResults=10)["UserPools"]
    return {
        "messages": attributes["Attributes"],
        "items": local.client("dynamodb").scan(TableName="orders")["Items"],
        "object": len(body),
        "subscriptions": local.client("sns").list_subscriptions()["Subscriptions"],
        "parameter": local.client("ssm").get_parameter(Name="limit", WithDecryption=True)["Parameter"][
            "Value"
        ],
        "secret": local.client("secretsmanager").get_secret_value(SecretId="password")["SecretString"],
        "key": kms.get_public_key(KeyId="alias/sign")["PublicKey"],
        "users": [one["Username"] for one in cognito.list_users(UserPoolId=pool["Id"])["Users"]],
    }


def _kill_after_a_snapshot(settings: Settings) -> None:
    path = os.path.join(settings.home, SNAPSHOT_NAME)

    def has_all() -> bool:
        with open(path, "rb") as file:
            return b"lovelace" in file.read()

    until(lambda: os.path.exists(path) and has_all(), "a snapshot with all data")
    kill_local_services(settings.home)


def test_data_is_kept(settings: Settings) -> None:
    """Each start has the data of the last one, and queues still deliver and accept messages."""
    first = LocalServices(settings)
    fill(first)
    kept = found(first)
    _kill_after_a_snapshot(settings)
    assert found(LocalServices(settings)) == kept
    embedded_aws.stop_embedded_aws(settings.home)
    after = LocalServices(settings)
    assert found(after) == kept
    sqs = after.client("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="1003")
    bodies = {one["Body"] for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]}
    assert {"1001", "1003"} <= bodies


def test_a_snapshot_of_another_version(settings: Settings) -> None:
    """It is not loaded, and the log says so; the services start empty."""
    LocalServices(settings).client("sqs").create_queue(QueueName="orders")
    embedded_aws.stop_embedded_aws(settings.home)
    path = os.path.join(settings.home, SNAPSHOT_NAME)
    with open(path, "rb") as file:
        header, data = json.loads(file.readline()), file.read()
    header["versions"]["moto"] = "4.0.0"
    with open(path, "wb") as file:
        file.write(json.dumps(header).encode() + b"\n" + data)
    assert LocalServices(settings).client("sqs").list_queues().get("QueueUrls") is None
    with open(os.path.join(settings.home, embedded_aws.LOG_NAME)) as log:
        assert "is of other versions, and not loaded" in log.read()

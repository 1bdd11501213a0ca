"""Resources in the local services: created, created again, updated and deleted, through clients."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sfn_cli.stacks.resources.resource import ResourceError
from sfn_cli.stacks.resources.table import resource_type
from tests.stacks.resources.conftest import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sfn_cli.stacks.resources.resource import Made
    from tests.stacks.resources.conftest import Maker

pytestmark = pytest.mark.slow  # the local services take seconds to start

ACCOUNT = "us-east-1:123456789012"
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]
ID = [{"AttributeName": "id", "AttributeType": "S"}]
BY_DAY = {
    "IndexName": "by-day",
    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
TABLE = {
    "TableName": "orders",
    "KeySchema": KEY,
    "AttributeDefinitions": ID,
    "BillingMode": "PAY_PER_REQUEST",
}


def queue_attributes(emulated: Maker, made: Made) -> dict[str, Any]:
    answer = emulated.clients.get("sqs").get_queue_attributes(QueueUrl=made.reference, AttributeNames=["All"])
    found = {
        name: value
        for name, value in answer["Attributes"].items()
        if name in ("VisibilityTimeout", "FifoQueue")
    }
    policy = answer["Attributes"].get("RedrivePolicy")
    return {**found, "RedrivePolicy": json.loads(policy)} if policy else found


def topic_attributes(emulated: Maker, made: Made) -> dict[str, Any]:
    attributes = emulated.clients.get("sns").get_topic_attributes(TopicArn=made.reference)["Attributes"]
    return {"DisplayName": attributes["DisplayName"]}


def table_facts(emulated: Maker, made: Made) -> dict[str, Any]:
    client = emulated.clients.get("dynamodb")
    table = client.describe_table(TableName=made.reference)["Table"]
    ttl = client.describe_time_to_live(TableName=made.reference)["TimeToLiveDescription"]
    return {
        "indexes": [index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])],
        "stream": table.get("StreamSpecification", {}).get("StreamViewType"),
        "ttl": ttl.get("AttributeName") if ttl["TimeToLiveStatus"] == "ENABLED" else None,
        "billing": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
    }


def bucket_facts(emulated: Maker, made: Made) -> dict[str, Any]:
    client = emulated.clients.get("s3")
    cors = client.get_bucket_cors(Bucket=made.reference)["CORSRules"][0]
    return {
        "versioning": client.get_bucket_versioning(Bucket=made.reference).get("Status"),
        "age": cors["MaxAgeSeconds"],
    }


def event_bus_facts(emulated: Maker, made: Made) -> dict[str, Any]:
    return {"Arn": emulated.clients.get("events").describe_event_bus(Name=made.reference)["Arn"]}


def parameter_facts(emulated: Maker, made: Made) -> dict[str, Any]:
    parameter = emulated.clients.get("ssm").get_parameter(Name=made.reference)["Parameter"]
    return {"Value": parameter["Value"], "Type": parameter["Type"]}


def secret_value(emulated: Maker, made: Made) -> dict[str, Any]:
    value = emulated.clients.get("secretsmanager").get_secret_value(SecretId=made.reference)
    return {"SecretString": value["SecretString"]}


def stream_facts(emulated: Maker, made: Made) -> dict[str, Any]:
    client = emulated.clients.get("kinesis")
    summary = client.describe_stream_summary(StreamName=made.reference)["StreamDescriptionSummary"]
    return {"shards": summary["OpenShardCount"]}


@pytest.mark.parametrize(
    "type, properties, changed, physical_id, attributes, look, before, after",
    [
        (
            "AWS::SQS::Queue",
            {"QueueName": "orders"},
            {"QueueName": "orders", "VisibilityTimeout": "60", "RedrivePolicy": {
                "deadLetterTargetArn": f"arn:aws:sqs:{ACCOUNT}:orders", "maxReceiveCount": 3
            }},
            "orders",
            {"Arn": f"arn:aws:sqs:{ACCOUNT}:orders", "QueueName": "orders"},
            queue_attributes,
            {"VisibilityTimeout": "30"},
            {"VisibilityTimeout": "60", "RedrivePolicy": {
                "deadLetterTargetArn": f"arn:aws:sqs:{ACCOUNT}:orders", "maxReceiveCount": 3
            }},
        ),
        (
            "AWS::SQS::Queue",
            {"FifoQueue": "true"},
            {"FifoQueue": "true", "VisibilityTimeout": 60},
            f"shop-Thing-{SUFFIX}.fifo",
            {"QueueName": f"shop-Thing-{SUFFIX}.fifo"},
            queue_attributes,
            {"VisibilityTimeout": "30", "FifoQueue": "true"},
            {"VisibilityTimeout": "60", "FifoQueue": "true"},
        ),
        (
            "AWS::SNS::Topic",
            {"TopicName": "news"},
            {"TopicName": "news", "DisplayName": "News"},
            f"arn:aws:sns:{ACCOUNT}:news",
            {"TopicArn": f"arn:aws:sns:{ACCOUNT}:news", "TopicName": "news"},
            topic_attributes,
            {"DisplayName": ""},
            {"DisplayName": "News"},
        ),
        (
            "AWS::DynamoDB::Table",
            TABLE,
            {
                **TABLE,
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": {"ReadCapacityUnits": "5", "WriteCapacityUnits": "5"},
                "AttributeDefinitions": [*ID, {"AttributeName": "day", "AttributeType": "S"}],
                "GlobalSecondaryIndexes": [
                    {**BY_DAY, "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
                ],
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
                "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": "true"},
            },
            "orders",
            {"Arn": f"arn:aws:dynamodb:{ACCOUNT}:table/orders"},
            table_facts,
            {"indexes": [], "stream": None, "ttl": None, "billing": "PAY_PER_REQUEST"},
            {"indexes": ["by-day"], "stream": "NEW_IMAGE", "ttl": "until", "billing": "PROVISIONED"},
        ),
        (
            "AWS::S3::Bucket",
            {
                "VersioningConfiguration": {"Status": "Suspended"},
                "CorsConfiguration": {"CorsRules": [
                    {"AllowedMethods": ["GET"], "AllowedOrigins": "*", "MaxAge": "60"}
                ]},
            },
            {
                "VersioningConfiguration": {"Status": "Enabled"},
                "CorsConfiguration": {"CorsRules": [
                    {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 90}
                ]},
            },
            f"shop-thing-{SUFFIX.lower()}",
            {
                "Arn": f"arn:aws:s3:::shop-thing-{SUFFIX.lower()}",
                "RegionalDomainName": f"shop-thing-{SUFFIX.lower()}.s3.us-east-1.amazonaws.com",
            },
            bucket_facts,
            {"versioning": "Suspended", "age": 60},
            {"versioning": "Enabled", "age": 90},
        ),
        (
            "AWS::Events::EventBus",
            {"Name": "orders"},
            {"Name": "orders", "Description": "Orders"},
            "orders",
            {"Arn": f"arn:aws:events:{ACCOUNT}:event-bus/orders", "Name": "orders"},
            event_bus_facts,
            {"Arn": f"arn:aws:events:{ACCOUNT}:event-bus/orders"},
            {"Arn": f"arn:aws:events:{ACCOUNT}:event-bus/orders"},
        ),
        (
            "AWS::SSM::Parameter",
            {"Name": "/shop/limit", "Type": "String", "Value": "1", "Tags": {"a": "b"}},
            {"Name": "/shop/limit", "Type": "String", "Value": 2},
            "/shop/limit",
            {"Type": "String", "Value": "1"},
            parameter_facts,
            {"Type": "String", "Value": "1"},
            {"Type": "String", "Value": "2"},
        ),
        (
            "AWS::SecretsManager::Secret",
            {"SecretString": "one", "Tags": [{"Key": "a", "Value": "b"}]},
            {"SecretString": '{"user": "ada"}'},
            f"Thing-{SUFFIX}",
            {},
            secret_value,
            {"SecretString": "one"},
            {"SecretString": '{"user": "ada"}'},
        ),
        (
            "AWS::Kinesis::Stream",
            {"Name": "clicks", "ShardCount": "1"},
            {"Name": "clicks", "ShardCount": 2},
            "clicks",
            {"Arn": f"arn:aws:kinesis:{ACCOUNT}:stream/clicks"},
            stream_facts,
            {"shards": 1},
            {"shards": 2},
        ),
    ],
)  # fmt: skip
def test_life(
    emulated: Maker,
    type: str,
    properties: dict[str, Any],
    changed: dict[str, Any],
    physical_id: str,
    attributes: dict[str, str],
    look: Callable[[Maker, Made], dict[str, Any]],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """A resource has its properties when it is created, created again, or updated.

    Its names are those predicted; deleting it twice is no error.
    """
    row = resource_type(type)
    made = row.create(emulated(), properties)
    assert (made.physical_id, made.existed) == (physical_id, False)
    assert attributes.items() <= made.attributes.items()
    predicted = row.predict(emulated().naming, properties)
    assert predicted.physical_id == physical_id
    assert predicted.attributes.keys() == made.attributes.keys()
    assert look(emulated, made) == before

    again = row.create(emulated(), changed)
    assert (again.physical_id, again.existed) == (physical_id, True)
    assert look(emulated, made) == after

    assert row.update is not None
    assert row.update(emulated(), again, changed, properties).physical_id == physical_id
    assert look(emulated, made) == before

    row.delete(emulated(), made, properties)
    row.delete(emulated(), made, properties)
    with pytest.raises(ClientError):
        look(emulated, made)


@pytest.mark.parametrize(
    "rule, value",
    [
        ({"PasswordLength": "12", "ExcludePunctuation": True}, r"[A-Za-z0-9]{12}"),
        (
            {"SecretStringTemplate": '{"username": "ada"}', "GenerateStringKey": "password"},
            r'\{"username":"ada","password":".{32}.*"\}',
        ),
    ],
)
def test_generated_secret(emulated: Maker, rule: dict[str, Any], value: str) -> None:
    """A generated secret follows its rule, and stays as long as the rule does."""
    row = resource_type("AWS::SecretsManager::Secret")
    properties = {"GenerateSecretString": rule}
    made = row.create(emulated("Generated"), properties)
    assert made.reference == made.attributes["Id"]
    before = secret_value(emulated, made)
    assert re.fullmatch(value, before["SecretString"])
    assert row.create(emulated("Generated"), properties).existed
    assert secret_value(emulated, made) == before
    row.delete(emulated("Generated"), made, properties)


def test_subscriptions(emulated: Maker) -> None:
    """A queue's subscription is made and delivers; those of functions and mailboxes are listed."""
    queues, topics, subscriptions = (
        resource_type(type) for type in ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::SNS::Subscription")
    )
    queue = queues.create(emulated("Inbox"), {})
    topic = topics.create(emulated("News"), {})
    to_queue = {"TopicArn": topic.reference, "Protocol": "sqs", "Endpoint": queue.attributes["Arn"]}
    raw = {**to_queue, "RawMessageDelivery": "true", "FilterPolicy": {"kind": ["sport"]}}
    made = subscriptions.create(emulated("ToInbox"), raw)
    assert subscriptions.create(emulated("ToInbox"), raw).reference == made.reference
    mail = {"TopicArn": topic.reference, "Protocol": "email", "Endpoint": "ada@example.com"}
    listed = subscriptions.create(emulated("ToAda"), mail)
    assert str(listed.reference).startswith(f"{topic.reference}:")

    sns, sqs = emulated.clients.get("sns"), emulated.clients.get("sqs")
    assert len(sns.list_subscriptions_by_topic(TopicArn=topic.reference)["Subscriptions"]) == 1

    def publish(kind: str) -> list[str]:
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        sns.publish(TopicArn=topic.reference, Message=kind, MessageAttributes=attributes)
        messages = sqs.receive_message(QueueUrl=queue.reference, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in messages]

    assert publish("weather") == []
    assert publish("sport") == ["sport"]
    for row, it, own in (
        (subscriptions, made, raw),
        (subscriptions, listed, mail),
        (topics, topic, {}),
        (queues, queue, {}),
    ):
        row.delete(emulated(), it, own)
        row.delete(emulated(), it, own)


def test_bucket_with_objects(emulated: Maker) -> None:
    """A bucket goes with its objects and all their versions."""
    row = resource_type("AWS::S3::Bucket")
    properties = {"BucketName": "letters", "VersioningConfiguration": {"Status": "Enabled"}}
    made = row.create(emulated(), properties)
    s3 = emulated.clients.get("s3")
    for body in (b"one", b"two"):
        s3.put_object(Bucket="letters", Key="a", Body=body)
    s3.delete_object(Bucket="letters", Key="a")
    row.delete(emulated(), made, properties)
    assert s3.list_buckets()["Buckets"] == []


def test_content(emulated: Maker, tmp_path: Path) -> None:
    """Objects of buckets and items of tables, from files and texts; a file may not exist yet."""
    buckets, tables, objects, items = (
        resource_type(type)
        for type in (
            "AWS::S3::Bucket",
            "AWS::DynamoDB::Table",
            "Terraform::S3::Object",
            "Terraform::DynamoDB::Item",
        )
    )
    bucket = buckets.create(emulated("Pictures"), {})
    s3 = emulated.clients.get("s3")
    (tmp_path / "a.txt").write_text("from a file")
    for content, stored in (
        ({"Source": str(tmp_path / "a.txt")}, b"from a file"),
        ({"Content": "text"}, b"text"),
        ({"ContentBase64": "AAE="}, b"\x00\x01"),
        ({"Source": "/nowhere/a"}, b""),
    ):
        properties = {"Bucket": bucket.reference, "Key": "a", **content}
        made = objects.create(emulated("Picture"), properties)
        assert made.reference == "a"
        assert s3.get_object(Bucket=bucket.reference, Key="a")["Body"].read() == stored
    assert emulated.reports == ["Picture: /nowhere/a does not exist; the object is empty."]
    objects.delete(emulated("Picture"), made, properties)
    objects.delete(emulated("Picture"), made, properties)

    table = tables.create(emulated("Orders"), {**TABLE, "TableName": None})
    item = {"TableName": table.reference, "HashKey": "id", "Item": '{"id": {"S": "1"}, "n": {"N": "2"}}'}
    made = items.create(emulated("First"), item)
    dynamodb = emulated.clients.get("dynamodb")
    found = dynamodb.get_item(TableName=table.reference, Key={"id": {"S": "1"}})["Item"]
    assert found == {"id": {"S": "1"}, "n": {"N": "2"}}
    changed = {**item, "Item": {"id": {"S": "2"}}}
    assert items.update is not None
    made = items.update(emulated("First"), made, item, changed)
    assert [each["id"]["S"] for each in dynamodb.scan(TableName=table.reference)["Items"]] == ["2"]
    items.delete(emulated("First"), made, changed)
    items.delete(emulated("First"), made, changed)
    for row in (objects, items):
        row.delete(emulated(), row.create(emulated("Unknown"), {}), {})
    for row, it in ((tables, table), (buckets, bucket)):
        row.delete(emulated(), it, {})


def test_keys_and_pools(emulated: Maker) -> None:
    """What has no name of its own is created under an id: keys, user pools and their clients."""
    keys, aliases, pools, clients = (
        resource_type(type)
        for type in (
            "AWS::KMS::Key",
            "AWS::KMS::Alias",
            "AWS::Cognito::UserPool",
            "AWS::Cognito::UserPoolClient",
        )
    )
    key = keys.create(emulated("Key"), {"EnableKeyRotation": True, "KeyPolicy": {"Statement": []}})
    assert key.attributes["Arn"] == f"arn:aws:kms:{ACCOUNT}:key/{key.reference}"
    named = {"AliasName": "alias/shop", "TargetKeyId": key.reference}
    alias = aliases.create(emulated("KeyAlias"), named)
    assert aliases.create(emulated("KeyAlias"), named).existed
    found = emulated.clients.get("kms").describe_key(KeyId="alias/shop")["KeyMetadata"]
    assert found["KeyId"] == key.reference

    pool = pools.create(emulated("Users"), {"UserPoolName": "users", "AutoVerifiedAttributes": ["email"]})
    of_pool = {"UserPoolId": pool.reference, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}
    client = clients.create(emulated("Web"), of_pool)
    for row, made, own in (
        (clients, client, of_pool),
        (pools, pool, {}),
        (aliases, alias, named),
        (keys, key, {}),
    ):
        row.delete(emulated(), made, own)
        row.delete(emulated(), made, own)


@pytest.mark.parametrize(
    "type, properties, message",
    [
        ("AWS::SQS::Queue", {"QueueName": "what?"}, "Can only include alphanumeric"),
        ("AWS::DynamoDB::Table", {"TableName": "orders", "KeySchema": KEY}, "CreateTable fails in the local"),
        ("AWS::DynamoDB::Table", {**TABLE, "KeySchema": "id"}, "Invalid type for parameter KeySchema"),
        ("AWS::S3::Bucket", {"BucketName": "Not A Bucket"}, "Invalid bucket name"),
        ("AWS::S3::Bucket", {"BucketName": "shop" * 16}, "The stack's name is in it: choose another"),
        ("AWS::KMS::Alias", {"AliasName": "alias/a", "TargetKeyId": "gone"}, "gone"),
    ],
)
def test_refusals(emulated: Maker, type: str, properties: dict[str, Any], message: str) -> None:
    """What a service refuses is one line with its reason."""
    with pytest.raises(ResourceError) as refused:
        resource_type(type).create(emulated(), properties)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)

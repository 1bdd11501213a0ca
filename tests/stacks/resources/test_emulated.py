"""Resources in the local AWS services: created, created again, updated and deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError
from sfn_cli.stacks.resources.table import resource_type
from tests.stacks.resources.conftest import ID, KEY, SUFFIX, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stacks.resources.conftest import Maker

pytestmark = pytest.mark.slow  # the local services take seconds to start

ACCOUNT = "us-east-1:123456789012"
BY_DAY = {
    "IndexName": "by-day",
    "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}


def queue_attributes(emulated: Maker, created: CreatedResource) -> dict[str, Any]:
    answer = emulated.clients.get("sqs").get_queue_attributes(
        QueueUrl=created.reference, AttributeNames=["All"]
    )
    found = {
        name: value
        for name, value in answer["Attributes"].items()
        if name in ("VisibilityTimeout", "FifoQueue")
    }
    policy = answer["Attributes"].get("RedrivePolicy")
    return {**found, "RedrivePolicy": json.loads(policy)} if policy else found


def topic_attributes(emulated: Maker, created: CreatedResource) -> dict[str, Any]:
    attributes = emulated.clients.get("sns").get_topic_attributes(TopicArn=created.reference)["Attributes"]
    return {"DisplayName": attributes["DisplayName"]}


def table_facts(emulated: Maker, created: CreatedResource) -> dict[str, Any]:
    client = emulated.clients.get("dynamodb")
    table = client.describe_table(TableName=created.reference)["Table"]
    ttl = client.describe_time_to_live(TableName=created.reference)["TimeToLiveDescription"]
    return {
        "indexes": [index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])],
        "stream": table.get("StreamSpecification", {}).get("StreamViewType"),
        "ttl": ttl.get("AttributeName") if ttl["TimeToLiveStatus"] == "ENABLED" else None,
        "billing": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
    }


def bucket_facts(emulated: Maker, created: CreatedResource) -> dict[str, Any]:
    client = emulated.clients.get("s3")
    cors = client.get_bucket_cors(Bucket=created.reference)["CORSRules"][0]
    return {
        "versioning": client.get_bucket_versioning(Bucket=created.reference).get("Status"),
        "age": cors["MaxAgeSeconds"],
    }


def parameter_facts(emulated: Maker, created: CreatedResource) -> dict[str, Any]:
    parameter = emulated.clients.get("ssm").get_parameter(Name=created.reference)["Parameter"]
    return {"Value": parameter["Value"], "Type": parameter["Type"]}


def secret_value(emulated: Maker, created: CreatedResource) -> dict[str, Any]:
    value = emulated.clients.get("secretsmanager").get_secret_value(SecretId=created.reference)
    return {"SecretString": value["SecretString"]}


def stream_facts(emulated: Maker, created: CreatedResource) -> dict[str, Any]:
    client = emulated.clients.get("kinesis")
    summary = client.describe_stream_summary(StreamName=created.reference)["StreamDescriptionSummary"]
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
    look: Callable[[Maker, CreatedResource], dict[str, Any]],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """A resource has its properties when it is created, created again, or updated.

    Its names are those predicted; deleting it twice is no error.
    """
    row = resource_type(type)
    created = row.create(emulated(), properties)
    assert (created.physical_id, created.existed) == (physical_id, False)
    assert attributes.items() <= created.attributes.items()
    predicted = row.predict(emulated().naming, properties)
    assert predicted.physical_id == physical_id
    assert predicted.attributes.keys() == created.attributes.keys()
    assert look(emulated, created) == before

    again = row.create(emulated(), changed)
    assert (again.physical_id, again.existed) == (physical_id, True)
    assert look(emulated, created) == after

    assert row.update is not None
    assert row.update(emulated(), again, changed, properties).physical_id == physical_id
    assert look(emulated, created) == before

    row.delete(emulated(), created, properties)
    row.delete(emulated(), created, properties)
    with pytest.raises(ClientError):
        look(emulated, created)


@pytest.mark.parametrize(
    "type, properties, message",
    [
        ("AWS::SQS::Queue", {"QueueName": "what?"}, "Can only include alphanumeric"),
        (
            "AWS::DynamoDB::Table",
            {"TableName": "orders", "KeySchema": KEY},
            "failed on CreateTable of dynamodb",
        ),
        ("AWS::DynamoDB::Table", {**TABLE, "KeySchema": "id"}, "Invalid type for parameter KeySchema"),
        ("AWS::S3::Bucket", {"BucketName": "Not A Bucket"}, "Invalid bucket name"),
        ("AWS::S3::Bucket", {"BucketName": "shop" * 16}, "It begins with the stack's name: choose another"),
        ("AWS::KMS::Alias", {"AliasName": "alias/a", "TargetKeyId": "gone"}, "gone"),
    ],
)
def test_refusals(emulated: Maker, type: str, properties: dict[str, Any], message: str) -> None:
    """A service's error becomes one line with its reason."""
    with pytest.raises(ResourceError) as refused:
        resource_type(type).create(emulated(), properties)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


FUNCTION = f"arn:aws:lambda:{ACCOUNT}:function:count"


def bucket_notifications(emulated: Maker, bucket: str) -> dict[str, list[str]]:
    """The keys' suffixes of a bucket's notifications, by their targets."""
    found = emulated.clients.get("s3").get_bucket_notification_configuration(Bucket=bucket)
    targets: dict[str, list[str]] = {}
    for one in found.get("LambdaFunctionConfigurations", []):
        rules = one.get("Filter", {}).get("Key", {}).get("FilterRules", [])
        targets.setdefault(one["LambdaFunctionArn"], []).extend(rule["Value"] for rule in rules)
    return targets


def notified(function: str, suffix: str) -> dict[str, Any]:
    rules = [{"Name": "Suffix", "Value": suffix}]
    one = {"Event": "s3:ObjectCreated:*", "Function": function, "Filter": {"S3Key": {"Rules": rules}}}
    return {"NotificationConfiguration": {"LambdaConfigurations": [one]}}


def test_notifications_of_a_bucket(emulated: Maker) -> None:
    """Those in a bucket's properties are set with it, changed, and removed with the property."""
    row = resource_type("AWS::S3::Bucket")
    assert row.update is not None
    old = {"BucketName": "notified", **notified(FUNCTION, ".csv")}
    created = row.create(emulated("Notified"), old)
    assert bucket_notifications(emulated, "notified") == {FUNCTION: [".csv"]}
    new = {"BucketName": "notified", **notified(FUNCTION, ".txt")}
    row.update(emulated("Notified"), created, old, new)
    assert bucket_notifications(emulated, "notified") == {FUNCTION: [".txt"]}
    row.update(emulated("Notified"), created, new, {"BucketName": "notified"})
    assert bucket_notifications(emulated, "notified") == {}


def test_notifications_that_share_a_bucket(emulated: Maker) -> None:
    """Resources of their own change and delete only their own notifications."""
    resource_type("AWS::S3::Bucket").create(emulated("Shared"), {"BucketName": "shared"})
    row = resource_type("Terraform::S3::BucketNotification")
    assert row.update is not None
    first, second = ({"Bucket": "shared", **notified(f"{FUNCTION}{n}", f".{n}")} for n in (1, 2))
    created = row.create(emulated("First"), first)
    row.create(emulated("Second"), second)
    both = {f"{FUNCTION}1": [".1"], f"{FUNCTION}2": [".2"]}
    assert bucket_notifications(emulated, "shared") == both
    row.create(emulated("First"), first)
    assert bucket_notifications(emulated, "shared") == both
    row.delete(emulated("First"), created, first)
    assert bucket_notifications(emulated, "shared") == {f"{FUNCTION}2": [".2"]}


def test_notifications_of_cdk(emulated: Maker) -> None:
    """CDK's custom resource has the configuration of the operation; no function of CDK is called."""
    resource_type("AWS::S3::Bucket").create(emulated("Cdk"), {"BucketName": "cdk"})
    row = resource_type("Custom::S3BucketNotifications")
    rules = [{"Name": "suffix", "Value": ".csv"}]
    one = {
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": rules}},
        "LambdaFunctionArn": FUNCTION,
    }
    properties = {
        "ServiceToken": "none",
        "BucketName": "cdk",
        "NotificationConfiguration": {"LambdaFunctionConfigurations": [one], "EventBridgeConfiguration": {}},
        "Managed": True,
    }
    created = row.create(emulated("Cdk"), properties)
    assert bucket_notifications(emulated, "cdk") == {FUNCTION: [".csv"]}
    row.delete(emulated("Cdk"), created, properties)
    assert bucket_notifications(emulated, "cdk") == {}


def test_notifications_of_a_bucket_elsewhere(emulated: Maker) -> None:
    """A bucket that is not part of the project is reported, and is no error."""
    elsewhere = {"Bucket": "elsewhere", **notified(FUNCTION, ".csv")}
    resource_type("Terraform::S3::BucketNotification").create(emulated("Theirs"), elsewhere)
    assert "Theirs: the bucket elsewhere does not exist." in emulated.reports

"""The content of local AWS resources: secrets, messages, objects, items, code, keys and pools."""

from __future__ import annotations

import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.resources.local.function_code import zip_of_files
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError
from sfn_cli.stacks.resources.table import resource_type
from sfn_cli.stacks.triggers.services import service_triggers
from sfn_cli.stacks.triggers.trigger import Firing, TriggerError
from sfn_cli.store.records.stacks import StoredResource
from tests.stacks.resources.conftest import TABLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stacks.resources.conftest import Maker

pytestmark = pytest.mark.slow  # the local services take seconds to start

ACCOUNT = "us-east-1:123456789012"


def _secret_value(emulated: Maker, created: CreatedResource) -> str:
    value = emulated.clients.get("secretsmanager").get_secret_value(SecretId=created.reference)
    return str(value["SecretString"])


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
    """A generated secret follows its rule, and changes only with the rule."""
    row = resource_type("AWS::SecretsManager::Secret")
    properties = {"GenerateSecretString": rule}
    created = row.create(emulated("Generated"), properties)
    assert created.reference == created.attributes["Id"]
    before = _secret_value(emulated, created)
    assert re.fullmatch(value, before)
    assert row.create(emulated("Generated"), properties).existed
    assert _secret_value(emulated, created) == before
    row.delete(emulated("Generated"), created, properties)


def test_subscriptions(emulated: Maker) -> None:
    """A queue's subscription delivers messages; those of functions and email are only listed."""
    queues, topics, subscriptions = (
        resource_type(type) for type in ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::SNS::Subscription")
    )
    queue = queues.create(emulated("Inbox"), {})
    topic = topics.create(emulated("News"), {})
    to_queue = {"TopicArn": topic.reference, "Protocol": "sqs", "Endpoint": queue.attributes["Arn"]}
    raw = {**to_queue, "RawMessageDelivery": "true", "FilterPolicy": {"kind": ["sport"]}}
    created = subscriptions.create(emulated("ToInbox"), raw)
    assert subscriptions.create(emulated("ToInbox"), raw).reference == created.reference
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
        (subscriptions, created, raw),
        (subscriptions, listed, mail),
        (topics, topic, {}),
        (queues, queue, {}),
    ):
        row.delete(emulated(), it, own)
        row.delete(emulated(), it, own)


def test_bucket_with_objects(emulated: Maker) -> None:
    """Deleting a bucket deletes its objects and all their versions."""
    row = resource_type("AWS::S3::Bucket")
    properties = {"BucketName": "letters", "VersioningConfiguration": {"Status": "Enabled"}}
    created = row.create(emulated(), properties)
    s3 = emulated.clients.get("s3")
    for body in (b"one", b"two"):
        s3.put_object(Bucket="letters", Key="a", Body=body)
    s3.delete_object(Bucket="letters", Key="a")
    row.delete(emulated(), created, properties)
    assert s3.list_buckets()["Buckets"] == []


def test_files_of_a_cdk_app(emulated: Maker, tmp_path: Path) -> None:
    """A BucketDeployment puts folders and archives into its bucket, with their markers replaced."""
    bucket = resource_type("AWS::S3::Bucket").create(emulated("Pages"), {}).reference
    (tmp_path / "pages" / "css").mkdir(parents=True)
    (tmp_path / "pages" / "css" / "a.css").write_text("b")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("config.json", '{"table": "<<marker:1>>"}')
    properties = {
        "DestinationBucketName": bucket,
        "DestinationBucketKeyPrefix": "site/",
        "Sources": [str(tmp_path / "pages"), str(tmp_path / "c.zip")],
        "SourceMarkers": [{}, {"<<marker:1>>": "orders"}],
    }
    row = resource_type("Custom::CDKBucketDeployment")
    row.create(emulated("Deploy"), properties)
    s3 = emulated.clients.get("s3")
    found = {one["Key"]: s3.get_object(Bucket=bucket, Key=one["Key"])
             for one in s3.list_objects_v2(Bucket=bucket)["Contents"]}  # fmt: skip
    assert {key: one["Body"].read() for key, one in found.items()} == {
        "site/css/a.css": b"b",
        "site/config.json": b'{"table": "orders"}',
    }
    assert found["site/css/a.css"]["ContentType"] == "text/css"
    assert row.fingerprint is not None
    before = row.fingerprint(properties)
    (tmp_path / "pages" / "b.html").touch()
    assert row.fingerprint(properties) != before


def test_a_damaged_archive(emulated: Maker, tmp_path: Path) -> None:
    """It is an error of the resource, which names the file."""
    bucket = resource_type("AWS::S3::Bucket").create(emulated("Damaged"), {}).reference
    path = tmp_path / "c.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("c", "content")
    content = bytearray(path.read_bytes())
    content[31] = 0xFF  # the first byte after the header of the entry
    path.write_bytes(content)
    properties = {"DestinationBucketName": bucket, "Sources": [str(path)]}
    with pytest.raises(ResourceError, match=f"Cannot read {path}: "):
        resource_type("Custom::CDKBucketDeployment").create(emulated("Deploy"), properties)


@pytest.mark.parametrize(
    "changed, report",
    [
        (
            {"Sources": None},
            "Deploy: no files are copied to here: sfn knows them only from the CDK app itself.",
        ),
        ({}, "Deploy: the bucket here does not exist."),
    ],
)
def test_files_that_are_not_copied(emulated: Maker, changed: dict[str, Any], report: str) -> None:
    """A template alone has no files, and a bucket may be elsewhere: both are reported."""
    properties = {"DestinationBucketName": "here", "Sources": ["/nowhere"], **changed}
    resource_type("Custom::CDKBucketDeployment").create(emulated("Deploy"), properties)
    assert emulated.reports[-1] == report


def test_objects_that_a_trigger_puts(emulated: Maker, tmp_path: Path) -> None:
    """The event of a bucket is an object with a text or a file, or becomes one itself."""
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8")
    resource_type("AWS::S3::Bucket").create(emulated("Inbox"), {"BucketName": "inbox"})
    stored = StoredResource(
        0, "Inbox", "AWS::S3::Bucket", "inbox", "CREATE_COMPLETE", {}, "inbox", {}, None, "", False
    )
    (trigger,) = service_triggers(stored)
    s3 = emulated.clients.get("s3")

    def fire(event: Any) -> None:
        trigger.fire(Firing(emulated.service, emulated.clients, json.dumps(event)))

    for event, key, body in (
        ({"key": "a", "body": "text"}, "a", b"text"),
        ({"key": "a", "body": {"n": 1}}, "a", b'{"n": 1}'),
        ({"key": "a", "file": str(tmp_path / "a.jpg")}, "a", b"\xff\xd8"),
        ({"key": "a", "n": 1}, "example.json", b'{"key": "a", "n": 1}'),
    ):
        fire(event)
        assert s3.get_object(Bucket="inbox", Key=key)["Body"].read() == body
    with pytest.raises(TriggerError, match="Cannot read /nowhere/a: No such file or directory"):
        fire({"key": "a", "file": "/nowhere/a"})


def test_content(emulated: Maker, tmp_path: Path) -> None:
    """Objects and items come from files and strings; a file may not exist yet."""
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
        created = objects.create(emulated("Picture"), properties)
        assert created.reference == "a"
        assert s3.get_object(Bucket=bucket.reference, Key="a")["Body"].read() == stored
    assert emulated.reports[-1:] == ["Picture: /nowhere/a does not exist. The object is empty."]
    objects.delete(emulated("Picture"), created, properties)
    objects.delete(emulated("Picture"), created, properties)

    table = tables.create(emulated("Orders"), {**TABLE, "TableName": None})
    item = {"TableName": table.reference, "HashKey": "id", "Item": '{"id": {"S": "1"}, "n": {"N": "2"}}'}
    created = items.create(emulated("First"), item)
    dynamodb = emulated.clients.get("dynamodb")
    found = dynamodb.get_item(TableName=table.reference, Key={"id": {"S": "1"}})["Item"]
    assert found == {"id": {"S": "1"}, "n": {"N": "2"}}
    changed = {**item, "Item": {"id": {"S": "2"}}}
    assert items.update is not None
    created = items.update(emulated("First"), created, item, changed)
    assert [each["id"]["S"] for each in dynamodb.scan(TableName=table.reference)["Items"]] == ["2"]
    items.delete(emulated("First"), created, changed)
    items.delete(emulated("First"), created, changed)
    for row in (objects, items):
        row.delete(emulated(), row.create(emulated("Unknown"), {}), {})
    for row, it in ((tables, table), (buckets, bucket)):
        row.delete(emulated(), it, {})


def test_code_and_definitions_in_buckets(emulated: Maker) -> None:
    """Code and definitions are read from the local S3; a function without its code fails clearly."""
    functions, machines = (
        resource_type(type) for type in ("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine")
    )
    s3 = emulated.clients.get("s3")
    s3.create_bucket(Bucket="artifacts")
    s3.put_object(Bucket="artifacts", Key="price.zip", Body=zip_of_files({"index.py": b"one"}))
    s3.put_object(
        Bucket="artifacts",
        Key="pay.asl.yaml",
        Body=b"StartAt: P\nTimeoutSeconds: ${limit}\nStates: {P: {Type: Succeed}}",
    )
    code = {"S3Bucket": "artifacts", "S3Key": "price.zip"}
    properties = {"FunctionName": "price", "Runtime": "python3.12", "Handler": "index.handler", "Code": code}
    functions.create(emulated("Price"), properties)
    stored = emulated.call("lambda", "GetFunctionConfiguration", FunctionName="price")
    assert stored is not None
    assert stored["CodeSize"] > 0
    emulated.reports.clear()
    functions.create(emulated("Price"), {**properties, "Code": {**code, "S3Key": "gone.zip"}})
    (report,) = emulated.reports
    missing = "Price: s3://artifacts/gone.zip does not exist in the local S3. Name a local file"
    assert report.startswith(missing)
    assert report.endswith("The function is created, but invoking it fails.")

    location = {"Bucket": "artifacts", "Key": "pay.asl.yaml"}
    machine = {"DefinitionS3Location": location, "DefinitionSubstitutions": {"limit": 5}}
    created = machines.create(emulated("Pay"), machine)
    found = emulated.call("stepfunctions", "DescribeStateMachine", stateMachineArn=created.reference)
    assert found is not None
    assert json.loads(found["definition"])["TimeoutSeconds"] == 5
    with pytest.raises(ResourceError, match="s3://artifacts/gone does not exist in the local S3"):
        machines.create(emulated("Gone"), {"DefinitionS3Location": {**location, "Key": "gone"}})
    resource_type("AWS::S3::Bucket").delete(emulated(), CreatedResource("artifacts", {}), {})


def test_keys_and_pools(emulated: Maker) -> None:
    """Keys, user pools and their clients have no name, and are created under an id."""
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
    for row, created, own in (
        (clients, client, of_pool),
        (pools, pool, {}),
        (aliases, alias, named),
        (keys, key, {}),
    ):
        row.delete(emulated(), created, own)
        row.delete(emulated(), created, own)

"""Events of topics and buckets that become deliveries, in the real local AWS services."""

from __future__ import annotations

import json
from hashlib import md5
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

from sfn_cli.store.sqlite.store import SqliteStore
from tests.processes import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.store.records.events.deliveries import Delivery
    from tests.integrations.aws.emulator.conftest import LocalServices

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:count"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:{}"
HOOK = "http://127.0.0.1:9/hook"


@pytest.fixture(scope="module")
def store(local: LocalServices) -> Iterator[SqliteStore]:
    found = SqliteStore(local.settings.home)
    yield found
    found.close()


def deliveries(store: SqliteStore, source: str) -> list[Delivery]:
    """Returns the deliveries in the order in which they were stored, whatever the clock said."""
    found = [one for one in store.deliveries.changed_since(0) if one.source == source]
    return sorted(found, key=lambda one: one.id)


def payload(delivery: Delivery) -> Any:
    return json.loads(delivery.payload)


def test_a_topic_and_a_function(local: LocalServices, store: SqliteStore) -> None:
    """A message becomes a delivery of the event that Lambda gets, before Publish returns."""
    sns = local.client("sns")
    topic = sns.create_topic(Name="paid")["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)["SubscriptionArn"]
    published = sns.publish(
        TopicArn=topic,
        Message="1001",
        Subject="Paid",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "card"}},
    )
    (found,) = deliveries(store, "topic/paid")
    assert (found.event_id, found.target, found.target_key) == (
        published["MessageId"],
        FUNCTION,
        subscription,
    )
    (record,) = payload(found)["Records"]
    assert record["EventSource"] == "aws:sns"
    assert record["EventSubscriptionArn"] == subscription
    message = record["Sns"]
    assert {name: message[name] for name in ("Type", "TopicArn", "Subject", "Message")} == {
        "Type": "Notification",
        "TopicArn": topic,
        "Subject": "Paid",
        "Message": "1001",
    }
    assert message["MessageAttributes"] == {"kind": {"Type": "String", "Value": "card"}}


def test_a_filter_policy_and_a_message_for_each_protocol(local: LocalServices, store: SqliteStore) -> None:
    """A function gets the messages that its filter policy matches, in its protocol's form."""
    sns = local.client("sns")
    topic = sns.create_topic(Name="filtered")["TopicArn"]
    attributes = {"FilterPolicy": json.dumps({"kind": ["card"]})}
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION, Attributes=attributes)
    for kind in ("cash", "card"):
        sns.publish(
            TopicArn=topic,
            Message=json.dumps({"default": "any", "lambda": kind}),
            MessageStructure="json",
            MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
        )
    found = [payload(one)["Records"][0]["Sns"]["Message"] for one in deliveries(store, "topic/filtered")]
    assert found == ["card"]


def test_an_http_endpoint_confirms_its_subscription(local: LocalServices, store: SqliteStore) -> None:
    """An HTTP endpoint gets messages once the URL in its SubscriptionConfirmation was requested."""
    sns = local.client("sns")
    topic = sns.create_topic(Name="hooked")["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=HOOK)["SubscriptionArn"]
    sns.publish(TopicArn=topic, Message="not yet")
    (asked,) = deliveries(store, "topic/hooked")
    assert (asked.target, payload(asked)["Type"]) == (HOOK, "SubscriptionConfirmation")
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.confirm_subscription(TopicArn=topic, Token="wrong")
    with urlopen(payload(asked)["SubscribeURL"]) as answer:
        assert subscription in answer.read().decode()
    sns.publish(TopicArn=topic, Message="1001")
    _, found = deliveries(store, "topic/hooked")
    headers = found.options["HttpParameters"]["HeaderParameters"]  # type: ignore[index,call-overload]
    assert headers["x-amz-sns-message-type"] == "Notification"  # type: ignore[index,call-overload]
    message = payload(found)
    assert (message["Type"], message["Message"]) == ("Notification", "1001")
    with urlopen(message["UnsubscribeURL"]):
        pass
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_a_queue_that_does_not_exist(local: LocalServices, store: SqliteStore) -> None:
    """A subscription whose queue was deleted fails alone, and the failure can be seen."""
    sns = local.client("sns")
    topic = sns.create_topic(Name="partly")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE.format("gone"))
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)
    sns.publish(TopicArn=topic, Message="1001")
    until(lambda: len(deliveries(store, "topic/partly")) == 2, "the record of the failure")
    found = {one.target: one.result for one in deliveries(store, "topic/partly")}
    assert found.keys() == {QUEUE.format("gone"), FUNCTION}
    assert "queue does not exist" in str(found[QUEUE.format("gone")])


def test_a_bucket_and_a_function(local: LocalServices, store: SqliteStore) -> None:
    """An object's event becomes a delivery for the functions whose events and filters match."""
    s3 = local.client("s3")
    s3.create_bucket(Bucket="uploads")
    rules = [{"Name": "Prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]
    configurations = [
        {
            "Id": "new",
            "LambdaFunctionArn": FUNCTION,
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": rules}},
        },
        {"Id": "gone", "LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectRemoved:Delete"]},
    ]
    s3.put_bucket_notification_configuration(
        Bucket="uploads", NotificationConfiguration={"LambdaFunctionConfigurations": configurations}
    )
    for key in ("in/a b.csv", "in/a.txt", "a.csv"):
        s3.put_object(Bucket="uploads", Key=key, Body=b"1,2")
    s3.delete_object(Bucket="uploads", Key="a.csv")
    created, removed = deliveries(store, "bucket/uploads")
    assert (created.target, created.target_key, removed.target_key) == (FUNCTION, "new", "gone")
    (record,) = payload(created)["Records"]
    assert (record["eventSource"], record["eventName"]) == ("aws:s3", "ObjectCreated:Put")
    assert record["s3"]["configurationId"] == "new"
    assert record["s3"]["bucket"] == {
        "name": "uploads",
        "ownerIdentity": {"principalId": "AWS:SFN"},
        "arn": "arn:aws:s3:::uploads",
    }
    assert record["s3"]["object"] == {
        "key": "in/a+b.csv",
        "size": 3,
        "eTag": md5(b"1,2").hexdigest(),
        "sequencer": record["s3"]["object"]["sequencer"],
    }
    assert set(payload(removed)["Records"][0]["s3"]["object"]) == {"key", "sequencer"}


def test_a_versioned_bucket(local: LocalServices, store: SqliteStore) -> None:
    """Deleting an object of a versioned bucket creates a delete marker; both have version ids."""
    s3 = local.client("s3")
    s3.create_bucket(Bucket="versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    configuration = {
        "Id": "all",
        "LambdaFunctionArn": FUNCTION,
        "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
    }
    s3.put_bucket_notification_configuration(
        Bucket="versions", NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
    )
    versions = [s3.put_object(Bucket="versions", Key="a", Body=b"1")["VersionId"]]
    versions.append(s3.delete_object(Bucket="versions", Key="a")["VersionId"])
    records = [payload(one)["Records"][0] for one in deliveries(store, "bucket/versions")]
    assert [record["eventName"] for record in records] == [
        "ObjectCreated:Put",
        "ObjectRemoved:DeleteMarkerCreated",
    ]
    assert [record["s3"]["object"]["versionId"] for record in records] == versions
    order = [record["s3"]["object"]["sequencer"] for record in records]
    assert order == sorted(order)


def test_a_bucket_and_a_queue_and_a_topic(local: LocalServices, store: SqliteStore) -> None:
    """Queues and topics get the notification at once, and what came of it is recorded."""
    s3, sqs, sns = map(local.client, ("s3", "sqs", "sns"))
    s3.create_bucket(Bucket="fanout")
    url = sqs.create_queue(QueueName="objects")["QueueUrl"]
    topic = sns.create_topic(Name="objects")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)
    s3.put_bucket_notification_configuration(
        Bucket="fanout",
        NotificationConfiguration={
            "QueueConfigurations": [
                {"Id": name, "QueueArn": QUEUE.format(name), "Events": ["s3:ObjectCreated:Put"]}
                for name in ("objects", "missing")
            ],
            "TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:Put"]}],
        },
    )
    while "TestEvent" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]["Body"]:
        pass
    s3.put_object(Bucket="fanout", Key="a", Body=b"1")
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert json.loads(message["Body"])["Records"][0]["s3"]["object"]["key"] == "a"
    published = [payload(one)["Records"][0]["Sns"] for one in deliveries(store, "topic/objects")]
    assert [one["Subject"] for one in published][-1] == "Amazon S3 Notification"
    until(lambda: len(deliveries(store, "bucket/fanout")) == 3, "the records")
    found = {one.target: one.status for one in deliveries(store, "bucket/fanout")}
    assert found == {
        QUEUE.format("objects"): "DELIVERED",
        QUEUE.format("missing"): "FAILED",
        topic: "DELIVERED",
    }

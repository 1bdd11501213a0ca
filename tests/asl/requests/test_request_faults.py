"""The arguments of aws-sdk tasks and reserved fields: what AWS refuses when a machine is created.

Sources: `stackd` is radkawar/stackd's captures of AWS (sdk_admission.json and
ecs_schema_admission.json, 2026-09), `guide` AWS's developer guide, `jackson` the words of the
library that AWS uses, by its source.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.asl.validation.findings import SCHEMA, findings_of

PUT = {"Bucket": "b", "Key": "k", "Body": "text"}
SEND = {"QueueUrl": "q", "MessageBody": "m"}
BOOLEAN, INSTANT, HASH_MAP = "java.lang.Boolean", "java.time.Instant", "java.util.LinkedHashMap"
ATTRIBUTE = "software.amazon.awssdk.services.sqs.model.MessageAttributeValue$BuilderImpl"
ALARM = {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "c"}


def faults(action: str, arguments: Any, language: str = "JSONPath") -> list[str]:
    """Returns AWS's words; all faults have the same code and place."""
    field = "Arguments" if language == "JSONata" else "Parameters"
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{action}", field: arguments, "End": True}
    found = findings_of({"StartAt": "T", "States": {"T": task}, "QueryLanguage": language})
    assert all((code, location) == (SCHEMA, f"/States/T/{field}") for code, _, location in found), found
    return [message for _, message, _ in found]


def attributes(**fields: Any) -> Any:
    return {**SEND, "MessageAttributes": {"key": fields}}


@pytest.mark.parametrize(
    "action, arguments, expected",
    [
        # Required fields: all of them, and nothing else (stackd)
        ("s3:putObject", {"Key": "k"}, ["Bucket", "Body"]),
        ("s3:putObject", {"bucket": "b", "Key": "k"}, ["Bucket", "Body"]),
        ("s3:putObject", {"bucket": "b", "Key": "k", "Body": "text"}, ["Bucket"]),
        ("sqs:sendMessage", {}, ["QueueUrl", "MessageBody"]),
        ("sqs:sendMessage", {"Foo": 1, "DelaySeconds": "1"}, ["QueueUrl", "MessageBody"]),
        ("sqs:sendMessage.waitForTaskToken", {"MessageBody": "m"}, ["QueueUrl"]),
        ("sqs:sendMessage", {"QueueUrl.$": "$.q", "MessageBody": None}, []),
        ("sqs:sendMessage", attributes(StringValue="text"), []),  # none in nested structures
        # The SDK fills an idempotency token. (ours)
        ("secretsmanager:rotateSecret", {"SecretId": "s"}, []),
        ("organizations:listRoots", {}, []),
    ],
)
def test_required_fields(action: str, arguments: Any, expected: list[str]) -> None:
    missing = [f"The field '{name}' is required but was missing" for name in expected]
    assert faults(f"aws-sdk:{action}", arguments) == missing


@pytest.mark.parametrize(
    "action, arguments, field, suggestion",
    [
        ("s3:putObject", {**PUT, "contentType": "t"}, "contentType", "ContentType"),  # stackd
        ("s3:putObject", {**PUT, "Bogus": 1}, "Bogus", "Bucket"),  # stackd
        ("s3:putObject", {**PUT, "ContentTyp.$": "$.t"}, "ContentTyp", "ContentType"),
        ("sqs:sendMessage", {**SEND, "delaySeconds": 2}, "delaySeconds", "DelaySeconds"),
        ("sqs:sendMessage", attributes(DataType="S", Bogus="t"), "Bogus", None),  # stackd: nested
        ("sqs:sendMessage", attributes(**{"Bogus.$": "$.t"}), "Bogus", None),
        ("ec2:describeInstances", {"Filter": [{"Name": "n"}]}, "Filter", "Filters"),  # guide: plural
        (
            "rds:stopDBInstance",
            {"DbInstanceIdentifier": "d", "DBSnapshotIdentifier": 1},
            "DBSnapshotIdentifier",
            "DbSnapshotIdentifier",
        ),
        ("sts:getCallerIdentity", {"Bogus": 1}, "Bogus", None),
    ],
)
def test_unknown_fields(action: str, arguments: Any, field: str, suggestion: str | None) -> None:
    """The first unknown field is reported, with the most similar one of the request."""
    hint = f". Did you mean '{suggestion}'?" if suggestion else ""
    expected = f'The field "{field}" is not supported by Step Functions{hint}'
    assert faults(f"aws-sdk:{action}", arguments) == [expected]


WRONG_SCALARS: list[tuple[str, Any, str, str]] = [
    ("s3:putObject", {**PUT, "Bucket": 123}, "Bucket", "a STRING"),  # stackd
    ("s3:putObject", {**PUT, "StorageClass": True}, "StorageClass", "a STRING"),
    ("sqs:sendMessage", {**SEND, "DelaySeconds": "2"}, "DelaySeconds", "an INTEGER"),  # stackd
    ("sqs:sendMessage", {**SEND, "DelaySeconds": 2.5}, "DelaySeconds", "an INTEGER"),
    ("sqs:sendMessage", {**SEND, "DelaySeconds": True}, "DelaySeconds", "an INTEGER"),
    ("sqs:sendMessage", attributes(DataType=123, StringValue=12), "DataType", "a STRING"),  # stackd
    ("ec2:startInstances", {"InstanceIds": ["i", 1]}, "InstanceIds", "a STRING"),
    ("s3:putObject", {**PUT, "Metadata": {"key": 1}}, "key", "a STRING"),
    ("cloudwatch:putMetricAlarm", {**ALARM, "Threshold": "1"}, "Threshold", "a NUMBER"),  # (ours)
    ("sqs:sendMessage", {**SEND, "DelaySeconds": "2", "Bogus": 1}, "DelaySeconds", "an INTEGER"),
]


@pytest.mark.parametrize("action, arguments, field, wanted", WRONG_SCALARS)
def test_scalars(action: str, arguments: Any, field: str, wanted: str) -> None:
    """Of several faults, the first is reported."""
    expected = f"The value for the field '{field}' must be {wanted}"
    assert faults(f"aws-sdk:{action}", arguments) == [expected]


def cannot_read(java_type: str, value: str) -> str:
    return f"Cannot deserialize value of type `{java_type}` from {value}"


def cannot_construct(java_type: str, needed: str, value: str) -> str:
    return (
        f"Cannot construct instance of `{java_type}` (although at least one Creator exists): "
        f"no {needed}-argument constructor/factory method to deserialize from {value}"
    )


def cannot_parse(text: str, index: int) -> str:
    return cannot_read(INSTANT, f'String "{text}": Failed to deserialize {INSTANT}: ') + (
        f"(java.time.format.DateTimeParseException) Text '{text}' could not be parsed at index {index}"
    )


ARRAY = "Array value (token `JsonToken.START_ARRAY`)"
LIST = {"Bucket": "b"}

WRONG_VALUES: list[tuple[str, Any, str]] = [
    # stackd
    (
        "s3:listObjectsV2",
        {**LIST, "FetchOwner": 1.0},
        cannot_read(BOOLEAN, "Floating-point value (token `JsonToken.VALUE_NUMBER_FLOAT`)"),
    ),
    (
        "s3:listObjectsV2",
        {**LIST, "FetchOwner": "TrUe"},
        cannot_read(BOOLEAN, 'String "TrUe": only "true" or "false" recognized'),
    ),
    # jackson
    ("s3:listObjectsV2", {**LIST, "FetchOwner": [True]}, cannot_read(BOOLEAN, ARRAY)),
    (
        "s3:listObjectsV2",
        {**LIST, "FetchOwner": {}},
        cannot_read(BOOLEAN, "Object value (token `JsonToken.START_OBJECT`)"),
    ),
    (
        "sqs:sendMessage",
        {**SEND, "MessageAttributes": {"key": "text"}},
        cannot_construct(ATTRIBUTE, "String", "String value ('text')"),
    ),
    (
        "sqs:sendMessage",
        {**SEND, "MessageAttributes": {"key": 5}},
        cannot_construct(ATTRIBUTE, "int/Int", "Number value (5)"),
    ),
    (
        "sqs:sendMessage",
        {**SEND, "MessageAttributes": {"key": 5.5}},
        cannot_construct(ATTRIBUTE, "double/Double", "Number value (5.5)"),
    ),
    (
        "sqs:sendMessage",
        {**SEND, "MessageAttributes": {"key": True}},
        cannot_construct(ATTRIBUTE, "boolean/Boolean", "boolean value (true)"),
    ),
    ("sqs:sendMessage", {**SEND, "MessageAttributes": {"key": []}}, cannot_read(ATTRIBUTE, ARRAY)),
    (
        "ec2:startInstances",
        {"InstanceIds": "i-1"},
        cannot_read("java.util.ArrayList<java.lang.String>", "String value (token `JsonToken.VALUE_STRING`)"),
    ),
    ("s3:putObject", {**PUT, "Metadata": "m"}, cannot_construct(HASH_MAP, "String", "String value ('m')")),
    (
        "s3:putObject",
        {**PUT, "Metadata": [1]},
        cannot_read(f"{HASH_MAP}<java.lang.String,java.lang.String>", ARRAY),
    ),
    ("s3:putObject", {**PUT, "Expires": "tomorrow"}, cannot_parse("tomorrow", 0)),
    ("s3:putObject", {**PUT, "Expires": "2026-09-01"}, cannot_parse("2026-09-01", 10)),
    ("s3:putObject", {**PUT, "Expires": "2026-09-01T10:00:00"}, cannot_parse("2026-09-01T10:00:00", 19)),
    ("s3:putObject", {**PUT, "Expires": []}, cannot_read(INSTANT, ARRAY)),
    (
        "s3:putObject",
        {**PUT, "Expires": True},
        (
            "Unexpected token (VALUE_TRUE), expected one of "
            f"[VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT] for {INSTANT} value"
        ),
    ),
    (
        "dynamodb:putItem",
        {"TableName": "t", "Item": {"id": 1}},
        cannot_construct(
            "software.amazon.awssdk.services.dynamodb.model.AttributeValue$BuilderImpl",
            "int/Int",
            "Number value (1)",
        ),
    ),
]


@pytest.mark.parametrize("action, arguments, expected", WRONG_VALUES)
def test_values(action: str, arguments: Any, expected: str) -> None:
    assert faults(f"aws-sdk:{action}", arguments) == [expected]


@pytest.mark.parametrize(
    "action, arguments",
    [
        *(("s3:listObjectsV2", {"Bucket": "b", "FetchOwner": value})
          for value in (True, " TRUE ", "null", -1, "", None)),  # stackd
        ("s3:putObject", {**PUT, "Metadata": {"key": "value"}}),  # stackd
        ("s3:putObject", {**PUT, "Body": {"any": ["value", 1]}, "StorageClass": "NEW"}),  # LocalStack
        ("s3:putObject", {**PUT, "Expires": "2026-09-01T12:00:00.5Z"}),
        ("s3:putObject", {**PUT, "Expires": 1788264000}),
        ("sqs:sendMessage", {**SEND, "DelaySeconds": 2}),  # stackd
        ("sqs:sendMessage", {**SEND, "DelaySeconds.$": "$.d", "MessageAttributes.$": "$.a"}),
        ("sqs:sendMessage", attributes(**{"DataType.$": "$.t", "StringValue": None})),
        ("sqs:sendMessage", {**SEND, "MessageAttributes": {"key.$": "$.a"}}),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"id": "text", "n": {"N": "1"}}}),
        ("sfn:startExecution", {"StateMachineArn": "m", "Input": {"a": 1}}),  # LocalStack: as JSON text
        ("lambda:invoke", {"FunctionName": "f", "Payload": {"a": 1}, "DurableExecutionName": "d"}),
        ("costexplorer:getCostAndUsage",
         {"TimePeriod": {"Start": "a", "End": "b"}, "Granularity": "DAILY", "Metrics": ["m"]}),
        ("bedrockruntime:converse",
         {"ModelId": "m", "AdditionalModelRequestFields": {"any": [1]}}),  # a document
        ("lookoutvision:startModel", {"Anything": 1}),  # no longer in botocore
    ],
)  # fmt: skip
def test_accepted_values(action: str, arguments: Any) -> None:
    assert faults(f"aws-sdk:{action}", arguments) == []


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ({**SEND, "DelaySeconds": "{% $d %}", "MessageAttributes": "{% $a %}"}, []),
        (attributes(DataType="{% 'S' %}"), []),
        ("{% $states.input %}", []),
        ({**SEND, "DelaySeconds": "2"}, ["The value for the field 'DelaySeconds' must be an INTEGER"]),
        ({"MessageBody": "m"}, ["The field 'QueueUrl' is required but was missing"]),
        (
            {**SEND, "DelaySeconds.$": 1},
            ["The field \"DelaySeconds.$\" is not supported by Step Functions. Did you mean 'DelaySeconds'?"],
        ),
    ],
)
def test_jsonata(arguments: Any, expected: list[str]) -> None:
    """In JSONata, an expression fits every field, and `.$` has no meaning."""
    assert faults("aws-sdk:sqs:sendMessage", arguments, "JSONata") == expected


RUN_TASK = {"Cluster": "c", "TaskDefinition": "t:1", "LaunchType": "FARGATE"}


@pytest.mark.parametrize(
    "action, more, language, expected",
    [
        ("runTask.sync", {"StartedBy": "me"}, "JSONPath", ["StartedBy"]),  # stackd
        ("runTask.sync", {"Count.$": "$.n"}, "JSONPath", ["Count"]),  # stackd
        ("runTask.sync", {"Count": 2}, "JSONata", ["Count"]),  # stackd
        ("runTask.sync", {"StartedBy": "me", "Count": None}, "JSONPath", ["Count", "StartedBy"]),
        ("runTask.sync", {}, "JSONPath", []),
        ("runTask", {"Count": 2, "StartedBy": "me"}, "JSONPath", []),
    ],
)
def test_reserved_fields(action: str, more: Any, language: str, expected: list[str]) -> None:
    """Step Functions finds the task of `.sync` by these fields, and sets them itself."""
    refused = [f"The field '{name}' is not supported by Step Functions" for name in expected]
    assert faults(f"ecs:{action}", {**RUN_TASK, **more}, language) == refused

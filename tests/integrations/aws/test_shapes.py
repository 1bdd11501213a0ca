"""Requests and responses of AWS services: names, types and values in tasks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest

from sfn_cli.errors import StatesError
from sfn_cli.integrations.aws.shapes import sdk_member_name, shape_request, shape_result

SESSION = botocore.session.Session()
OBJECT = {"Bucket": "b", "Key": "k"}


def operation(service: str, name: str) -> Any:
    return SESSION.get_service_model(service).operation_model(name)


@pytest.mark.parametrize(
    "member, field",
    [
        ("stateMachineArn", "StateMachineArn"),
        ("TableName", "TableName"),
        ("ETag", "ETag"),
        ("ChecksumCRC32", "ChecksumCRC32"),
        ("DBInstanceIdentifier", "DbInstanceIdentifier"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("ACL", "Acl"),
        ("BOOL", "Bool"),
        ("NULL", "Nul"),
    ],
)
def test_names_of_fields(member: str, field: str) -> None:
    """A member is named as in the Java SDK, capitalised."""
    assert sdk_member_name(member) == field


@pytest.mark.parametrize(
    "service, name, arguments, expected",
    [
        (
            "stepfunctions",
            "StartExecution",
            {"StateMachineArn": "m", "Input": {"a": [1]}},
            {"stateMachineArn": "m", "input": '{"a":[1]}'},
        ),
        (
            "stepfunctions",
            "StartExecution",
            {"StateMachineArn": "m", "Input": None},
            {"stateMachineArn": "m"},
        ),
        ("rds", "StopDBInstance", {"DbInstanceIdentifier": "d"}, {"DBInstanceIdentifier": "d"}),
        ("rds", "StopDBInstance", {"DBInstanceIdentifier": "d"}, {"DBInstanceIdentifier": "d"}),
        (
            "dynamodb",
            "PutItem",
            {"TableName": "t", "Item": {"n": {"N": 5}}},
            {"TableName": "t", "Item": {"n": {"N": "5"}}},
        ),
        # A plain string is an attribute of type S, in every place for an attribute's value.
        (
            "dynamodb",
            "PutItem",
            {"TableName": "t", "Item": {"a": "x", "e": "", "m": {"M": {"b": "y"}}, "l": {"L": ["z"]}}},
            {
                "TableName": "t",
                "Item": {
                    "a": {"S": "x"},
                    "e": {"S": ""},
                    "m": {"M": {"b": {"S": "y"}}},
                    "l": {"L": [{"S": "z"}]},
                },
            },
        ),
        (
            "dynamodb",
            "UpdateItem",
            {"Key": {"id": "1"}, "ExpressionAttributeValues": {":a": "x"}, "UpdateExpression": "SET a = :a"},
            {
                "Key": {"id": {"S": "1"}},
                "ExpressionAttributeValues": {":a": {"S": "x"}},
                "UpdateExpression": "SET a = :a",
            },
        ),
        (
            "dynamodb",
            "BatchWriteItem",
            {"RequestItems": {"t": [{"PutRequest": {"Item": {"id": "1"}}}]}},
            {"RequestItems": {"t": [{"PutRequest": {"Item": {"id": {"S": "1"}}}}]}},
        ),
        ("sqs", "SendMessage", {"QueueUrl": "q", "DelaySeconds": "3"}, {"QueueUrl": "q", "DelaySeconds": 3}),
        ("s3", "ListObjectsV2", {"Bucket": "b", "MaxKeys": 7.0}, {"Bucket": "b", "MaxKeys": 7}),
        ("kms", "Encrypt", {"KeyId": "k", "Plaintext": "text"}, {"KeyId": "k", "Plaintext": b"text"}),
        # A stream always contains JSON; the Java SDK sets its content type.
        (
            "s3",
            "PutObject",
            {**OBJECT, "Body": "text"},
            {**OBJECT, "Body": b'"text"', "ContentType": "text/plain; charset=UTF-8"},
        ),
        (
            "s3",
            "PutObject",
            {**OBJECT, "Body": ["a", 1]},
            {**OBJECT, "Body": b'["a",1]', "ContentType": "text/plain; charset=UTF-8"},
        ),
        (
            "s3",
            "PutObject",
            {**OBJECT, "Body": 0, "ContentType": "n"},
            {**OBJECT, "Body": b"0", "ContentType": "n"},
        ),
    ],
)
def test_requests(service: str, name: str, arguments: Any, expected: Any) -> None:
    """A task's arguments are parsed as by the Java SDK; null counts as absent."""
    assert shape_request(operation(service, name).input_shape, arguments) == expected


@pytest.mark.parametrize(
    "service, name, arguments, expected",
    [
        ("dynamodb", "PutItem", {"Nmae": 1}, 'The field "Nmae" is not supported by Step Functions'),
        (
            "dynamodb",
            "PutItem",
            {"Item": {"n": {"M": {"x": {"Nmae": 1}}}}},
            'The field "Nmae" is not supported by Step Functions',
        ),
        ("dynamodb", "PutItem", {"Item": "one"}, 'The field "Item" must be an object'),
        ("dynamodb", "PutItem", {"Item": {"id": 1}}, 'The field "Item" must be an object'),
        ("dynamodb", "PutItem", {"Item": {"id": True}}, 'The field "Item" must be an object'),
        (
            "dynamodb",
            "BatchWriteItem",
            {"RequestItems": {"t": {}}},
            'The field "RequestItems" must be an array',
        ),
        ("s3", "GetObject", {"Key": "k"}, "The field 'Bucket' is required but was missing"),
        ("s3", "GetObject", [], "The Parameters of the task must be an object."),
    ],
)
def test_requests_that_cannot_be_made(service: str, name: str, arguments: Any, expected: str) -> None:
    """The task fails and names the field."""
    with pytest.raises(StatesError, match=re.escape(expected)):
        shape_request(operation(service, name).input_shape, arguments)


@pytest.mark.parametrize(
    "service, name, answered, expected",
    [
        ("dynamodb", "PutItem", {"ResponseMetadata": {"RequestId": "r"}}, {}),
        (
            "rds",
            "StopDBInstance",
            {"DBInstance": {"DBInstanceIdentifier": "d"}},
            {"DbInstance": {"DbInstanceIdentifier": "d"}},
        ),
        ("kms", "Encrypt", {"CiphertextBlob": b"\xffa"}, {"CiphertextBlob": "\ufffda"}),
        (
            "stepfunctions",
            "StartExecution",
            {"executionArn": "e", "startDate": datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)},
            {"ExecutionArn": "e", "StartDate": "2026-01-02T03:04:05.678Z"},
        ),
        (
            "s3",
            "HeadObject",
            {"LastModified": datetime(2026, 1, 2, 3, 4, 5, 0, UTC)},
            {"LastModified": "2026-01-02T03:04:05Z"},
        ),
        (
            "iam",
            "GetRole",
            {"Role": {"AssumeRolePolicyDocument": {"a": 1}}},
            {"Role": {"AssumeRolePolicyDocument": '{"a":1}'}},
        ),
        ("s3", "HeadObject", {"Metadata": {"x-y": "z"}, "ETag": None}, {"Metadata": {"x-y": "z"}}),
    ],
)
def test_results(service: str, name: str, answered: Any, expected: Any) -> None:
    """Field names are capitalised, times are strings, bytes are UTF-8; missing values are left out."""
    assert shape_result(operation(service, name).output_shape, answered) == expected

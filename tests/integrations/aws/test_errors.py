"""Errors of AWS's services: their names and causes, as aws-sdk tasks and the optimised integrations
tell them.
"""

from __future__ import annotations

import botocore.session
import pytest
from botocore.exceptions import ClientError

from sfn_cli.integrations.aws.errors import (
    Naming,
    ServiceError,
    exception_name,
    pascal_case,
    sdk_2,
    service_error,
)


@pytest.mark.parametrize(
    "service_id, name",
    [
        ("DynamoDB", "DynamoDb"),
        ("Secrets Manager", "SecretsManager"),
        ("SFN", "Sfn"),
        ("S3", "S3"),
        ("EC2", "Ec2"),
        ("ACM PCA", "AcmPca"),
        ("EventBridge", "EventBridge"),
        ("Elastic Load Balancing v2", "ElasticLoadBalancingV2"),
    ],
)
def test_names_of_services(service_id: str, name: str) -> None:
    """A service goes by the name of its client in the Java SDK."""
    assert pascal_case(service_id) == name


@pytest.mark.parametrize(
    "shape, name",
    [
        ("NoSuchKey", "NoSuchKeyException"),
        ("BucketAlreadyExists", "BucketAlreadyExistsException"),
        ("ResourceNotFoundException", "ResourceNotFoundException"),
        ("DBInstanceNotFoundFault", "DbInstanceNotFoundException"),
    ],
)
def test_names_of_exceptions(shape: str, name: str) -> None:
    """Each ends with Exception, also where the service's own name for it does not."""
    assert exception_name(shape) == name


SNS = Naming("SNS", "AmazonSNS", "AmazonSNS")


@pytest.mark.parametrize(
    "naming, error, name, cause",
    [
        (
            sdk_2("S3"), ServiceError("NoSuchKey", "Gone.", 404, "r", "NoSuchKey", "x"),
            "S3.NoSuchKeyException",
            "Gone. (Service: S3, Status Code: 404, Request ID: r, Extended Request ID: x)",
        ),
        (
            sdk_2("DynamoDB"), ServiceError("ValidationException", "No.", 400, "r", None),
            "DynamoDb.DynamoDbException",
            "No. (Service: DynamoDb, Status Code: 400, Request ID: r)",
        ),
        (
            SNS, ServiceError("NotFound", "No topic", 404, "r", "NotFoundException"), "SNS.NotFoundException",
            (
                "No topic (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: r; Proxy: "
                "null)"
            ),
        ),
        (
            SNS, ServiceError("Odd", "No", 400, "r", None), "SNS.AmazonSNSException",
            "No (Service: AmazonSNS; Status Code: 400; Error Code: Odd; Request ID: r; Proxy: null)",
        ),
    ],
)  # fmt: skip
def test_failures(naming: Naming, error: ServiceError, name: str, cause: str) -> None:
    """The two SDKs tell of errors in their own ways; what the model does not know goes by the
    service's name.
    """
    assert naming.failure(error) == (name, cause)


@pytest.mark.parametrize(
    "service, told, exception",
    [
        ("s3", {"Code": "NoSuchKey"}, "NoSuchKey"),
        ("sns", {"Code": "NotFound"}, "NotFoundException"),
        (
            "sqs",
            {"Code": "AWS.SimpleQueueService.NonExistentQueue", "QueryErrorCode": "QueueDoesNotExist"},
            "QueueDoesNotExist",
        ),
        ("dynamodb", {"Code": "ValidationException"}, None),
    ],
)
def test_the_exception_of_an_error(service: str, told: dict[str, str], exception: str | None) -> None:
    """It is the one that the service's model has for the code, if it has one."""
    model = botocore.session.Session().get_service_model(service)
    response = {
        "Error": {"Message": "m", **told},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "r"},
    }
    error = service_error(ClientError(response, "Any"), model)
    assert (error.code, error.message, error.exception) == (told["Code"], "m", exception)


def test_a_server_that_broke() -> None:
    """Its page of HTML is no cause."""
    response = {
        "Error": {"Code": "500", "Message": "<!doctype html>..."},
        "ResponseMetadata": {"HTTPStatusCode": 500},
    }
    error = service_error(ClientError(response, "Any"), botocore.session.Session().get_service_model("sqs"))
    assert error.message == "HTTP status 500"

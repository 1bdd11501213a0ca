"""Errors of AWS's services: their names and causes in aws-sdk tasks and optimised integrations."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.exceptions import ClientError

from sfn_cli.integrations.aws.errors import (
    ErrorNaming,
    ServiceError,
    error_exception_name,
    sdk_error_naming,
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
        ("SESv2", "SesV2"),
        ("WAFV2", "Wafv2"),
        ("IoTTwinMaker", "IoTTwinMaker"),
        ("Config Service", "Config"),
        ("Directory Service", "Directory"),
        ("Directory Service Data", "DirectoryServiceData"),
        ("Cost and Usage Report Service", "CostAndUsageReport"),
    ],
)
def test_names_of_services(service_id: str, name: str) -> None:
    """A service has the name of its client in the Java SDK."""
    assert sdk_error_naming(service_id).prefix == name


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
    """Each ends with Exception, even if the service's own name does not."""
    assert error_exception_name(shape) == name


SNS = ErrorNaming("SNS", "AmazonSNS", "AmazonSNS")


@pytest.mark.parametrize(
    "naming, error, name, cause",
    [
        (
            sdk_error_naming("S3"), ServiceError("NoSuchKey", "Gone.", 404, "r", "NoSuchKey", "x"),
            "S3.NoSuchKeyException",
            "Gone. (Service: S3, Status Code: 404, Request ID: r, Extended Request ID: x)",
        ),
        (
            sdk_error_naming("DynamoDB"), ServiceError("ValidationException", "No.", 400, "r", None),
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
def test_failures(naming: ErrorNaming, error: ServiceError, name: str, cause: str) -> None:
    """The two SDKs word errors differently; an unknown error has the service's name."""
    assert naming.failure(error) == (name, cause)


@pytest.mark.parametrize(
    "service, error_body, exception",
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
def test_the_exception_of_an_error(service: str, error_body: dict[str, str], exception: str | None) -> None:
    """The exception is the one for the code in the service's model, if any."""
    model = botocore.session.Session().get_service_model(service)
    response = {
        "Error": {"Message": "m", **error_body},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "r"},
    }
    error = service_error(ClientError(response, "Any"), model)
    assert (error.code, error.message, error.exception) == (error_body["Code"], "m", exception)


@pytest.mark.parametrize(
    "operation, status, exception",
    [
        ("HeadObject", "404", "NoSuchKey"),  # aws/aws-sdk-java-v2#1941
        ("HeadBucket", "404", "NoSuchBucket"),
        ("HeadObject", "403", None),
    ],
)
def test_an_error_without_a_body(operation: str, status: str, exception: str | None) -> None:
    """S3 answers HEAD without a code: 404 is the operation's own error, as in the Java SDK."""
    response = {
        "Error": {"Code": status, "Message": "Not Found"},
        "ResponseMetadata": {"HTTPStatusCode": int(status)},
    }
    error = service_error(
        ClientError(response, operation), botocore.session.Session().get_service_model("s3")
    )
    assert (error.exception, error.message, error.status) == (exception, "null", int(status))


def test_a_broken_server() -> None:
    """An HTML page does not become the cause."""
    response = {
        "Error": {"Code": "500", "Message": "<!doctype html>..."},
        "ResponseMetadata": {"HTTPStatusCode": 500},
    }
    error = service_error(ClientError(response, "Any"), botocore.session.Session().get_service_model("sqs"))
    assert error.message == "HTTP status 500"

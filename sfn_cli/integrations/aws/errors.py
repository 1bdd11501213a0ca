"""The error and cause of a task that fails because of an AWS service.

aws-sdk tasks use version 2 of the Java SDK, the optimised integrations version 1; these word errors
differently. An error that is not in the service's model is named after the service.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.exceptions import ClientError


class ServiceFailure(NamedTuple):
    error: str
    cause: str


class ServiceError(NamedTuple):
    """An error from a service. `exception` is the error's name in the service's model, or None."""

    code: str
    message: str
    status: int
    request_id: str
    exception: str | None
    extended_request_id: str | None = None


class ErrorNaming(NamedTuple):
    """How the errors of a service are named.

    `prefix` starts their names, `service` is the service's name in causes, and `otherwise` is the
    exception for errors that are not in the service's model. `version` is that of the Java SDK.
    """

    prefix: str
    service: str
    otherwise: str
    version: int = 1

    def failure(self, error: ServiceError) -> ServiceFailure:
        name = error.exception or self.otherwise
        if self.version == 1:
            name = name.removesuffix("Exception") + "Exception"
            details = (
                f"Service: {self.service}; Status Code: {error.status}; Error Code: {error.code}; "
                f"Request ID: {error.request_id}; Proxy: null"
            )
            return ServiceFailure(f"{self.prefix}.{name}", f"{error.message} ({details})")
        extended = f", Extended Request ID: {error.extended_request_id}" if error.extended_request_id else ""
        details = f"Status Code: {error.status}, Request ID: {error.request_id}{extended}"
        return ServiceFailure(
            f"{self.prefix}.{error_exception_name(name)}",
            f"{error.message} (Service: {self.service}, {details})",
        )

    def no_answer(self, reason: Exception) -> ServiceFailure:
        """Returns the failure of a call that got no answer."""
        return ServiceFailure(f"{self.prefix}.SdkClientException", str(reason))


def sdk_error_naming(service_id: str) -> ErrorNaming:
    """Returns the naming of aws-sdk tasks' errors, by the id in a service's model.

    "DynamoDB" becomes DynamoDb, "Secrets Manager" SecretsManager, "Config Service" Config.
    """
    name = short_sdk_name(pascal_case_of_error(service_id))
    return ErrorNaming(name, name, name, version=2)


def short_sdk_name(name: str) -> str:
    """Returns the Java SDK's name of a service: without a final "Service", in any case."""
    return name[: -len("service")] if name.lower().endswith("service") else name


def service_error(error: ClientError, model: Any) -> ServiceError:
    """Converts botocore's error; `model` is botocore's model of the service.

    S3 answers HeadObject and HeadBucket without a body. As in the Java SDK, 404 is the operation's own
    error (aws/aws-sdk-java-v2#1941), and the message is null.
    """
    response: Mapping[str, Any] = error.response
    error_fields, metadata = response.get("Error", {}), response.get("ResponseMetadata", {})
    code = str(error_fields.get("Code", ""))
    # A service that has changed its protocol has two names for an error; Code is the older one.
    shape = model.shape_for_error_code(code) or model.shape_for_error_code(
        str(error_fields.get("QueryErrorCode", ""))
    )
    is_s3 = model.service_name == "s3"
    is_head_of_s3 = is_s3 and error.operation_name.startswith("Head")
    if is_head_of_s3 and code == "404":
        shape = next(iter(model.operation_model(error.operation_name).error_shapes), None)
    return ServiceError(
        code,
        "null" if is_head_of_s3 else _service_error_message(error_fields, metadata),
        int(metadata.get("HTTPStatusCode", 0)),
        metadata.get("RequestId") or random_uuid(),
        shape.name if shape is not None else None,
        (metadata.get("HostId") or random_uuid()) if is_s3 else None,
    )


def _service_error_message(error_fields: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    """Returns the message; for an HTML page, as from a broken server, the HTTP status."""
    message = str(error_fields.get("Message", ""))
    return (
        f"HTTP status {metadata.get('HTTPStatusCode')}"
        if message.lstrip().lower().startswith(("<!doctype", "<html"))
        else message
    )


def error_exception_name(name: str) -> str:
    """NoSuchKey becomes NoSuchKeyException, DBInstanceNotFoundFault DbInstanceNotFoundException."""
    return pascal_case_of_error(name.removesuffix("Fault").removesuffix("Exception")) + "Exception"


_NO_WORD = re.compile(r"[^A-Za-z0-9]+")
_NEXT_WORD = re.compile(
    r"(?<=[a-z])(?=[A-Z][A-Za-z0-9])|(?<=[A-Z])(?=[A-Z][a-z](?![0-9]))|(?<=[A-Z])(?=v[0-9])|(?<=[0-9])(?=[A-Za-z])"
)


def pascal_case_of_error(name: str) -> str:
    """Returns a name in PascalCase, as the Java SDK names classes."""
    return "".join(word.capitalize() for word in _NEXT_WORD.sub(" ", _NO_WORD.sub(" ", name)).split())

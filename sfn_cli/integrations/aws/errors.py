"""How a task fails on an answer of an AWS service: the error's name and its cause.

aws-sdk tasks call by the Java SDK's second version, the optimised integrations by its first, and
each words errors in its own way. An error that the service's model does not know goes by the
service's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.exceptions import ClientError


class Failure(NamedTuple):
    error: str
    cause: str


class ServiceError(NamedTuple):
    """What a service answered. `exception` is the name that its model has for the error, or None."""

    code: str
    message: str
    status: int
    request_id: str
    exception: str | None
    extended_request_id: str | None = None


class Naming(NamedTuple):
    """How the errors of a service are named: the beginning of their names, the service's name in
    causes, and the exception for an error that the service's model does not have. `version` is
    that of the Java SDK.
    """

    prefix: str
    service: str
    otherwise: str
    version: int = 1

    def failure(self, error: ServiceError) -> Failure:
        name = error.exception or self.otherwise
        if self.version == 1:
            name = name.removesuffix("Exception") + "Exception"
            details = (
                f"Service: {self.service}; Status Code: {error.status}; Error Code: {error.code}; "
                f"Request ID: {error.request_id}; Proxy: null"
            )
            return Failure(f"{self.prefix}.{name}", f"{error.message} ({details})")
        extended = f", Extended Request ID: {error.extended_request_id}" if error.extended_request_id else ""
        details = f"Status Code: {error.status}, Request ID: {error.request_id}{extended}"
        return Failure(
            f"{self.prefix}.{exception_name(name)}", f"{error.message} (Service: {self.service}, {details})"
        )

    def no_answer(self, reason: Exception) -> Failure:
        """Of a call that got no answer."""
        return Failure(f"{self.prefix}.SdkClientException", str(reason))


def sdk_2(service_id: str) -> Naming:
    """Of aws-sdk tasks, by the id that a service has in its model: "DynamoDB" is DynamoDb, "Secrets
    Manager" SecretsManager.
    """
    name = pascal_case(service_id)
    return Naming(name, name, name, version=2)


def service_error(error: ClientError, model: Any) -> ServiceError:
    """`model` is botocore's of the service."""
    response: Mapping[str, Any] = error.response
    told, metadata = response.get("Error", {}), response.get("ResponseMetadata", {})
    code = str(told.get("Code", ""))
    # A service that has changed its protocol has two names for an error: the first is the older one's.
    shape = model.shape_for_error_code(code) or model.shape_for_error_code(
        str(told.get("QueryErrorCode", ""))
    )
    is_s3 = model.service_name == "s3"
    return ServiceError(
        code,
        _message(told, metadata),
        int(metadata.get("HTTPStatusCode", 0)),
        metadata.get("RequestId") or random_uuid(),
        shape.name if shape is not None else None,
        (metadata.get("HostId") or random_uuid()) if is_s3 else None,
    )


def _message(told: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    """A broken server responds with a page of HTML, which is no cause to read."""
    message = str(told.get("Message", ""))
    return (
        f"HTTP status {metadata.get('HTTPStatusCode')}"
        if message.lstrip().lower().startswith(("<!doctype", "<html"))
        else message
    )


def exception_name(name: str) -> str:
    """NoSuchKey is NoSuchKeyException, and DBInstanceNotFoundFault DbInstanceNotFoundException."""
    return pascal_case(name.removesuffix("Fault").removesuffix("Exception")) + "Exception"


_NO_WORD = re.compile(r"[^A-Za-z0-9]+")
_NEXT_WORD = re.compile(r"(?<=[a-z])(?=[A-Z][A-Za-z0-9])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[0-9])(?=[A-Za-z])")


def pascal_case(name: str) -> str:
    """The words of a name, each with one capital, as the Java SDK names classes."""
    return "".join(word.capitalize() for word in _NEXT_WORD.sub(" ", _NO_WORD.sub(" ", name)).split())

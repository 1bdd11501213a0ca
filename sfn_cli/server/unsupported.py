"""Errors for requests to other services, and for operations that sfn does not support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ApiError
from sfn_cli.server import signature

if TYPE_CHECKING:
    from sfn_cli.server.messages import HttpRequest

SERVED = (
    "Step Functions, CloudFormation, Lambda's functions, CloudWatch Logs, EventBridge and its Scheduler, "
    "and the callers and roles of STS"
)


def unsupported_request(what: str, request: HttpRequest, status: int = 400) -> ApiError:
    """Returns the error for a request to another service or for an unsupported operation.

    `what` names it.
    """
    service = signature.service_signed_for(request)
    return ApiError(
        "UnknownOperationException",
        f"sfn serve does not support {what}{f' of {service}' if service else ''}. It supports {SERVED}. "
        "For other services, set AWS_ENDPOINT_URL_<SERVICE>; `sfn aws endpoint` prints the URL of the "
        "local AWS services.",
        status=status,
    )

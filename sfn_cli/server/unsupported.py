"""Errors for requests to other services, and for operations that sfn does not support."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ApiError
from sfn_cli.server import signature

if TYPE_CHECKING:
    from sfn_cli.server.messages import HttpRequest

SERVED = (
    "Step Functions, Lambda, CloudWatch Logs, EventBridge, Scheduler, CloudFormation, Cloud Control and STS"
)


def unsupported_request(what: str, request: HttpRequest, status: int = 400) -> ApiError:
    """Returns the error for a request to another service or for an unsupported operation.

    `what` names it.
    """
    service = signature.service_signed_for(request)
    return ApiError(
        "UnknownOperationException",
        f"sfn does not support {what}{f' of {service}' if service else ''}. It has operations of {SERVED}. "
        "Requests for other services are forwarded to the local AWS services if the extra aws is installed, "
        "and if no other endpoint is set.",
        status=status,
    )

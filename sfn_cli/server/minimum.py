"""What is answered of services that are not served: the little that clients ask first, and how the rest is refused.

STS is asked by Terraform and by many scripts for the account before they do anything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.errors import ApiError
from sfn_cli.server import signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.server.messages import HttpRequest
    from sfn_cli.settings import Settings

STS = "sts"

SERVED = "Step Functions, Lambda's functions, CloudWatch Logs, and sts:GetCallerIdentity"


def caller_identity(settings: Settings) -> Mapping[str, str]:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: whoever asks is the account's owner."""
    return {"UserId": settings.account_id, "Account": settings.account_id, "Arn": f"arn:aws:iam::{settings.account_id}:root"}


QUERIES: Mapping[tuple[str | None, str], Callable[[Settings], Mapping[str, str]]] = {
    (STS, "GetCallerIdentity"): caller_identity,
}
"""By the service and the Action of AWS's query protocol."""


def not_served(what: str, request: HttpRequest, status: int = 400) -> ApiError:
    """The error for a request that is another service's, or an operation's that sfn does not have: `what` names it."""
    service = signature.service_signed_for(request)
    return ApiError(
        "UnknownOperationException",
        f"sfn serve does not answer {what}{f' of {service}' if service else ''}: it answers {SERVED}. Send what is another service's to "
        "its own endpoint: AWS_ENDPOINT_URL_<SERVICE> names one, and `sfn aws endpoint` prints that of the services which the tasks of "
        "sfn call.",
        status=status,
    )

"""Which requests are for sfn itself, and which for another service of AWS.

The service that a request was signed for decides, then its X-Amz-Target, then its Host and path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.operations import OPERATIONS
from sfn_cli.host_check import is_below_localhost
from sfn_cli.server import signature
from sfn_cli.server.gateway import PREFIX
from sfn_cli.server.protocols import aws_json, aws_query
from sfn_cli.server.protocols.aws_query import FORM
from sfn_cli.server.protocols.rest_json import LAMBDA_PATH

if TYPE_CHECKING:
    from sfn_cli.server.messages import HttpRequest

_OWN = {
    "states": "stepfunctions",
    "lambda": "lambda",
    "logs": "logs",
    "cloudformation": "cloudformation",
    "scheduler": "scheduler",
    "cloudcontrolapi": "cloudcontrol",
    "events": "events",
    "pipes": "pipes",
}
"""The services whose requests sfn answers itself, also to refuse them: signing name → name."""

_SHARED_TARGETS = ("cloudtrail",)
"""The services with an X-Amz-Target of which sfn answers some operations; the others are forwarded."""

_TOKEN_SERVICE = "sts"
"""The service with forms of which sfn answers some operations."""

_STORAGE = "s3"


def is_own_request(request: HttpRequest) -> bool | None:
    """Whether a request is for sfn itself; None when only its body says (`is_own_action`)."""
    if is_below_localhost(request.headers):
        return False
    if request.path.startswith(PREFIX):
        return True
    service = signature.service_signed_for(request)
    target = request.headers.get(aws_json.TARGET)
    if service in _OWN:
        return True
    if service == _TOKEN_SERVICE:
        return None
    if service in _SHARED_TARGETS or (service is None and target is not None):
        return target is not None and _is_own_target(target)
    if service is not None or "authorization" in request.headers:
        return False
    if request.path == "/":
        is_form = request.headers.get("content-type", "").startswith(FORM) or "Action=" in request.query
        return None if is_form else request.method in ("GET", "HEAD")
    return LAMBDA_PATH.match(request.path) is not None


def is_own_action(form: dict[str, str]) -> bool:
    """Whether a form of AWS's query protocol is for sfn."""
    service, action = aws_query.SERVICES.get(form.get("Version", "")), form.get("Action", "")
    return service in _OWN.values() or (service or "", action) in OPERATIONS


def is_for_storage(request: HttpRequest) -> bool:
    """Whether a request to a name below localhost is one of S3: no other service is reached there."""
    service = signature.service_signed_for(request)
    is_form = request.headers.get("content-type", "").startswith(FORM)
    return service in (None, _STORAGE) and aws_json.TARGET not in request.headers and not is_form


def _is_own_target(target: str) -> bool:
    prefix, _, name = target.rpartition(".")
    service = aws_json.SERVICES.get(prefix, "")
    return service in _OWN.values() or (service, name) in OPERATIONS

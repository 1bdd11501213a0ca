"""Which requests are for sfn itself, and which for another service of AWS.

The service that a request was signed for decides, then its X-Amz-Target, then its Host and path.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.api import model
from sfn_cli.server import signature
from sfn_cli.server.gateway import PREFIX
from sfn_cli.server.protocols import aws_json
from sfn_cli.server.protocols.aws_query import FORM, find_aws_query_operation

if TYPE_CHECKING:
    from sfn_cli.server.messages import HttpRequest

_OWN = ("states", "lambda", "logs", "cloudformation")
"""The signing names of services whose requests sfn answers itself."""

_SHARED_TARGETS = ("events",)
"""The signing names of services of which sfn answers the operations in its model."""

_OWN_TARGETS = ("stepfunctions", "logs")
"""The services of which every X-Amz-Target is for sfn."""

_TOKEN_SERVICE = "sts"

_LAMBDA_PATH = re.compile(r"/20\d\d-\d\d-\d\d/")
"""Paths of Lambda begin with the version of its API."""

_SUBDOMAIN = re.compile(r"[^.:\[\]]+\..*localhost(:\d+)?")
"""A Host that names a bucket: "photos.localhost", "photos.s3.localhost"."""


def is_own_request(request: HttpRequest) -> bool | None:
    """Whether a request is for sfn itself; None when only its body says (`is_own_action`)."""
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
    if _SUBDOMAIN.fullmatch(request.headers.get("host", "")):
        return False
    if request.path == "/":
        is_form = request.headers.get("content-type", "").startswith(FORM) or "Action=" in request.query
        return None if is_form else request.method in ("GET", "HEAD")
    return _LAMBDA_PATH.match(request.path) is not None


def is_own_action(form: dict[str, str]) -> bool:
    """Whether a form of AWS's query protocol calls an operation that sfn has."""
    return find_aws_query_operation(form) is not None


def _is_own_target(target: str) -> bool:
    prefix, _, name = target.rpartition(".")
    service = aws_json.SERVICES.get(prefix)
    return service in _OWN_TARGETS or (
        service in _SHARED_TARGETS and name in model.model_operation_names(service)
    )

"""The template of a request: its body, an object in the local S3, or the stack's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.operations.identity import stack_validation_error
from sfn_cli.stacks.readers.template_urls import S3ReadError, read_s3_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StoredStack

MAX_BODY_BYTES = 51_200
"""CloudFormation's limit for a template in a request."""


def requested_template(service: Service, request: Mapping[str, Any], stack: StoredStack | None = None) -> str:
    """Returns the template's text, untouched. Raises ApiError ValidationError, ConfigurationError."""
    body, url, previous = (
        request.get(name) for name in ("TemplateBody", "TemplateURL", "UsePreviousTemplate")
    )
    if sum((body is not None, url is not None, bool(previous))) != 1:
        raise stack_validation_error(
            "Either Template URL or Template Body must be specified."
            if body is None and url is None
            else "You must specify exactly one of TemplateBody, TemplateURL and UsePreviousTemplate."
        )
    if previous:
        if stack is None or stack.template is None:
            raise stack_validation_error("No previous template is available for this stack.")
        return stack.template
    if url is not None:
        return fetched_text(service, url)
    assert body is not None
    size = len(body.encode("utf-8", "replace"))
    if size > MAX_BODY_BYTES:
        raise stack_validation_error(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must "
            f"have length less than or equal to {MAX_BODY_BYTES}"
        )
    return str(body)


def fetched_text(service: Service, url: str) -> str:
    """Returns the text of an object in the local S3. Raises ApiError ValidationError."""
    try:
        return read_s3_text(service.settings, url)
    except S3ReadError as error:
        raise stack_validation_error(str(error)) from None

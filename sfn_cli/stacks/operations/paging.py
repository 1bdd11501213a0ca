"""Pages of CloudFormation's lists: NextToken is the position of the next page's first item."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, TypeVar

from sfn_cli.stacks.operations.identity import stack_validation_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

PAGE_ITEMS = 100

Item = TypeVar("Item")


def stack_list_page(request: Mapping[str, Any], items: Sequence[Item]) -> tuple[Sequence[Item], str | None]:
    """Returns the page that the request's NextToken names, and the token of the next page."""
    start = stack_page_key(request, 0)
    end = start + PAGE_ITEMS
    return items[start:end], stack_page_token(end) if end < len(items) else None


def stack_page_token(key: int) -> str:
    return base64.urlsafe_b64encode(f"page:{key}".encode()).decode()


def stack_page_key(request: Mapping[str, Any], first: int) -> int:
    """Returns the number in the request's NextToken, or `first`. Raises ApiError ValidationError."""
    token = request.get("NextToken")
    if token is None:
        return first
    try:
        prefix, _, key = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, ValueError):
        prefix, key = "", ""
    if prefix != "page" or not key.isdecimal() or len(key) > 18:
        raise stack_validation_error("Invalid NextToken")
    return int(key)

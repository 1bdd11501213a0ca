"""Pages of a list: opaque tokens, as AWS's, good for a day.

A token holds the key of the last item of a page, so that what is added or removed meanwhile moves
nothing. It is bound to its question (`scope`): another list, another filter or another day refuse it.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT_PAGE_SIZE = 100
VALID_MILLISECONDS = 24 * 60 * 60 * 1000

Key = TypeVar("Key")


def page_size(request: Mapping[str, Any], *, largest: int = 1000) -> int:
    """How many items a page has: maxResults, where 0 means AWS's default."""
    return min(request.get("maxResults") or DEFAULT_PAGE_SIZE, largest)


def token(scope: str, key: str, now: int) -> str:
    """The token of the page that follows the item `key`."""
    content = f"{now}:{key}"
    return binascii.b2a_base64(f"{_seal(scope, content)}:{content}".encode(), newline=False).decode()


def last_key(request: Mapping[str, Any], scope: str, now: int, read: Callable[[str], Key]) -> Key | None:
    """The key of the last item of the page before, as `read` gives it, or None for the first page.

    Raises ApiError InvalidToken when nextToken is not one of `scope`, or is older than a day.
    """
    given = request.get("nextToken")
    if given is None:
        return None
    try:
        seal, _, content = binascii.a2b_base64(given.encode(), strict_mode=True).decode().partition(":")
        issued_at, _, key = content.partition(":")
        if seal == _seal(scope, content) and now - int(issued_at) <= VALID_MILLISECONDS:
            return read(key)
    except ValueError:
        pass
    raise invalid_token()


def invalid_token() -> ApiError:
    return ApiError("InvalidToken", "Invalid Token: 'Invalid token'")


def _seal(scope: str, content: str) -> str:
    return f"{binascii.crc32(f'{scope}|{content}'.encode()):08x}"

"""Pages of a list. `page` cuts those of every list. Step Functions and EventBridge have opaque tokens,
as AWS's, good for a day (`sealed_page`).

A token holds the key of the last item of a page, so that what is added or removed meanwhile moves
nothing. It is bound to its question (`scope`): another list, another filter or another day refuse it.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli import quotas
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

VALID_MILLISECONDS = 24 * 60 * 60 * 1000

Key = TypeVar("Key")
Item = TypeVar("Item")


def page(
    read: Callable[[Key, int], Sequence[Item]], after: Key, size: int
) -> tuple[Sequence[Item], Item | None]:
    """Returns up to `size` items after a key, and the last of them if more follow, else None.

    `read` returns up to so many items after a key.
    """
    items = read(after, size + 1)
    return (items, None) if len(items) <= size else (items[:size], items[size - 1])


def sealed_page(
    request: Mapping[str, Any],
    scope: str,
    now: int,
    read: Callable[[Key | None, int], Sequence[Item]],
    key: Callable[[Item], object],
    *,
    parse: Callable[[str], Key],
) -> tuple[Sequence[Item], str | None]:
    """Returns the page that `maxResults` and `nextToken` of a request ask for, and the token of the next one.

    `read` returns up to so many items after a key (None for the first page); `key` is an item's, and `parse`
    reads it from its text. Raises ApiError InvalidToken.
    """
    items, last = page(read, last_key(request, scope, now, parse), page_size(request))
    return items, None if last is None else token(scope, str(key(last)), now)


def page_size(request: Mapping[str, Any]) -> int:
    """How many items a page has: maxResults, where 0 means AWS's default."""
    return min(request.get("maxResults") or quotas.DEFAULT_PAGE_ITEMS, quotas.PAGE_ITEMS)


def token(scope: str, key: str, now: int) -> str:
    """The token of the page that follows the item `key`."""
    content = f"{now}:{key}"
    return binascii.b2a_base64(f"{_seal(scope, content)}:{content}".encode(), newline=False).decode()


def last_key(request: Mapping[str, Any], scope: str, now: int, read: Callable[[str], Key]) -> Key | None:
    """The key of the last item of the page before, as `read` returns it, or None for the first page.

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

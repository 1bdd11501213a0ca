"""Pages of a list: `page` for every list, `sealed_page` with opaque tokens.

The lists of Step Functions and EventBridge have opaque tokens like AWS's, valid for a day.

A token contains the key of a page's last item, so items that are added or removed later do not shift
the next page. It is bound to its list (`scope`): a different list or filter rejects it, and so does
any list after a day.
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

    `read` returns up to a number of items after a key.
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
    """Returns the page for `maxResults` and `nextToken` of a request, and the next page's token.

    `read` returns up to a number of items after a key (None for the first page); `key` returns an
    item's key, and `parse` parses it from text. Raises ApiError InvalidToken.
    """
    items, last = page(read, last_page_key(request, scope, now, parse), page_size(request))
    return items, None if last is None else page_token(scope, str(key(last)), now)


def page_size(request: Mapping[str, Any]) -> int:
    """Returns the page size: maxResults, where 0 means AWS's default."""
    return min(request.get("maxResults") or quotas.DEFAULT_PAGE_ITEMS, quotas.PAGE_ITEMS)


def page_token(scope: str, key: str, now: int) -> str:
    """Returns the token of the page that follows the item `key`."""
    content = f"{now}:{key}"
    return binascii.b2a_base64(
        f"{_seal_page_token(scope, content)}:{content}".encode(), newline=False
    ).decode()


def last_page_key(request: Mapping[str, Any], scope: str, now: int, read: Callable[[str], Key]) -> Key | None:
    """Returns the key of the previous page's last item, parsed by `read`; None for the first page.

    Raises ApiError InvalidToken if nextToken is not of this `scope`, or is older than a day.
    """
    given = request.get("nextToken")
    if given is None:
        return None
    try:
        seal, _, content = binascii.a2b_base64(given.encode(), strict_mode=True).decode().partition(":")
        issued_at, _, key = content.partition(":")
        if seal == _seal_page_token(scope, content) and now - int(issued_at) <= VALID_MILLISECONDS:
            return read(key)
    except ValueError:
        pass
    raise invalid_page_token()


def invalid_page_token() -> ApiError:
    return ApiError("InvalidToken", "Invalid Token: 'Invalid token'")


def _seal_page_token(scope: str, content: str) -> str:
    return f"{binascii.crc32(f'{scope}|{content}'.encode()):08x}"

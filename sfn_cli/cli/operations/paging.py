"""Automatic paging: reads all pages of a list, up to --max-items.

The token that --max-items returns for --starting-token is base64 of {"nextToken": the page,
"boto_truncate_amount": how many of its items were shown}: scripts may continue with one from aws.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sfn_cli.api.model import Operation
from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.operations.options import paging_option_members
from sfn_cli.cli.output import show_output
from sfn_cli.errors import UsageError

Response = dict[str, Any]
SendRequest = Callable[[dict[str, Any]], Response]

_CUT = "boto_truncate_amount"


class Limits(NamedTuple):
    """--max-items, --page-size and --starting-token."""

    max_items: int | None = None
    page_size: int | None = None
    starting_token: str | None = None


class Page(NamedTuple):
    """One page's lists. The last one has a `token` when --max-items left items out."""

    response: Response
    token: str | None = None


MOST_ITEMS = 1000
"""The most items of a page that AWS returns."""


def all_items(
    call: Callable[[Operation, dict[str, Any]], Response], operation: Operation, request: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yields the items of a list, page by page; `call` calls an operation."""
    assert operation.paginator is not None
    (items,) = _page_token_names(operation.paginator["result_key"])
    for page in pages(lambda each: call(operation, each), operation, request, Limits(page_size=MOST_ITEMS)):
        yield from page.response[items]


def find_page_limits(operation: Operation, given: Mapping[str, Any], paginate: bool) -> Limits | None:
    """Returns the limits of automatic paging, or None for a single page.

    It is a single page if the operation has no pages, or the caller pages manually.

    Raises UsageError for --no-paginate together with a limit.
    """
    if not operation.paginator:
        return None
    by_hand = not paginate or any(name in given for name in paging_option_members(operation))
    limits = Limits(given.get("max_items"), given.get("page_size"), given.get("starting_token"))
    if not by_hand:
        return limits
    passed = [
        f"--{name.replace('_', '-')}"
        for name, value in zip(Limits._fields, limits, strict=True)
        if value is not None
    ]
    if passed:
        raise UsageError(f"Cannot specify --no-paginate along with pagination arguments: {', '.join(passed)}")
    return None


def pages(call: SendRequest, operation: Operation, request: dict[str, Any], limits: Limits) -> Iterator[Page]:
    """Yields the pages; each is requested after the one before it was consumed."""
    assert operation.paginator is not None
    tokens_in = _page_token_names(operation.paginator["input_token"])
    tokens_out = _page_token_names(operation.paginator["output_token"])
    lists = _page_token_names(operation.paginator["result_key"])
    request = dict(request)
    if limits.page_size is not None and "limit_key" in operation.paginator:
        request[operation.paginator["limit_key"]] = limits.page_size
    token, skip = _decode_page_token(limits.starting_token, tokens_in)
    left = limits.max_items
    while True:
        request.update({name: value for name, value in token.items() if value is not None})
        response = call(request)
        page = {name: list(response[name]) for name in lists if response.get(name) is not None}
        items = page.get(lists[0], [])
        if skip:
            items = page[lists[0]] = items[skip:]
            page.update({name: [] for name in lists[1:] if name in page})
        if left is not None and len(items) > left:
            page[lists[0]] = items[:left]
            yield Page(page, _encode_page_token({**dict.fromkeys(tokens_in), **token, _CUT: left + skip}))
            return
        following = {name: response.get(out) for name, out in zip(tokens_in, tokens_out, strict=True)}
        more = any(value is not None for value in following.values())
        if left is not None:
            left -= len(items)
            if left == 0 and more:
                yield Page(page, _encode_page_token(following))
                return
        yield Page(page)
        if not more:
            return
        if following == token:
            raise CommandFailedError(
                f"Error during pagination: The same next token was received twice: {following}"
            )
        token, skip = following, 0


def pages_to_readable(all_pages: Iterable[Page], operation: Operation) -> Iterator[Page]:
    """Yields the pages in their readable form, each when it is read."""
    return (Page(show_output(response, operation.output), token) for response, token in all_pages)


def merge_pages(all_pages: Iterable[Page]) -> Response:
    """Merges all pages into one response, with NextToken when items are left.

    Equal strings of neighbouring items are stored once: most strings of a long list repeat.
    """
    whole: Response = {}
    for page in all_pages:
        for name, value in page_with_token(page).items():
            if not isinstance(value, list):
                whole[name] = value
                continue
            items = whole.setdefault(name, [])
            for item in value:
                if items and isinstance(item, dict) and isinstance(items[-1], dict):
                    _share_texts_of_pages(item, items[-1])
                items.append(item)
    return whole


def page_with_token(page: Page) -> Response:
    """Returns a page's lists, with its NextToken if it has one."""
    return page.response if page.token is None else {**page.response, "NextToken": page.token}


def first_page_list(operation: Operation) -> str:
    """Returns the list of a response that its limits count; it comes first."""
    assert operation.paginator is not None
    return _page_token_names(operation.paginator["result_key"])[0]


def _share_texts_of_pages(item: dict[str, Any], previous: Mapping[str, Any]) -> None:
    for name, value in item.items():
        if isinstance(value, str) and previous.get(name) == value:
            item[name] = previous[name]


def _page_token_names(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _encode_page_token(token: Mapping[str, Any]) -> str:
    return b2a_base64(json.dumps(token).encode(), newline=False).decode("ascii")


def _decode_page_token(text: str | None, names: list[str]) -> tuple[dict[str, Any], int]:
    """Returns the service's token and the number of items to leave out.

    Text that this module did not write is the service's own token.
    """
    if text is None:
        return {}, 0
    try:
        token = json.loads(a2b_base64(text, strict_mode=True))
        skip = int(token.pop(_CUT, 0))
        return {name: token[name] for name in names}, skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return {names[0]: text}, 0

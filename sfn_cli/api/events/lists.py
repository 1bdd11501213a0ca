"""Pages of EventBridge's lists, and of EventBridge Scheduler's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli.api.protocol import paging

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.api.service import Service

Item = TypeVar("Item")


def events_page(
    service: Service,
    request: Mapping[str, Any],
    operation: str,
    read: Callable[[str, int], Sequence[Item]],
    key: Callable[[Item], str],
) -> tuple[Sequence[Item], str | None]:
    """Returns the page for Limit (or MaxResults) and NextToken, and the next page's token.

    `read` returns up to a number of items after a key. A token is valid only for the same filters.
    """
    filters = {
        name: value
        for name, value in request.items()
        if name not in ("Limit", "MaxResults", "NextToken") and value is not None
    }
    return paging.sealed_page(
        {
            "maxResults": request.get("Limit", request.get("MaxResults")),
            "nextToken": request.get("NextToken"),
        },
        f"{operation} {filters}",
        service.clock(),
        lambda after, limit: read(after or "", limit),
        key,
        parse=str,
    )

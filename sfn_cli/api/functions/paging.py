"""Pages of Lambda's lists: Marker is the key of the previous page's last item, in base64."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli import quotas
from sfn_cli.api.functions.references import invalid_function_reference
from sfn_cli.api.protocol import paging

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Item = TypeVar("Item")


def functions_page(
    member: str,
    request: Mapping[str, Any],
    read: Callable[[str, int], Sequence[Item]],
    key: Callable[[Item], str],
    shown: Callable[[Item], Any],
) -> dict[str, Any]:
    """Returns the requested page under `member`.

    `read` returns up to a number of items after a key ("" for the first page); `shown` converts each.
    """
    size = min(request.get("MaxItems") or quotas.FUNCTION_PAGE_ITEMS, quotas.FUNCTION_PAGE_ITEMS)
    try:
        after = base64.b64decode(request.get("Marker", ""), validate=True).decode()
        items, last = paging.page(read, after, size)
    except ValueError:
        raise invalid_function_reference("Invalid marker") from None
    answered: dict[str, Any] = {member: [shown(item) for item in items]}
    if last is not None:
        answered["NextMarker"] = base64.b64encode(key(last).encode()).decode()
    return answered

"""Pages of Lambda's lists: Marker is the base64 of what tells the last item of the page before."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, TypeVar

from sfn_cli.api.functions.references import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_ITEMS = 50
"""Of one page, whatever MaxItems says."""

Item = TypeVar("Item")


def answer(
    member: str,
    request: Mapping[str, Any],
    page: Callable[[str, int], Sequence[Item]],
    key: Callable[[Item], str],
    shown: Callable[[Item], Any],
) -> dict[str, Any]:
    """The page that is asked for, under `member`: up to so many items that follow a key ("" for the
    first), each as it is shown.
    """
    size = min(request.get("MaxItems") or MAX_ITEMS, MAX_ITEMS)
    try:
        after = base64.b64decode(request.get("Marker", ""), validate=True).decode()
        items = page(after, size + 1)
    except ValueError:
        raise invalid("Invalid marker") from None
    answered: dict[str, Any] = {member: [shown(item) for item in items[:size]]}
    if len(items) > size:
        answered["NextMarker"] = base64.b64encode(key(items[size - 1]).encode()).decode()
    return answered

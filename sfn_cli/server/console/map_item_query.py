"""What an address asks for of a Map's items, and the items as data."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sfn_cli.views.console.map_items import MapItem, MapItemsQuery
from sfn_cli.views.execution.as_json import utc_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.server.console.messages import ConsoleRequest


def map_items_query(request: ConsoleRequest) -> MapItemsQuery:
    """Returns what the address asks for."""
    return MapItemsQuery(
        request.query.get("status", ""), request.query.get("error"), request.number("start", 0)
    )


def address_of_map_items(page: str, asked: MapItemsQuery) -> str:
    """Returns the address of what is asked for, on the page with this address.

    An empty error stands for items that failed without one.
    """
    given = {"status": asked.status or None, "start": asked.start or None, "error": asked.error}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"{page}{'&' if '?' in page else '?'}{query}" if query else page


def map_items_data(items: Sequence[MapItem]) -> list[dict[str, object]]:
    """Returns the items as data."""
    return [
        {
            "name": item.name,
            "status": item.status,
            "startDate": utc_date(item.began_at),
            **({} if item.ended_at is None else {"stopDate": utc_date(item.ended_at)}),
            **({} if item.error is None else {"error": item.error}),
        }
        for item in items
    ]

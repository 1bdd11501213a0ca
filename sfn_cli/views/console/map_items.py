"""The items of a Map: a heat map, errors with how often each occurred, and rows with failed items first."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.picture.heat_map import draw_heat_map
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.statuses import FAILURES, LOOKS, WORST_FIRST
from sfn_cli.views.text.markup import Markup, element
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sfn_cli.views.statuses import Status

MOST_CELLS = 20_000
"""The number of items that a heat map shows."""

_ITEMS_ON_PAGE = 100
_MOST_ERRORS = 20


class MapItem(NamedTuple):
    """An item of a Map: an iteration, or a child execution of a Map Run.

    `name` is an index or a name, `address` returns that of its page, `began_at` and `ended_at` are times in
    milliseconds since 1970; `ended_at` is None while it runs.
    """

    name: str
    status: "Status"
    began_at: int
    ended_at: int | None
    error: str | None
    address: "Callable[[], str]"


class MapItemsQuery(NamedTuple):
    """What of the items is listed: those of a status, with an error, from the one at `start` on."""

    status: str = ""
    error: str | None = None
    start: int = 0


def draw_item_map(statuses: "Sequence[Status]", total: int, label: str) -> Markup:
    """Returns the heat map; items that have not begun are hollow."""
    shown = list(statuses[:MOST_CELLS])
    shown += ["NOT_VISITED"] * max(0, min(total, MOST_CELLS) - len(shown))
    if not shown:
        return element("p", {"class": "note"}, "There are no items.")
    return draw_heat_map(shown, label)


def draw_item_errors(
    items: "Sequence[MapItem]", asked: MapItemsQuery, address: "Callable[[MapItemsQuery], str]"
) -> "Iterator[Markup]":
    """Yields a table of the errors, the most frequent first; each links to its items."""
    errors: dict[str, int] = {}
    for item in items:
        if item.status in FAILURES:
            errors[item.error or ""] = errors.get(item.error or "", 0) + 1
    if not errors:
        return
    rows = []
    for error, number in sorted(errors.items(), key=lambda one: -one[1])[:_MOST_ERRORS]:
        link = element(
            "a",
            {
                "href": address(MapItemsQuery(error=error)),
                "aria-current": "true" if asked.error == error else None,
            },
            error or "no recorded error",
        )
        count = element("td", {"class": "number"}, str(number))
        rows.append(element("tr", {}, element("th", {"scope": "row", "class": "error"}, link), count))
    yield element("h2", {}, "Errors")
    head = draw_table_head(("Error", "Items"), ("Items",))
    yield element("table", {"class": "errors"}, head, element("tbody", {}, *rows))
    if len(errors) > _MOST_ERRORS:
        yield element("p", {"class": "note"}, f"… {len(errors) - _MOST_ERRORS} other errors")


def listed_items(items: "Sequence[MapItem]", asked: MapItemsQuery) -> "list[MapItem]":
    """Returns the items that the query asks for, failed and running ones first, otherwise in order."""
    found = [
        item
        for item in items
        if (not asked.status or item.status == asked.status)
        and (asked.error is None or (item.status in FAILURES and (item.error or "") == asked.error))
    ]
    return sorted(found, key=lambda item: WORST_FIRST.index(item.status))


def draw_item_rows(
    items: "Sequence[MapItem]", asked: MapItemsQuery, address: "Callable[[MapItemsQuery], str]"
) -> Markup:
    """Returns a page of the listed items, with links to the pages before and after it."""
    found = listed_items(items, asked)
    page = found[asked.start : asked.start + _ITEMS_ON_PAGE]
    table = element(
        "table",
        {"class": "rows items"},
        draw_table_head(("Item", "Status", "Took", "Error"), ("Took",)),
        element("tbody", {}, *map(_draw_item_row, page)),
    )
    links = []
    for start, text in (
        (asked.start - _ITEMS_ON_PAGE, "‹ before"),
        (asked.start + _ITEMS_ON_PAGE, "after ›"),
    ):
        if -_ITEMS_ON_PAGE < start < len(found) and start != asked.start:
            links.append(element("a", {"href": address(asked._replace(start=max(0, start)))}, text))
    last = min(asked.start + _ITEMS_ON_PAGE, len(found))
    words = f"{asked.start + 1 if found else 0} to {last} of {len(found)}"
    pages = element("nav", {"aria-label": "Pages of items", "class": "visits"}, *links)
    title = element("h2", {}, "Items ", element("span", {"class": "note"}, words))
    everything = (
        (element("p", {}, element("a", {"href": address(MapItemsQuery())}, "Show all items")),)
        if asked.status or asked.error is not None
        else ()
    )
    return element("section", {"id": "map-rows"}, title, *everything, table, pages)


def _draw_item_row(item: MapItem) -> Markup:
    took = "" if item.ended_at is None else format_span(item.ended_at - item.began_at)
    running = {"data-since": str(item.began_at)} if item.ended_at is None else {}
    look = LOOKS[item.status]
    return element(
        "tr",
        {},
        element("th", {"scope": "row"}, element("a", {"href": item.address()}, item.name)),
        element(
            "td",
            {},
            draw_status_mark(item.status),
            " ",
            element("span", {"class": f"mark-{look.colour}"}, look.word),
        ),
        element("td", {"class": "number"}, element("span", running, took)),
        element("td", {"class": "error"}, item.error or ""),
    )

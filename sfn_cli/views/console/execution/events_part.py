"""The events of an execution's page: five hundred at a time, in blocks that a live page appends to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.console.execution.drawn_part import DrawnPart
from sfn_cli.views.console.execution.row_blocks import draw_row_blocks
from sfn_cli.views.picture.element_ids import state_id
from sfn_cli.views.report.event_table import event_details_text
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.text.markup import Markup, element, join_markup
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.console.execution.page_input import ExecutionPageInput

EVENTS_PAGE = 500
_BLOCK = 100
_COLUMNS = ("Event", "After", "Type", "State", "Details")


def shown_events(page: ExecutionPageInput) -> Sequence[HistoryEvent]:
    """Returns the events of the page: those after `after`, otherwise the page with the last one."""
    history = page.shown.source.history
    after = _first_event(page)
    return history[after : after + EVENTS_PAGE]


def _first_event(page: ExecutionPageInput) -> int:
    """Returns how many events are before the page."""
    last = page.view.last_id
    after = page.query.after
    if after is None:
        after = max(0, last - 1) // EVENTS_PAGE * EVENTS_PAGE
    return min(after, max(0, last - 1))


def draw_events_part(page: ExecutionPageInput) -> DrawnPart:
    """Returns the table of events, each with its state, and links to other pages of it."""
    rows = [_draw_event_row(event, page) for event in shown_events(page)]
    blocks = draw_row_blocks("events", rows, size=_BLOCK, is_live=page.is_live, blocks=EVENTS_PAGE // _BLOCK)
    table = element(
        "table", {"class": "events", "aria-label": "Events"}, draw_table_head(_COLUMNS), *blocks.values()
    )
    pages = element("nav", {"id": "events-pages", "aria-label": "Pages of events"}, *_draw_event_pages(page))
    scroller = element("div", {"class": "scroller", "tabindex": 0}, table)
    return DrawnPart(join_markup([pages, scroller]), {"events-pages": pages, **blocks})


def _draw_event_pages(page: ExecutionPageInput) -> Iterator[Markup]:
    last, first = page.view.last_id, _first_event(page)
    until = min(last, first + EVENTS_PAGE)
    yield element("span", {"class": "note"}, f"{first + 1:,} to {until:,} of {last:,} events")
    if first:
        yield element("a", {"href": page.link(after=0)}, "First")
        yield element("a", {"href": page.link(after=max(0, first - EVENTS_PAGE))}, "Earlier")
    if until < last:
        yield element("a", {"href": page.link(after=until)}, "Later")
        yield element("a", {"href": page.link(after=None)}, "Last")


def _draw_event_row(event: HistoryEvent, page: ExecutionPageInput) -> Markup:
    visit = page.visits_of_events.get(event.id)
    state = Markup("")
    is_selected = False
    if visit is not None:
        state = element("a", {"href": page.report.address_of(visit)}, visit.state)
        is_selected = visit.path == page.selection.path
    number = element(
        "a",
        {"href": page.link(at=event.id), "aria-label": f"The execution after event {event.id}"},
        str(event.id),
    )
    return element(
        "tr",
        {
            "class": "selected" if is_selected else None,
            "data-state": None if visit is None else state_id(visit.path),
        },
        element("th", {"scope": "row", "class": "number"}, number),
        element("td", {"class": "number"}, format_span(event.at - page.view.started_at)),
        element("td", {}, event.type),
        element("td", {}, state),
        element("td", {}, element("code", {}, event_details_text(event, masks_secrets=False))),
    )

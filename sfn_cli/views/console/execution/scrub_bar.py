"""The bar with which a reader steps back and forth in the time of an execution, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.views.console.execution.page_input import ExecutionPageInput
    from sfn_cli.views.text.markup import Attributes


def draw_scrub_bar(page: ExecutionPageInput) -> Markup:
    """Returns links to the events around the shown one, and a slider over all events."""
    return element(
        "section", {"id": "scrub", "aria-label": "Time", "data-swap": True}, *_draw_scrub_parts(page)
    )


def _draw_scrub_parts(page: ExecutionPageInput) -> Iterator[Markup]:
    at, last = page.view.last_id, page.shown.events
    yield _scrub_link(page, "◂◂", "The first event", 1 if at > 1 else None)
    yield _scrub_link(page, "◂", "One event back", at - 1 if at > 1 else None, key=",")
    yield _scrub_link(page, "▸", "One event forward", at + 1 if at < last else None, key=".")
    yield from _draw_slider(page, at, last)
    event = page.shown.source.history[-1].type if page.shown.source.history else ""
    yield element("span", {"class": "note"}, f"event {at:,} of {last:,} {event}")
    if page.shown.is_earlier:
        now: Attributes = {
            "href": page.link(at=None),
            "class": "button",
            "data-key": "n",
            "aria-keyshortcuts": "n",
        }
        yield element("a", now, "Now")


def _scrub_link(
    page: ExecutionPageInput, text: str, label: str, at: int | None, *, key: str | None = None
) -> Markup:
    if at is None:
        return element("span", {"class": "button disabled", "aria-hidden": "true"}, text)
    at = None if at >= page.shown.events else at
    return element(
        "a",
        {
            "href": page.link(at=at),
            "class": "button",
            "aria-label": label,
            "data-key": key,
            "aria-keyshortcuts": key,
        },
        text,
    )


def _draw_slider(page: ExecutionPageInput, at: int, last: int) -> Iterator[Markup]:
    """Yields a form, which works without a script; the rest of the query is in hidden fields."""
    if last < 2:
        return
    slider: Attributes = {
        "type": "range",
        "id": "scrub-slider",
        "name": "at",
        "min": 1,
        "max": last,
        "value": at,
        "aria-label": f"Event, 1 to {last}",
    }
    fields = page.hidden_fields("at")
    yield element(
        "form",
        {"method": "get", "action": page.link_below(), "class": "inline", "id": "scrub-form"},
        *fields,
        element("input", slider),
        element("button", {"type": "submit", "class": "without-script"}, "Go"),
    )

"""The table of the history's events, with a row for each event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sfn_cli.interpreter.events import api_event
from sfn_cli.views.report.secrets import mask_json_text
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.text.markup import Markup, element
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.execution_view import ExecutionView

MOST_EVENTS = 2000
"""The maximum number of events: half of them from the start, half from the end."""

_LONGEST_DETAILS = 300
"""The maximum length of an event's details; the panels of states have the full data."""

_NOT_DETAILS = ("id", "previousEventId", "timestamp", "type")


def draw_event_table(view: ExecutionView) -> Markup:
    """Returns the table of events up to the view's last event."""
    events = [event for event in view.source.history if event.id <= view.last_id]
    columns = ("Event", "After", "Type", "Details")
    return element(
        "table",
        {"class": "events", "aria-label": "Events"},
        draw_table_head(columns),
        element("tbody", {}, *_draw_rows(events, view.started_at)),
    )


def _draw_rows(events: Sequence[HistoryEvent], start: int) -> list[Markup]:
    if len(events) <= MOST_EVENTS:
        return [_draw_event(event, start) for event in events]
    half = MOST_EVENTS // 2
    text = f"… {len(events) - MOST_EVENTS:,} more events"
    between = element("tr", {}, element("td", {"colspan": 4, "class": "note"}, text))
    first = [_draw_event(event, start) for event in events[:half]]
    return [*first, between, *(_draw_event(event, start) for event in events[-half:])]


def _draw_event(event: HistoryEvent, start: int) -> Markup:
    return element(
        "tr",
        {},
        element("td", {"class": "number"}, str(event.id)),
        element("td", {"class": "number"}, format_span(event.at - start)),
        element("td", {}, event.type),
        element("td", {}, element("code", {}, event_details_text(event))),
    )


def event_details_text(event: HistoryEvent, *, masks_secrets: bool = True) -> str:
    """Returns the details of an event as one line of JSON, which is cut."""
    shown = api_event(event)
    details = next((value for name, value in shown.items() if name not in _NOT_DETAILS), None)
    if not isinstance(details, dict):
        return ""
    own = {name: value for name, value in details.items() if not name.endswith("Details")}
    if masks_secrets:
        text = mask_json_text(json.dumps(own, ensure_ascii=False))
    else:
        beginnings = {name: _beginning(value) for name, value in own.items()}
        text = json.dumps(beginnings, ensure_ascii=False)
    return text if len(text) <= _LONGEST_DETAILS else f"{text[:_LONGEST_DETAILS]}…"


def _beginning(value: object) -> object:
    """Returns what is shown of a value at most."""
    return value[: _LONGEST_DETAILS + 1] if isinstance(value, str) else value

"""Durations on a page: fixed ones, and those that a live page counts up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.text.markup import Markup, element, escape_markup
from sfn_cli.views.text.moments import utc_text
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.report.report_input import ReportInput


def draw_visit_duration(visit: StateVisit, given: ReportInput) -> Markup:
    """Returns the duration of a visit; in a live page, that of an open visit counts up."""
    if given.is_live and visit.ended_at is None:
        return draw_elapsed(given.view, visit.entered_at)
    return escape_markup(format_span(visit.duration_ms(given.now)))


def draw_elapsed(view: ExecutionView, since: int) -> Markup:
    """Returns an element that the script of a live page counts up, by the wall clock.

    `since` is by the execution's clock. Without the script, the element shows that time.
    """
    wall = view.started_at + view.wall_ms(view.started_at, since)
    return element("span", {"data-since": str(wall)}, f"since {utc_text(since)}")

"""The timeline of an execution's page: that of a report, with the selected state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.console.execution.drawn_part import DrawnPart
from sfn_cli.views.console.execution.row_blocks import draw_row_blocks
from sfn_cli.views.console.execution.selection import iterated_visits
from sfn_cli.views.report.chosen_visits import report_visits
from sfn_cli.views.report.timeline import (
    axis_of_visits,
    draw_timeline_head,
    draw_timeline_row,
    draw_timeline_table,
)
from sfn_cli.views.text.markup import element, join_markup

if TYPE_CHECKING:
    from sfn_cli.views.console.execution.page_input import ExecutionPageInput

_BLOCK = 50


def draw_timeline_part(page: ExecutionPageInput) -> DrawnPart:
    """Returns the timeline, of the chosen iterations, with at most a thousand rows."""
    chosen = report_visits(page.view)
    left_out = sum(1 for _ in page.view.visits()) - len(chosen)
    if page.query.iterations:
        inside = {visit.entered_id for visit in iterated_visits(page.view.root, page.query.iterations)}
        chosen = [visit for visit in chosen if visit.entered_id in inside]
    axis = axis_of_visits(page.report, chosen)
    head = draw_timeline_head(axis, page.report, id="timeline-head")
    rows = [draw_timeline_row(visit, page.report, axis, selected=page.selection.path) for visit in chosen]
    blocks = draw_row_blocks("timeline", rows, size=_BLOCK, is_live=page.is_live)
    text = f"… {left_out:,} more visits of states. Failed and running ones are shown first."
    note = element("p", {"class": "note", "id": "timeline-note"}, text if left_out else "")
    table = draw_timeline_table(head, blocks.values(), is_long=False)
    return DrawnPart(
        join_markup([element("div", {"class": "scroller", "tabindex": 0}, table), note]),
        {"timeline-head": head, **blocks, "timeline-note": note},
    )

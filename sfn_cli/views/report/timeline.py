"""The timeline: a row for each visit of a state, with a bar that shows its time.

A bar has a block for each attempt, and a thin line for the delay before a retry. It is hatched while
nothing was running, as in a Wait or while a task waited for an answer. An open bar ends in an arrow, and
a visit without duration is a stroke.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.picture.element_ids import state_id
from sfn_cli.views.report.durations import draw_visit_duration
from sfn_cli.views.report.map_items import map_words
from sfn_cli.views.report.page_style import depth_class
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.report.time_axis import TimeAxis
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element, join_markup
from sfn_cli.views.text.time_spans import format_long_span, format_span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.report.report_input import ReportInput
    from sfn_cli.views.report.time_axis import AxisPart
    from sfn_cli.views.statuses import Status
    from sfn_cli.views.text.markup import Attributes

_MOST_ROWS = 40
"""The number of rows from which the table scrolls within the page."""

_LABEL_HEIGHT = 13
"""The height in pixels of a line of the axis."""

_THINNEST = 0.004
"""Bars with a smaller share of the axis are drawn as a stroke of two pixels."""


def draw_timeline(given: ReportInput, visits: Sequence[StateVisit]) -> Markup:
    """Returns the table of these visits."""
    axis = axis_of_visits(given, visits)
    rows = [draw_timeline_row(visit, given, axis) for visit in visits]
    body = element("tbody", {}, *rows)
    return draw_timeline_table(draw_timeline_head(axis, given), [body], is_long=len(visits) > _MOST_ROWS)


def draw_timeline_table(head: Markup, bodies: Iterable[Markup], *, is_long: bool) -> Markup:
    """Returns the table with its head and bodies; a long one scrolls within the page."""
    table = element("table", {"class": "timeline", "aria-label": "Timeline"}, head, *bodies)
    return element("div", {"class": "scrolled" if is_long else None}, table)


def draw_timeline_head(axis: TimeAxis, given: ReportInput, *, id: str | None = None) -> Markup:
    """Returns the <thead>, with the labels of the axis."""
    time = element("span", {"class": "hidden"}, "Time")
    row = element(
        "tr",
        {},
        element("th", {"scope": "col"}, "State"),
        element("th", {"scope": "col"}, "Status"),
        element("th", {"scope": "col", "class": "number"}, "Duration"),
        element("th", {"scope": "col", "class": "when"}, time, _draw_axis(axis, given.view)),
    )
    return element("thead", {"id": id}, row)


def axis_of_visits(given: ReportInput, visits: Sequence[StateVisit]) -> TimeAxis:
    """Returns the axis on which the times of these visits have positions."""
    view = given.view
    end = given.now if view.ended_at is None else view.ended_at
    return TimeAxis(view.started_at, max(view.started_at, end), _times_of(visits))


def _times_of(visits: Sequence[StateVisit]) -> Iterator[int]:
    for visit in visits:
        yield visit.entered_at
        if visit.ended_at is not None:
            yield visit.ended_at
        for attempt in visit.attempts:
            yield attempt.scheduled_at
            if attempt.ended_at is not None:
                yield attempt.ended_at


def _draw_axis(axis: TimeAxis, view: ExecutionView) -> Markup:
    """Returns the labels of the axis, those of the wall clock if it differs, and the breaks."""
    start = view.started_at
    own = [(share, at - start) for share, at in axis.ticks()]
    wall = [(share, view.wall_ms(start, at)) for share, at in axis.ticks()]
    y = _LABEL_HEIGHT
    lines = [_draw_labels(own, y)]
    if any(mine != other for (_, mine), (_, other) in zip(own, wall, strict=True)):
        y += _LABEL_HEIGHT
        lines.append(_draw_labels(wall, y, "wall "))
    if axis.breaks:
        y += _LABEL_HEIGHT
        lines += [_draw_break_label(part, y) for part in axis.breaks]
    return element("svg", {"class": "axis", "width": "100%", "height": y + 4}, *lines)


def _draw_break_label(part: AxisPart, y: int) -> Markup:
    middle = (part.left + part.right) / 2
    text = f"⋯ {format_long_span(part.end - part.start)}"
    return element("text", {"class": f"break {_anchor(middle)}", "x": _percent(middle), "y": y}, text)


def _draw_labels(labels: Sequence[tuple[float, int]], y: int, clock: str = "") -> Markup:
    return join_markup(
        element(
            "text",
            {"class": f"tick {_anchor(share)}", "x": _percent(share), "y": y},
            (clock if place == 0 else "") + format_span(milliseconds),
        )
        for place, (share, milliseconds) in enumerate(labels)
    )


def _anchor(share: float) -> str:
    return "at-start" if share < 0.06 else "at-end" if share > 0.9 else "at-middle"


def draw_timeline_row(
    visit: StateVisit, given: ReportInput, axis: TimeAxis, *, selected: str | None = None
) -> Markup:
    """Returns the row of a visit; `selected` is the path of the selected state."""
    status = display_status(visit, given.pending)
    look = LOOKS[status]
    link = element(
        "a", {"href": given.address_of(visit)}, draw_status_mark(status), "\N{NO-BREAK SPACE}", visit.state
    )
    attributes: Attributes = {
        "class": "selected" if visit.path == selected else None,
        "data-state": state_id(visit.path),
        "data-status": look.colour,
    }
    return element(
        "tr",
        attributes,
        element(
            "th", {"scope": "row", "class": depth_class(_visit_depth(visit))}, link, _draw_notes(visit, given)
        ),
        element("td", {"class": f"mark-{look.colour}"}, look.word),
        element("td", {"class": "number"}, draw_visit_duration(visit, given)),
        element("td", {"class": "when"}, _draw_bar(visit, status, axis, given.now)),
    )


def _visit_depth(visit: StateVisit) -> int:
    """Returns the number of states around a visit."""
    depth, parent = 0, visit.thread.parent
    while parent is not None:
        depth, parent = depth + 1, parent.thread.parent
    return depth


def _draw_notes(visit: StateVisit, given: ReportInput) -> Markup:
    """Returns the iteration of a visit, the number of failed attempts, and the progress of a Map."""
    parts = []
    if visit.thread.kind == "iteration":
        parts.append(f"[{visit.thread.index}]")
    if visit.failures and (len(visit.attempts) > 1 or visit.ended_at is None):
        parts.append(f"↻ {len(visit.failures)}")
    if counts := map_words(visit, given):
        parts.append(counts)
    return element("span", {"class": "note"}, f" {' '.join(parts)}") if parts else Markup("")


def _draw_bar(visit: StateVisit, status: Status, axis: TimeAxis, now: int) -> Markup:
    look = LOOKS[status]
    end = now if visit.ended_at is None else visit.ended_at
    attempts = visit.attempts if len(visit.attempts) > 1 else []
    fill = "hatched" if status == "WAITING" or visit.type == "Wait" else f"fill-{look.colour}"
    of_visit = f"fill-{look.colour}" if attempts else fill
    parts = [_draw_span(visit.entered_at, end, axis, of_visit, is_thin=bool(attempts))]
    for attempt in attempts:
        until = end if attempt.ended_at is None else attempt.ended_at
        fill_of_attempt = fill if attempt.ended_at is None else f"fill-{LOOKS[attempt.status].colour}"
        parts.append(_draw_span(attempt.scheduled_at, until, axis, fill_of_attempt))
    for part in axis.breaks:
        if visit.entered_at <= part.start and end >= part.end:
            middle = (part.left + part.right) / 2
            cut: Attributes = {"class": "cut", "x": _percent(middle - 0.005), "width": "1%", "height": 16}
            parts.append(element("rect", cut))
    if visit.ended_at is None:
        arrow = element("path", {"class": f"fill-{look.colour}", "d": "M-1 2l8 6-8 6z"})
        parts.append(element("svg", {"x": _percent(axis.position(end)), "class": "open"}, arrow))
    return element("svg", {"class": "bar", "width": "100%", "height": 16, "aria-hidden": "true"}, *parts)


def _draw_span(start: int, end: int, axis: TimeAxis, look: str, *, is_thin: bool = False) -> Markup:
    left = axis.position(start)
    width = axis.position(end) - left
    height = 2 if is_thin else 10
    attributes: Attributes = {
        "class": look,
        "x": _percent(min(left, 1 - _THINNEST)),
        "y": 8 - height / 2,
        "width": _percent(width) if width > _THINNEST else 2,
        "height": height,
        "rx": 0 if is_thin or width <= _THINNEST else 2,
    }
    return element("rect", attributes)


def _percent(share: float) -> str:
    return f"{max(0.0, min(1.0, share)) * 100:.2f}%"

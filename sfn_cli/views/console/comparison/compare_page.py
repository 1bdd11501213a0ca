"""The page that compares two executions, and the page on which the other one is chosen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import ConfigurationError, UsageError
from sfn_cli.views.console.addresses import execution_address, execution_segment
from sfn_cli.views.console.comparison.compared_graph import compared_level, compared_run
from sfn_cli.views.console.comparison.compared_states import (
    MARK_WORDS,
    draw_change_mark,
    draw_compared_states,
    draw_value_changes,
)
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.trails import execution_trail
from sfn_cli.views.diff.diff_json import execution_diff_json
from sfn_cli.views.layout.folding import folding_rule
from sfn_cli.views.layout.place import place
from sfn_cli.views.picture.svg import draw_svg_of_page
from sfn_cli.views.report.picture_look import picture_look
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element, join_markup
from sfn_cli.views.text.moments import utc_text
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.diff.execution_diff import ExecutionDiff
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.statuses import Status


def draw_compare_page(diff: ExecutionDiff, first: str, second: str, now: int) -> ConsolePage:
    """Returns the page about the executions with these ARNs. `now` is as in `execution_diff_lines`."""
    title = f"{diff.before.source.name} and {diff.after.source.name}"
    heading = element("h1", {}, "Compare")
    graph = element("section", {"class": "graph", "aria-label": "Graph"}, _draw_compared_graph(diff))
    states = element(
        "section",
        {"aria-label": "States"},
        element("h2", {}, "States"),
        draw_compared_states(diff, now, _visit_address(first), _visit_address(second)),
    )
    body = [
        heading,
        _draw_ends(diff, first, second, now),
        draw_value_changes(diff.changes),
        element("div", {"class": "columns"}, graph, states),
    ]
    return ConsolePage(
        title,
        join_markup(body),
        execution_diff_json(diff, now=now),
        trail=execution_trail(first),
    )


class OtherExecution(NamedTuple):
    """An execution that can be compared: its ARN, name, status, start and end (None while it runs)."""

    arn: str
    name: str
    status: Status
    started_at: int
    stopped_at: int | None


def draw_choice_of_other(view: ExecutionView, arn: str, others: Sequence[OtherExecution]) -> ConsolePage:
    """Returns the page with the other executions of the machine, newest first."""
    named = element(
        "form",
        {"method": "get", "class": "inline"},
        element(
            "label", {}, "Another execution's name", element("input", {"name": "other", "required": True})
        ),
        element("button", {"type": "submit"}, "Compare"),
    )
    body = join_markup(
        [
            element("h1", {}, f"Compare {view.source.name} with"),
            _draw_others(others, arn) if others else element("p", {}, "The machine has no other execution."),
            named,
        ]
    )
    data: Json = {
        "executions": [{"executionArn": one.arn, "name": one.name, "status": one.status} for one in others]
    }
    return ConsolePage(f"Compare {view.source.name}", body, data, trail=execution_trail(arn))


def _draw_others(others: Sequence[OtherExecution], arn: str) -> Markup:
    head = draw_table_head(("Execution", "Status", "Started", "Duration"), ("Duration",))
    rows = [_draw_other(one, arn) for one in others]
    table = element("table", {"class": "rows"}, head, element("tbody", {}, *rows))
    return element("div", {"class": "sideways", "tabindex": 0}, table)


def _draw_other(one: OtherExecution, arn: str) -> Markup:
    href = _compare_address(arn, one.arn)
    span = "" if one.stopped_at is None else format_span(one.stopped_at - one.started_at)
    return element(
        "tr",
        {},
        element("th", {"scope": "row"}, element("a", {"href": href}, one.name)),
        element("td", {}, draw_status_mark(one.status), f" {LOOKS[one.status].word}"),
        element("td", {}, utc_text(one.started_at)),
        element("td", {"class": "number"}, span),
    )


def _draw_ends(diff: ExecutionDiff, first: str, second: str, now: int) -> Markup:
    """Returns both executions with their ends, and how many states differ."""
    columns = ("Mark", "Execution", "Status", "Duration", "Error")
    rows = [
        _draw_end(mark, which, view, arn, now)
        for mark, which, view, arn in (
            ("−", "First", diff.before, first),
            ("+", "Second", diff.after, second),
        )
    ]
    table = element("table", {"class": "rows"}, draw_table_head(columns), element("tbody", {}, *rows))
    table = element("div", {"class": "sideways", "tabindex": 0}, table)
    words = [_words_of_diff(diff)]
    if diff.same_definition is False:
        words.append("The definitions of the two executions differ.")
    other_way = element("a", {"href": _compare_address(second, first)}, "Exchange them")
    return join_markup([table, element("p", {}, " ".join(words), " ", other_way)])


def _draw_end(mark: str, which: str, view: ExecutionView, arn: str, now: int) -> Markup:
    look = LOOKS[view.status]
    return element(
        "tr",
        {},
        element("td", {}, mark, " ", which),
        element("th", {"scope": "row"}, element("a", {"href": execution_address(arn)}, view.source.name)),
        element("td", {"class": f"mark-{look.colour}"}, draw_status_mark(view.status), f" {look.word}"),
        element("td", {}, format_span(view.duration_ms(now))),
        element("td", {"class": "mark-failed"}, view.error or ""),
    )


def _words_of_diff(diff: ExecutionDiff) -> str:
    if diff.is_equal:
        return "No differences."
    counts = Counter(state.mark for state in diff.states)
    parts = [f"{counts[mark]} {MARK_WORDS[mark]}" for mark in ("~", "−", "+", "") if counts[mark]]
    return f"States: {', '.join(parts)}."


def _draw_compared_graph(diff: ExecutionDiff) -> Markup:
    try:
        level = compared_level(diff)
        run, changes = compared_run(diff, level)
        placed = place(level, is_folded=folding_rule(level, changes.nodes))
    except (ConfigurationError, UsageError) as error:
        return element("p", {"class": "note"}, str(error))
    legend = element(
        "p",
        {"class": "note"},
        *(part for mark in ("−", "+", "~") for part in (draw_change_mark(mark), f" {MARK_WORDS[mark]} ")),
    )
    title = f"States of {diff.before.source.name} and {diff.after.source.name}"
    picture = draw_svg_of_page(placed, title, run=run, changes=changes)
    return join_markup(
        [legend, element("div", {"class": picture_look(placed.width), "tabindex": 0}, picture)]
    )


def _visit_address(arn: str) -> Callable[[StateVisit], str]:
    return lambda visit: execution_address(arn, query={"state": visit.path, "visit": visit.entered_id})


def _compare_address(arn: str, other: str) -> str:
    return execution_address(arn, "compare", execution_segment(other))

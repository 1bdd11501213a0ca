"""The picture of a report, or the outline if no picture can be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.errors import ConfigurationError, UsageError
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.graph.run import graph_run, paths_of_interest
from sfn_cli.views.layout.folding import folding_rule
from sfn_cli.views.layout.place import place
from sfn_cli.views.outline.tree import outline_lines
from sfn_cli.views.picture.svg import draw_svg_of_page
from sfn_cli.views.report.picture_look import picture_look
from sfn_cli.views.report.styled_html import draw_styled_lines
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from sfn_cli.views.report.report_input import ReportInput

_OUTLINE_COLUMNS = 110


def draw_graph_section(given: ReportInput) -> Markup:
    """Returns the picture, or the outline with a note that explains why there is no picture."""
    try:
        return _draw_picture(given)
    except (ConfigurationError, UsageError) as error:
        note = element("p", {"class": "note"}, str(error))
    lines = outline_lines(given.view, now=given.now, width=_OUTLINE_COLUMNS, pending=given.pending)
    return join_markup([note, draw_styled_lines(lines)])


def _draw_picture(given: ReportInput) -> Markup:
    definition = given.view.source.definition
    if definition is None:
        raise UsageError("There is no picture, because the definition is unknown.")
    try:
        read = jsonvalue.loads(definition)
    except (ValueError, RecursionError):
        raise UsageError("There is no picture, because the definition is not valid JSON.") from None
    level = graph_of(read)
    run = graph_run(given.view, level, pending=given.pending)
    placed = place(level, is_folded=folding_rule(level, paths_of_interest(run)))
    return element(
        "div",
        {"class": picture_look(placed.width)},
        draw_svg_of_page(placed, f"States of {given.view.source.name}", run=run),
    )

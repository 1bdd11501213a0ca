"""Two definitions compared: on one graph, state by state, and line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.console.definition.definition_graph import draw_graph_or_table
from sfn_cli.views.diff.definition_lines import definition_diff_lines
from sfn_cli.views.diff.text_lines import differing_lines
from sfn_cli.views.picture.change_looks import CHANGE_LOOKS
from sfn_cli.views.report.styled_html import draw_styled_lines
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.views.diff.graph_union import GraphUnion
    from sfn_cli.views.diff.text_lines import TextLine

_COLUMNS = 96
_LOOKS = {"+": "added", "−": "removed", "": None}


def draw_comparison(
    union: GraphUnion, names: tuple[str, str], texts: tuple[str, str], open_paths: Iterable[str] = ()
) -> Markup:
    """Returns the sections of a comparison; `texts` are the definitions as they are shown."""
    before, after = names
    graph = draw_graph_or_table(
        union.level,
        f"Differences of {before} and {after}",
        changes=union.changes,
        open_paths=open_paths,
    )
    states = draw_styled_lines(definition_diff_lines(union.diff, before=before, after=after, width=_COLUMNS))
    heading = element("h2", {}, "Graph")
    return element(
        "div",
        {"class": "columns", "id": "definition"},
        element("section", {"aria-label": "Graph"}, heading, _draw_legend(), graph),
        element(
            "section",
            {"aria-label": "Differences"},
            element("h2", {}, "States"),
            states,
            _draw_text_difference(*texts),
        ),
    )


def _draw_legend() -> Markup:
    marks = (
        element("span", {"class": f"legend {change.look}"}, f"{mark} {change.word}")
        for mark, change in CHANGE_LOOKS.items()
    )
    return element("p", {"class": "note"}, *marks)


def _draw_text_difference(before: str, after: str) -> Markup:
    """Returns the lines that differ; nothing for equal texts."""
    groups = differing_lines(before, after)
    if groups is None:
        note = "The definitions are too long to be compared line by line."
        return element("p", {"class": "note"}, note)
    if not groups:
        return Markup("")
    titles = ("Before", "After", "Difference", "Text")
    bodies = (element("tbody", {}, *map(_draw_line, group)) for group in groups)
    table = element("table", {"class": "text-lines"}, draw_table_head(titles), *bodies)
    return join_markup(
        [
            element("h2", {}, "Lines"),
            element(
                "div", {"class": "scrolled", "tabindex": 0, "role": "region", "aria-label": "Lines"}, table
            ),
        ]
    )


def _draw_line(line: TextLine) -> Markup:
    mark = element("td", {}, line.mark or element("span", {"class": "hidden"}, "in both"))
    return element(
        "tr",
        {"class": _LOOKS[line.mark]},
        element("td", {"class": "number"}, "" if line.before is None else str(line.before)),
        element("td", {"class": "number"}, "" if line.after is None else str(line.after)),
        mark,
        element("td", {}, element("code", {}, line.text)),
    )

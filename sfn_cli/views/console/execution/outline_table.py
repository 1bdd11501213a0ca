"""The outline of an execution as a table: the rows of `sfn show`, as links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.console.addresses import execution_address, machine_address
from sfn_cli.views.console.execution.drawn_part import DrawnPart
from sfn_cli.views.console.execution.row_blocks import draw_row_blocks
from sfn_cli.views.outline.fit_rows import fit_rows
from sfn_cli.views.outline.rows import OutlineRows
from sfn_cli.views.picture.element_ids import state_id
from sfn_cli.views.report.durations import draw_elapsed
from sfn_cli.views.report.page_style import depth_class
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element, escape_markup, join_markup
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.views.console.execution.page_input import ExecutionPageInput
    from sfn_cli.views.outline.rows import OutlineRow
    from sfn_cli.views.text.markup import Attributes

_MOST_ROWS = 1000
_BLOCK = 50
_COLUMNS = ("State", "Type", "Duration", "Notes")


def draw_outline_table(page: ExecutionPageInput) -> DrawnPart:
    """Returns the outline; successful states are left out first if it has more than a thousand rows."""
    rows = fit_rows(OutlineRows(page.view, page.report.pending).rows(), _MOST_ROWS)
    drawn = [_draw_outline_row(row, depth, above, page) for row, depth, above in _flat_rows(rows, 0, None)]
    blocks = draw_row_blocks("outline", drawn, size=_BLOCK, is_live=page.is_live)
    table = element(
        "table",
        {"class": "timeline outline-table", "aria-label": "Outline"},
        draw_table_head(_COLUMNS, ("Duration",)),
        *blocks.values(),
    )
    return DrawnPart(element("div", {"class": "scroller", "tabindex": 0}, table), blocks)


def _flat_rows(
    rows: Sequence[OutlineRow], depth: int, above: OutlineRow | None
) -> Iterator[tuple[OutlineRow, int, OutlineRow | None]]:
    """Yields each row with its depth and the row above it, then those below it."""
    for row in rows:
        yield row, depth, above
        yield from _flat_rows(row.children, depth + 1, row)


def _draw_outline_row(
    row: OutlineRow, depth: int, above: OutlineRow | None, page: ExecutionPageInput
) -> Markup:
    look = depth_class(depth)
    if row.status is None:
        text = _draw_hidden_rows(row, above, page)
        return element("tr", {}, element("td", {"colspan": len(_COLUMNS), "class": f"note {look}"}, text))
    visit = row.visit
    attributes: Attributes = {"data-status": LOOKS[row.status].colour}
    if visit is not None:
        is_selected = visit.path == page.selection.path
        attributes = {
            "class": "selected" if is_selected else None,
            "data-state": state_id(visit.path),
            **attributes,
        }
    return element(
        "tr",
        attributes,
        element("th", {"scope": "row", "class": look}, _draw_outline_name(row, page)),
        element("td", {"class": "note"}, row.type),
        element("td", {"class": "number"}, _draw_row_duration(row, page)),
        element("td", {}, _draw_outline_notes(row, page)),
    )


def _draw_outline_name(row: OutlineRow, page: ExecutionPageInput) -> Markup:
    assert row.status is not None
    text = (
        draw_status_mark(row.status),
        "\N{NO-BREAK SPACE}",
        element("span", {"class": "hidden"}, f"{LOOKS[row.status].word}: "),
        row.name,
    )
    if row.visit is not None:
        return element("a", {"href": page.report.address_of(row.visit)}, *text)
    if row.is_execution:
        return element("a", {"href": _address_of_child(row.name)}, *text)
    return join_markup(text)


def _address_of_child(name: str) -> str:
    """Returns the address of a child execution of a Map Run, called MACHINE/LABEL/NAME."""
    machine, _, execution = name.partition("/")
    return machine_address(machine, "executions", execution)


def _draw_hidden_rows(row: OutlineRow, above: OutlineRow | None, page: ExecutionPageInput) -> Markup:
    visit = None if above is None else above.visit
    if visit is None or visit.type != "Map":
        return escape_markup(row.name)
    return element("a", {"href": page.link_below("maps", visit.path)}, row.name)


def _draw_row_duration(row: OutlineRow, page: ExecutionPageInput) -> Markup:
    if page.is_live and any(end is None for _, end in row.periods):
        return draw_elapsed(page.view, next(start for start, end in row.periods if end is None))
    return escape_markup(format_span(row.duration_ms(page.report.now)))


def _draw_outline_notes(row: OutlineRow, page: ExecutionPageInput) -> Markup:
    return join_markup(_draw_outline_note(text, style, row, page) for text, style in row.notes)


def _draw_outline_note(text: str, style: str, row: OutlineRow, page: ExecutionPageInput) -> Markup:
    """Returns a note; the counts of a Map are a link to its items, a child execution one to its page."""
    if style == "code":
        return element("code", {}, text)
    if style:
        return element("span", {"class": f"mark-{style}"}, text)
    visit = row.visit
    if visit is None or not text.strip(": "):
        return escape_markup(text)
    if visit.type == "Map":
        return element("a", {"href": page.link_below("maps", visit.path, visit=visit.entered_id)}, text)
    children = [attempt.child_arn for attempt in visit.attempts if attempt.child_arn is not None]
    if children and text.startswith("→"):
        return element("a", {"href": execution_address(children[-1])}, text)
    return escape_markup(text)

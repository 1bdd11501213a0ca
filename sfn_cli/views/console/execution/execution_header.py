"""The top of an execution's page: what it is, how it is, and where to go from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.console.execution.value_blocks import draw_value
from sfn_cli.views.report.overview import draw_failure, draw_status, facts_of_execution_page
from sfn_cli.views.report.payloads import ShownPayloads
from sfn_cli.views.report.tables import draw_fact_list
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from sfn_cli.views.console.execution.page_input import ExecutionPageInput


def draw_execution_header(page: ExecutionPageInput) -> Markup:
    """Returns the name, status and times of the execution, as of the shown event."""
    earlier = f" after event {page.view.last_id:,} of {page.shown.events:,}" if page.shown.is_earlier else ""
    title = element(
        "h1",
        {},
        page.view.source.name,
        " ",
        draw_status(page.report),
        element("span", {"class": "note"}, earlier) if earlier else "",
    )
    facts = draw_fact_list(facts_of_execution_page(page.report))
    return element("div", {"id": "execution-header", "data-swap": True}, title, facts)


def draw_execution_now(page: ExecutionPageInput) -> Markup:
    """Returns why the execution failed, or what it waits for; an empty element if there is neither."""
    return element(
        "div", {"id": "execution-now", "data-swap": True}, draw_failure(page.report, ShownPayloads(()))
    )


def draw_execution_links(page: ExecutionPageInput) -> Markup:
    """Returns the links to the definition, to the comparison and to the files."""
    at = page.query.at
    return element(
        "p",
        {"class": "buttons"},
        element("a", {"href": page.definition_address}, "Definition"),
        element("a", {"href": page.link_below("compare")}, "Compare"),
        element("a", {"href": page.link_below("report.html", at=at)}, "Report"),
        element("a", {"href": page.link_below("graph.svg", at=at)}, "Picture"),
        element("a", {"href": "#keys", "data-key": "?", "id": "keys-link"}, "Keys"),
    )


def draw_execution_input(page: ExecutionPageInput) -> Markup:
    return draw_value("execution-input", "Input", page.view.input, page)


def draw_execution_output(page: ExecutionPageInput) -> Markup:
    return draw_value("execution-output", "Output", page.view.output, page)

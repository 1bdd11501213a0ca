"""Renders an execution as one HTML file: picture, timeline, each state's data, events.

The file needs no network and no other file, and also works without its script. Any browser can open it
from disk. The same execution always results in the same bytes.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from sfn_cli.views.report.chosen_visits import report_visits
from sfn_cli.views.report.event_table import draw_event_table
from sfn_cli.views.report.graph_section import draw_graph_section
from sfn_cli.views.report.overview import draw_failure, draw_header
from sfn_cli.views.report.page_script import SCRIPT
from sfn_cli.views.report.page_style import page_sheet
from sfn_cli.views.report.payloads import MOST_CHARACTERS, ShownPayloads
from sfn_cli.views.report.status_marks import draw_definitions
from sfn_cli.views.report.timeline import draw_timeline
from sfn_cli.views.report.visit_panels import draw_panels, texts_of_visit
from sfn_cli.views.text.markup import Markup, code_element, element, escape_markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.report.report_input import ReportInput


def render_report(given: ReportInput) -> str:
    """Returns the page. Task tokens and other secrets are masked, so that it can be attached to an issue."""
    visits = report_visits(given.view)
    payloads = ShownPayloads(_texts_of_report(given, visits))
    body = element("body", {}, *_draw_body(given, visits, payloads))
    sheet = page_sheet()
    head = element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(sheet)}),
        element("meta", {"name": "viewport", "content": "width=device-width"}),
        element("title", {}, given.view.source.name),
        code_element("style", {}, sheet),
    )
    return f"<!DOCTYPE html>\n{element('html', {'lang': 'en'}, head, body)}\n"


def _policy(sheet: str) -> str:
    """Returns the Content-Security-Policy, which allows only this stylesheet and this script."""
    return (
        f"default-src 'none'; style-src '{_digest(sheet)}'; script-src '{_digest(SCRIPT)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(code: str) -> str:
    return f"sha256-{b64encode(sha256(code.encode()).digest()).decode()}"


def _texts_of_report(given: ReportInput, visits: Sequence[StateVisit]) -> Iterator[str]:
    yield given.view.input or ""
    yield given.view.output or ""
    yield given.view.source.definition or ""
    for visit in visits:
        yield from texts_of_visit(visit, given)


def _draw_body(given: ReportInput, visits: Sequence[StateVisit], payloads: ShownPayloads) -> Iterator[Markup]:
    yield draw_definitions()
    yield draw_header(given)
    yield draw_failure(given, payloads)
    picture = _section("Picture", draw_graph_section(given), look="graph")
    timeline = _section("Timeline", draw_timeline(given, visits), _note_of_visits(given, visits))
    panels = _section("States", element("div", {"id": "actions"}), draw_panels(given, visits, payloads))
    data = _section("Execution", *_draw_data_of_execution(given, payloads))
    yield element("main", {}, picture, element("div", {}, timeline, panels, data))
    events = draw_event_table(given.view)
    yield element("section", {}, _closed("Events of the history", events))
    yield element("footer", {}, _footnote(payloads))
    yield code_element("script", {}, SCRIPT)


def _section(title: str, *parts: Markup, look: str | None = None) -> Markup:
    return element("section", {"class": look, "aria-label": title}, element("h2", {}, title), *parts)


def _closed(title: str, *parts: Markup) -> Markup:
    return element("details", {}, element("summary", {}, title), *parts)


def _note_of_visits(given: ReportInput, visits: Sequence[StateVisit]) -> Markup:
    left_out = sum(1 for _ in given.view.visits()) - len(visits)
    if not left_out:
        return Markup("")
    words = f"… {left_out:,} more visits of states are left out. Failed and running ones are shown first."
    return element("p", {"class": "note"}, words)


def _draw_data_of_execution(given: ReportInput, payloads: ShownPayloads) -> Iterator[Markup]:
    view = given.view
    for title, text in (
        ("Input", view.input),
        ("Output", view.output),
        ("Definition", view.source.definition),
    ):
        if text is not None:
            yield _closed(title, payloads.json_block(text))


def _footnote(payloads: ShownPayloads) -> Markup:
    words = "Task tokens and values with secret-like names are masked."
    if payloads.cut:
        millions = MOST_CHARACTERS // 1_000_000
        words += f" The page shows {millions} million characters of data: longer values are truncated."
    return escape_markup(words)

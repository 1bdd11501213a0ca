"""The page of an execution, assembled from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.console.execution.drawn_part import DrawnPart
from sfn_cli.views.console.execution.events_part import draw_events_part
from sfn_cli.views.console.execution.execution_header import (
    draw_execution_header,
    draw_execution_input,
    draw_execution_links,
    draw_execution_now,
    draw_execution_output,
)
from sfn_cli.views.console.execution.keys_dialog import draw_keys_dialog
from sfn_cli.views.console.execution.outline_table import draw_outline_table
from sfn_cli.views.console.execution.page_query import DATA, EVENTS, OUTLINE, TIMELINE
from sfn_cli.views.console.execution.picture_part import draw_picture_part
from sfn_cli.views.console.execution.scrub_bar import draw_scrub_bar
from sfn_cli.views.console.execution.selection import (
    first_failure,
    first_open,
    iterations_around,
)
from sfn_cli.views.console.execution.timeline_part import draw_timeline_part
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.trails import machine_trail
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.console.execution.page_input import ExecutionPageInput
    from sfn_cli.views.execution.state_visit import StateVisit

    DrawView = Callable[[ExecutionPageInput], DrawnPart]

_TABS = (
    (OUTLINE, "Outline", "o"),
    (TIMELINE, "Timeline", "t"),
    (EVENTS, "Events", "e"),
    (DATA, "Input and output", "i"),
)


def draw_execution_page(page: ExecutionPageInput, data: Json) -> ConsolePage:
    """Returns the page; `data` is what its address with .json returns."""
    header, now, scrub = draw_execution_header(page), draw_execution_now(page), draw_scrub_bar(page)
    goto, iterations = _draw_goto(page), _draw_iterations(page)
    picture, view = draw_picture_part(page), _DRAWN[page.query.view](page)
    body = join_markup(
        [
            element("div", {"class": "execution-top"}, header, draw_execution_links(page)),
            now,
            element("div", {"id": "actions-place", "data-swap": True}, page.actions),
            scrub,
            element(
                "div",
                {"class": "columns execution"},
                element(
                    "section",
                    {"class": "graph", "id": "graph", "aria-label": "Graph", "data-swap": True},
                    goto,
                    iterations,
                    picture.markup,
                ),
                element("div", {}, _draw_tabs(page), _draw_view(page, view), _draw_panel_place(page)),
            ),
            draw_keys_dialog(),
        ]
    )
    parts = {
        "execution-header": header,
        "execution-now": now,
        "actions": page.actions,
        "goto": goto,
        "iterations": iterations,
        **picture.parts,
        **view.parts,
        "state-panel": page.panel,
        "scrub": scrub,
    }
    return ConsolePage(
        page.view.source.name,
        body,
        data,
        is_live=page.is_live,
        parts={id: part for id, part in parts.items() if part},
        scripts=("execution.js",),
        trail=machine_trail(page.view.source.name.partition("/")[0]),
    )


def _draw_tabs(page: ExecutionPageInput) -> Markup:
    links = (
        element(
            "a",
            {
                "href": page.link(view=view),
                "aria-current": "page" if view == page.query.view else None,
                "data-key": key,
                "aria-keyshortcuts": key,
            },
            text,
        )
        for view, text, key in _TABS
    )
    return element("nav", {"class": "tabs", "id": "tabs", "aria-label": "Views", "data-swap": True}, *links)


def _draw_view(page: ExecutionPageInput, view: DrawnPart) -> Markup:
    title = next(text for name, text, _ in _TABS if name == page.query.view)
    heading = element("h2", {"class": "hidden"}, title)
    return element("section", {"id": "view", "aria-label": title, "data-swap": True}, heading, view.markup)


def _draw_panel_place(page: ExecutionPageInput) -> Markup:
    return element("div", {"id": "panel-place", "data-swap": True}, page.panel)


def _draw_data(page: ExecutionPageInput) -> DrawnPart:
    parts = {"execution-input": draw_execution_input(page), "execution-output": draw_execution_output(page)}
    return DrawnPart(join_markup(parts.values()), parts)


_DRAWN: Mapping[str, DrawView] = {
    OUTLINE: draw_outline_table,
    TIMELINE: draw_timeline_part,
    EVENTS: draw_events_part,
    DATA: _draw_data,
}


def _draw_goto(page: ExecutionPageInput) -> Markup:
    """Returns links to the first failure and to what runs, and a field to find a state."""
    return element("div", {"class": "buttons", "id": "goto"}, *_draw_goto_links(page))


def _draw_goto_links(page: ExecutionPageInput) -> Iterator[Markup]:
    failure = page.report.failure
    failed = failure.visit if failure is not None and failure.visit is not None else first_failure(page.view)
    yield _goto_link(page, failed, "First failure", "f")
    yield _goto_link(page, first_open(page.view, page.report.pending), "Running", "r")
    find = {"name": "find", "type": "search", "aria-label": "Find a state", "placeholder": "Find a state"}
    yield element(
        "form",
        {"method": "get", "action": page.link_below(), "class": "inline", "id": "find-form"},
        *page.hidden_fields("state", "visit"),
        element("input", {**find, "size": 14, "id": "find", "aria-keyshortcuts": "/"}),
    )
    if page.selection.missing:
        words = f"There is no state {page.selection.missing} in this execution."
        yield element("span", {"class": "note", "role": "status"}, words)


def _goto_link(page: ExecutionPageInput, visit: StateVisit | None, text: str, key: str) -> Markup:
    if visit is None:
        return Markup("")
    return element(
        "a", {"href": page.report.address_of(visit), "data-key": key, "aria-keyshortcuts": key}, text
    )


def _draw_iterations(page: ExecutionPageInput) -> Markup:
    """Returns which iterations are shown, with the link to all, or to that of the selected visit."""
    chosen = page.query.iterations
    visit = page.selection.visit
    if not chosen:
        around = {} if visit is None else iterations_around(visit.thread)
        if not around:
            return element("p", {"id": "iterations"})
        only = element("a", {"href": page.link(iterations=around)}, "Show only its iteration")
        return element("p", {"class": "note", "id": "iterations"}, only)
    words = ", ".join(f"iteration {index} of {path.rpartition('/')[2]}" for path, index in chosen.items())
    every = element("a", {"href": page.link(iterations={})}, "all iterations")
    return element("p", {"class": "note", "id": "iterations"}, f"Only {words}: ", every)

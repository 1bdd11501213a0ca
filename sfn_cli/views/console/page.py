"""A page of the console, and the frame that all pages have.

The parts of a live page that change are elements with ids. When the store has changed, the server
draws the page again and sends the parts that differ; the script replaces them (server/console/live.py).
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.console.addresses import console_address
from sfn_cli.views.report.status_marks import draw_definitions
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.text.markup import Attributes

SECTIONS = (
    ("machines", "Machines"),
    ("executions", "Executions"),
    ("tasks", "Tasks"),
    ("status", "Status"),
)
"""The links at the top of each page: the first segment of an address, and the text."""


class ConsolePage(NamedTuple):
    """What is on a page.

    `body` are the children of <main>. `data` is what the same address with .json returns; a request for
    the page may leave out what is costly in it. `section` is the link at the top that is the current one.
    `is_live`: the page changes while it is open. `parts` are its parts that may change, by the ids of their
    elements; each is the whole element, and the body contains it. `scripts` are further files of
    server/console/static that the page needs. `trail` are the pages above this one: (text, address).
    `shows_processes`: what it shows may change without a change of the store, so that it is also drawn
    again from time to time.
    """

    title: str
    body: Markup
    data: "Json"
    section: str = "machines"
    is_live: bool = False
    parts: "Mapping[str, Markup]" = MappingProxyType({})
    scripts: "Sequence[str]" = ()
    trail: "Sequence[tuple[str, str]]" = ()
    status: int = 200
    shows_processes: bool = False


class PageFrame(NamedTuple):
    """What the server adds to a page.

    `version` is the digest of its parts, `may_change` says whether this browser may change anything;
    `note` is a line at the top, such as the result of an action. `key` is what the requests of the page's
    scripts carry.
    """

    version: str
    may_change: bool
    is_read_only: bool = False
    note: str = ""
    key: str = ""


def draw_console_page(page: ConsolePage, frame: PageFrame) -> str:
    """Returns the HTML document. It needs no other host, and works without its scripts."""
    head = element(
        "head",
        {},
        element("meta", {"charset": "utf-8"}),
        element("meta", {"name": "viewport", "content": "width=device-width"}),
        element("title", {}, f"{page.title} – sfn"),
        element("link", {"rel": "icon", "href": console_address("static", "icon.svg")}),
        element("link", {"rel": "stylesheet", "href": console_address("static", "console.css")}),
        *(
            element("script", {"src": console_address("static", script), "type": "module"})
            for script in ("console.js", *page.scripts)
        ),
    )
    live: Attributes = {
        "data-live": page.is_live,
        "data-version": frame.version,
        "data-key": frame.key or None,
    }
    body = element(
        "body",
        live,
        draw_definitions(),
        element("a", {"class": "skip", "href": "#main"}, "Skip to the content"),
        _draw_top(page, frame),
        element("p", {"class": "page-note", "role": "status"}, frame.note) if frame.note else Markup(""),
        element("main", {"id": "main", "tabindex": "-1"}, page.body),
    )
    return f"<!DOCTYPE html>\n{element('html', {'lang': 'en'}, head, body)}\n"


def _draw_top(page: ConsolePage, frame: PageFrame) -> Markup:
    links = [
        element(
            "a",
            {
                "href": console_address() if section == "machines" else console_address(section),
                "aria-current": "page" if section == page.section else None,
            },
            text,
        )
        for section, text in SECTIONS
    ]
    trail = [element("a", {"href": address}, text) for text, address in page.trail]
    return element(
        "header",
        {"class": "top"},
        element("nav", {"aria-label": "Console"}, element("b", {}, "sfn"), *links),
        element("nav", {"aria-label": "Above this page", "class": "trail"}, *trail) if trail else Markup(""),
        element("span", {"id": "connection", "class": "note", "role": "status"}, _access_text(frame)),
    )


def _access_text(frame: PageFrame) -> str:
    if frame.is_read_only:
        return "read only"
    return "" if frame.may_change else "read only here: open the address that sfn printed to change anything"


def join_parts(parts: "Mapping[str, Markup]") -> Markup:
    """Returns the parts of a page one after the other."""
    return join_markup(parts.values())

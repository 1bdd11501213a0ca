"""The panel of one visit of a state: its data step by step, what changed, its attempts, its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.diff.value_changes import ABSENT, value_changes
from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.report.durations import draw_elapsed
from sfn_cli.views.report.payloads import ShownPayloads
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.report.visit_panels import draw_visit, texts_of_visit, visit_duration_words
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.test_state_command import test_state_command
from sfn_cli.views.text.markup import Markup, element, escape_markup, join_markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.views.diff.value_changes import ValueChange
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.report.report_input import ReportInput

STATE_PANEL = "state-panel"
"""The id of the panel's element."""

CUT_CHARACTERS = 50_000
"""The maximum number of characters of data in a panel, unless all of it is requested."""

_MOST_CHANGES = 100


def draw_state_panel(
    given: ReportInput,
    visit: StateVisit,
    visits: Sequence[StateVisit],
    *,
    is_whole: bool = False,
    forms: Markup | None = None,
) -> Markup:
    """Returns the panel of `visit`, one of all `visits` of its state.

    `forms` are what the reader can do about it. `is_whole`: long data is not cut.
    """
    payloads = ShownPayloads(
        texts_of_visit(visit, given), most=None if is_whole else CUT_CHARACTERS, masks_secrets=False
    )
    status = display_status(visit, given.pending)
    look = LOOKS[status]
    content = [
        element(
            "h2",
            {},
            draw_status_mark(status),
            f" {visit.state} ",
            element("span", {"class": "note"}, f"{visit.type}, {look.word}, ", _draw_took(visit, given)),
        ),
        _draw_other_visits(given, visit, visits),
        _draw_items_link(given, visit),
        forms or Markup(""),
        *draw_visit(visit, given, payloads),
        *_draw_changes(visit),
        *_draw_test_state(given, visit),
    ]
    if payloads.cut:
        whole = state_address(given.view, visit, whole="1")
        content.append(element("p", {}, element("a", {"href": whole}, "Show all of the data")))
    return element("section", {"id": STATE_PANEL, "aria-label": f"State {visit.state}"}, *content)


def _draw_took(visit: StateVisit, given: ReportInput) -> Markup:
    if given.is_live and visit.ended_at is None:
        return draw_elapsed(given.view, visit.entered_at)
    return escape_markup(visit_duration_words(visit, given))


def state_address(view: ExecutionView, visit: StateVisit, **query: object) -> str:
    """Returns the address of a visit's page."""
    arn = view.source.arn or ""
    return execution_address(arn, "states", visit.path, query={"visit": visit.entered_id, **query})


def _draw_other_visits(given: ReportInput, visit: StateVisit, visits: Sequence[StateVisit]) -> Markup:
    """Returns links to the visits before and after this one."""
    place = visits.index(visit)
    links = [
        element("a", {"href": given.address_of(visits[other]), "rel": rel}, text)
        if 0 <= other < len(visits)
        else Markup("")
        for other, rel, text in ((place - 1, "prev", "‹ earlier"), (place + 1, "next", "later ›"))
    ]
    if len(visits) == 1:
        return Markup("")
    words = element("span", {"class": "note"}, f"visit {place + 1} of {len(visits)}")
    return element(
        "nav", {"aria-label": "Visits of this state", "class": "visits"}, links[0], words, links[1]
    )


def _draw_items_link(given: ReportInput, visit: StateVisit) -> Markup:
    """Returns the link from a Map to the page of its items, or of its Map Run."""
    if visit.type != "Map":
        return Markup("")
    text = "All items" if visit.map_run_arn is None else "The Map Run: items, throughput and limits"
    arn = given.view.source.arn or ""
    address = execution_address(arn, "maps", visit.path, query={"visit": visit.entered_id})
    return element("p", {}, element("a", {"href": address}, text))


def _draw_changes(visit: StateVisit) -> Iterator[Markup]:
    """Yields the differences between the visit's input and its output."""
    from sfn_cli import jsonvalue

    if visit.input is None or visit.output is None:
        return
    try:
        changes = value_changes(jsonvalue.loads(visit.input), jsonvalue.loads(visit.output))
    except (ValueError, RecursionError):
        return
    yield element("h3", {}, "Difference of input and output")
    if not changes:
        yield element("p", {"class": "note"}, "The output is the input.")
        return
    head = draw_table_head(("Path", "Input", "Output"))
    rows = [_draw_change(change) for change in changes[:_MOST_CHANGES]]
    yield element("table", {"class": "changes"}, head, element("tbody", {}, *rows))
    if len(changes) > _MOST_CHANGES:
        yield element("p", {"class": "note"}, f"… {len(changes) - _MOST_CHANGES} more values")


def _draw_change(change: ValueChange) -> Markup:
    from sfn_cli import jsonvalue

    def cell(value: object) -> Markup:
        if value is ABSENT:
            return element("td", {"class": "note"}, "–")
        return element("td", {}, element("code", {}, jsonvalue.dumps(value)))

    name = element("th", {"scope": "row"}, f"{change.mark} {change.path or '(the whole value)'}")
    return element("tr", {}, name, cell(change.before), cell(change.after))


def _draw_test_state(given: ReportInput, visit: StateVisit) -> Iterator[Markup]:
    command = test_state_command(given.view, visit)
    if command is None:
        return
    yield element("h3", {}, "Run this state again, on its own")
    yield element("pre", {"class": "command", "tabindex": 0, "data-copyable": True}, command)


def draw_no_visit(state: str) -> Markup:
    """Returns the panel of a state that was not visited."""
    return element(
        "section",
        {"id": STATE_PANEL, "aria-label": f"State {state}"},
        join_markup(
            [
                element("h2", {}, state.rpartition("/")[2]),
                element("p", {"class": "note"}, "This execution has not visited the state."),
            ]
        ),
    )

"""The form that starts an execution from a state of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.fields import draw_labelled, draw_name_field, draw_text_area
from sfn_cli.views.console.forms import draw_form, draw_form_problem, draw_submit
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.text.markup import element, join_markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.text.markup import Attributes, Markup

_INPUT_ROWS, _MOST_ROWS = 6, 34
_MOST_VISITS = 200


class RunFromForm(NamedTuple):
    """What is in the form.

    `visits` are those of the execution that can be chosen, `chosen` is the visit to start from, and
    `word` is its name in requests. `input` and `definition` are what the new execution gets;
    `input_before` and `definition_before` are what it gets if nothing is changed.
    """

    execution_arn: str
    state_machine_arn: str
    visits: Sequence[StateVisit]
    chosen: StateVisit
    word: str
    input: str
    input_before: str
    definition: str
    definition_before: str
    name: str = ""
    had_mocks: bool = False


def draw_run_from_form(form: RunFromForm, token: str | None, problem: str = "") -> Markup:
    """Returns the form; `problem` is why the last try has not started anything."""
    if token is None:
        return element("p", {}, "Open the console with the address that sfn printed, to run from a state.")
    address = execution_address(form.execution_arn, "run-from", query={"visit": form.chosen.entered_id})
    parts = [
        draw_form_problem(problem),
        element(
            "p",
            {},
            "The new execution has the history of this one up to the entry of ",
            element("b", {}, form.chosen.state),
            ", and runs on from there. What came before does not run again.",
        ),
        _draw_visits(form),
        element(
            "p", {"class": "note"}, "The mocks of this execution are not used: Tasks call their services."
        )
        if form.had_mocks
        else "",
        draw_form(
            address,
            token,
            _draw_text(
                "state-input", f"Input of {form.chosen.state} (JSON)", "input", form.input, _INPUT_ROWS
            ),
            _draw_text(
                "run-from-definition",
                "Definition: changes are for the new execution only",
                "definition",
                form.definition,
                form.definition.count("\n") + 2,
            ),
            draw_name_field(form.name),
            element("div", {"class": "buttons"}, draw_submit("Run from here", look="main")),
            look="stacked",
        ),
    ]
    return join_markup(part for part in parts if part)


def _draw_visits(form: RunFromForm) -> Markup:
    """Returns the links to the same form for other states."""
    shown = form.visits[:_MOST_VISITS]
    items = (
        element(
            "li",
            {},
            draw_status_mark(visit.status),
            " ",
            element(
                "a",
                {
                    "href": execution_address(
                        form.execution_arn, "run-from", query={"visit": visit.entered_id}
                    ),
                    "aria-current": "true" if visit is form.chosen else None,
                },
                visit.state,
            ),
        )
        for visit in shown
    )
    more = len(form.visits) - len(shown)
    return element(
        "details",
        {"id": "other-states"},
        element("summary", {}, "Another state"),
        element("ul", {"class": "run-from-states"}, *items),
        element("p", {"class": "note"}, f"… and {more} more") if more else "",
    )


def _draw_text(id: str, label: str, name: str, text: str, rows: int) -> Markup:
    attributes: Attributes = {
        "id": id,
        "name": name,
        "rows": min(rows, _MOST_ROWS),
        "cols": 100,
        "autocomplete": "off",
    }
    return draw_labelled(id, label, draw_text_area(attributes, text), look="field wide")

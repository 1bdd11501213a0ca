"""The form that runs an execution again, with another input, a fault or another clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.fields import (
    WALL_CLOCK,
    draw_clock_field,
    draw_json_field,
    draw_labelled,
    draw_name_field,
    draw_select,
)
from sfn_cli.views.console.forms import draw_form, draw_form_problem, draw_submit
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.views.text.markup import Attributes

EVERY_ATTEMPT = "every attempt"
FAULT_ATTEMPTS = ("1", "2", "1-2", "1-3")
_COMMON_ERRORS = ("States.Timeout", "States.TaskFailed", "Lambda.TooManyRequestsException")


class RunAgainForm(NamedTuple):
    """What is in the form. `task_states` are those for which a fault can be chosen.

    `test_case` is the mocks that the earlier execution had, if any: their name, or "" for none by name.
    """

    execution_arn: str
    input: str
    task_states: Sequence[str]
    name: str = ""
    clock: str = WALL_CLOCK
    fault_state: str = ""
    fault_error: str = "States.Timeout"
    fault_attempts: str = ""
    has_mocks: bool = False
    keeps_mocks: bool = True


def draw_run_again_form(form: RunAgainForm, token: str | None, problem: str = "") -> Markup:
    """Returns the form; `problem` is why the last try has not started anything."""
    if token is None:
        return element("p", {}, "Open the console with the address that sfn printed, to run it again.")
    fields = [
        draw_labelled("input", "Input (JSON)", draw_json_field("input", form.input)),
        draw_name_field(form.name),
        draw_clock_field(form.clock),
        _draw_fault(form) if form.task_states else "",
        _draw_mocks(form) if form.has_mocks else "",
        element("div", {"class": "buttons"}, draw_submit("Run again", look="main")),
    ]
    return join_markup(
        (
            draw_form_problem(problem),
            draw_form(
                execution_address(form.execution_arn, "again"),
                token,
                *(field for field in fields if field),
                hidden={"changed": "yes"},
                look="stacked",
            ),
        )
    )


def _draw_fault(form: RunAgainForm) -> Markup:
    states = [("", "No fault"), *((state, state) for state in form.task_states)]
    attempts = [("", EVERY_ATTEMPT), *((one, f"attempt {one}") for one in FAULT_ATTEMPTS)]
    return element(
        "fieldset",
        {},
        element("legend", {}, "Inject a fault"),
        draw_labelled("fault-state", "Task that fails", draw_select("fault-state", states, form.fault_state)),
        draw_labelled(
            "fault-error",
            "Error",
            element(
                "input",
                {
                    "id": "fault-error",
                    "name": "fault-error",
                    "value": form.fault_error,
                    "list": "errors",
                    "maxlength": 256,
                },
            ),
        ),
        element("datalist", {"id": "errors"}, *(element("option", {"value": one}) for one in _COMMON_ERRORS)),
        draw_labelled("fault-attempts", "When", draw_select("fault-attempts", attempts, form.fault_attempts)),
    )


def _draw_mocks(form: RunAgainForm) -> Markup:
    box: Attributes = {
        "type": "checkbox",
        "name": "mocks",
        "value": "keep",
        "id": "mocks",
        "checked": form.keeps_mocks,
    }
    return element(
        "p",
        {},
        element("label", {"for": "mocks"}, element("input", box), "With the mocks of the earlier execution"),
    )

"""The actions on an execution's page: only those that are possible in its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.fields import draw_labelled
from sfn_cli.views.console.forms import draw_form, draw_submit
from sfn_cli.views.console.task_answers import draw_task_forms
from sfn_cli.views.text.markup import element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.views.console.task_answers import AnswerableTask
    from sfn_cli.views.text.markup import Markup

ACTIONS_PART = "actions"
"""The id of the actions' element, which is a part of the execution's page."""


class ExecutionActions(NamedTuple):
    """What can be done with an execution now.

    `no_redrive` is the reason why it cannot be redriven, None if it can be; it is empty where that
    would be no surprise, such as for an execution that has succeeded. `selected_visit` is the visit that
    is selected on the page, by the id of its first event.
    """

    execution_arn: str
    can_stop: bool = False
    tasks: Sequence[AnswerableTask] = ()
    no_redrive: str | None = ""
    can_run_again: bool = False
    can_run_from: bool = False
    selected_visit: int | None = None


def draw_execution_actions(actions: ExecutionActions, token: str | None, id: str = ACTIONS_PART) -> Markup:
    """Returns the buttons and forms; the empty element for a reader who may not change anything."""
    if token is None:
        return element("section", {"id": id})
    arn = actions.execution_arn
    buttons = []
    if actions.no_redrive is None:
        buttons.append(
            draw_form(execution_address(arn, "redrive"), token, draw_submit("Redrive", look="main"))
        )
    if actions.can_run_from:
        address = execution_address(arn, "run-from", query={"visit": actions.selected_visit})
        words = "Run from a state …" if actions.selected_visit is None else "Run from here …"
        buttons.append(_draw_link(words, address, id="run-from"))
    if actions.can_run_again:
        buttons.append(draw_form(execution_address(arn, "again"), token, draw_submit("Run again")))
        buttons.append(_draw_link("Run again with changes …", execution_address(arn, "again")))
    if actions.can_stop:
        buttons.append(_draw_stop(arn, token))
    no_redrive = f"No redrive: {actions.no_redrive}." if actions.no_redrive else ""
    parts = [
        draw_task_forms(actions.tasks, token),
        element("div", {"class": "buttons"}, *buttons) if buttons else "",
        element("p", {"class": "note"}, no_redrive) if no_redrive else "",
    ]
    if not any(parts):
        return element("section", {"id": id})
    return element("section", {"id": id, "aria-label": "Actions"}, *(part for part in parts if part))


def _draw_stop(arn: str, token: str) -> Markup:
    fields = element(
        "details",
        {"id": "stop-fields"},
        element("summary", {}, "Error and cause"),
        *(
            draw_labelled(
                f"stop-{name}",
                name.capitalize(),
                element("input", {"id": f"stop-{name}", "name": name, "size": 40, "maxlength": most}),
            )
            for name, most in (("error", 256), ("cause", 32768))
        ),
    )
    return draw_form(
        execution_address(arn, "stop"),
        token,
        draw_submit("Stop", look="danger", id="stop"),
        fields,
        id="stop-form",
        confirm="Stop the execution? Its states are aborted.",
    )


def _draw_link(text: str, address: str, id: str | None = None) -> Markup:
    return element("a", {"class": "button", "href": address, "id": id}, text)

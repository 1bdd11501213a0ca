"""Forms that answer a waiting task: approve it with an output, or reject it with an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.fields import draw_labelled, draw_text_area
from sfn_cli.views.console.forms import draw_form, draw_submit
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

APPROVED = '{"approved": true}'
REJECTED = "Rejected"
"""The output and the error of `sfn tasks`, if no others are given."""

APPROVE_KEY = "a"

_SHOWN_CHARACTERS = 2000


class AnswerableTask(NamedTuple):
    """A task that waits for an answer.

    `handle` has all its digits. `waits_for` is in words: "lambda:invoke", "activity:approve (no worker
    yet)". `input` is JSON text. `has_heartbeat`: it accepts heartbeats now.
    """

    handle: str
    execution_arn: str
    state: str
    waits_for: str
    input: str
    has_heartbeat: bool


def draw_task_forms(tasks: Sequence[AnswerableTask], token: str | None, *, back_to: str = "") -> Markup:
    """Returns the forms of an execution's tasks, the first of which has the key.

    `back_to` is the page of the console, below /console/, to return to, by default the execution's.
    """
    if token is None or not tasks:
        return Markup("")
    items = (
        element(
            "li",
            {},
            element("b", {}, task.state),
            element("span", {"class": "note"}, f" waits for {task.waits_for}"),
            draw_task_form(task, token, has_key=number == 0, back_to=back_to),
        )
        for number, task in enumerate(tasks)
    )
    return element("ul", {"class": "task-forms"}, *items)


def draw_task_form(
    task: AnswerableTask, token: str | None, *, has_key: bool = False, back_to: str = ""
) -> Markup:
    """Returns the form that answers one task; nothing for a reader who may not."""
    id = f"task-{task.handle[:8]}"
    heartbeat = draw_submit("Heartbeat", name="answer", value="heartbeat") if task.has_heartbeat else ""
    shown = task.input[:_SHOWN_CHARACTERS] + ("…" if len(task.input) > _SHOWN_CHARACTERS else "")
    fields = element(
        "details",
        {"id": f"{id}-fields"},
        element("summary", {}, "Input, output and error"),
        element("p", {"class": "note"}, "Its input:"),
        element("pre", {"tabindex": "0", "aria-label": f"Input of {task.state}"}, shown),
        _draw_field(f"{id}-output", "Output, to approve", "output", APPROVED, is_long=True),
        _draw_field(f"{id}-error", "Error, to reject", "error", REJECTED),
        _draw_field(f"{id}-cause", "Cause, to reject", "cause", ""),
    )
    question = f"Approve {task.state}, with the output in its form?"
    return draw_form(
        execution_address(task.execution_arn, "answer"),
        token,
        element(
            "span",
            {"class": "buttons"},
            draw_submit(
                "Approve",
                name="answer",
                value="approve",
                look="main",
                key=APPROVE_KEY if has_key else "",
                key_confirm=question if has_key else None,
                id=f"{id}-approve",
                label=f"Approve {task.state}",
            ),
            draw_submit("Reject", name="answer", value="reject", look="danger", label=f"Reject {task.state}"),
            heartbeat,
        ),
        fields,
        hidden={"handle": task.handle, **({"back_to": back_to} if back_to else {})},
        id=id,
        look="task-form",
    )


def _draw_field(id: str, text: str, name: str, value: str, *, is_long: bool = False) -> Markup:
    field = (
        draw_text_area({"id": id, "name": name, "rows": 3, "cols": 60}, value)
        if is_long
        else element("input", {"id": id, "name": name, "value": value, "size": 40})
    )
    return draw_labelled(id, text, field)

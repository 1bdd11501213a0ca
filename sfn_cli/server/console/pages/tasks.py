"""The tasks that wait for an answer from outside, as `sfn tasks list` lists them, with their forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.stepfunctions.waiting_tasks import waiting_tasks
from sfn_cli.server.console.offered_actions import answerable_task
from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.task_answers import draw_task_form
from sfn_cli.views.console.times import draw_time
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.api.stepfunctions.waiting_tasks import WaitingTask
    from sfn_cli.server.console.messages import ConsoleRequest

MOST_TASKS = 100
"""The most tasks on the page, oldest executions first."""

_HEADINGS = ("Execution", "State", "Waits for", "Since", "Until")


def tasks_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    found = list(waiting_tasks(service, limit=MOST_TASKS + 1))
    tasks = found[:MOST_TASKS]
    part = element(
        "section",
        {"id": "tasks"},
        element("h1", {}, "Tasks"),
        _draw_tasks(tasks, request.form_token) if tasks else _draw_none(),
        element("p", {"class": "note"}, f"These are the oldest {MOST_TASKS}. sfn tasks list lists all.")
        if len(found) > MOST_TASKS
        else "",
    )
    data: Any = {"tasks": [_task_data(task, may_answer=request.form_token is not None) for task in tasks]}
    return ConsolePage("Tasks", part, data, section="tasks", is_live=True, parts={"tasks": part})


def _draw_none() -> Markup:
    return element(
        "p",
        {},
        "No task waits. Tasks of activities, and those with .waitForTaskToken, are listed here while they "
        "wait for an answer.",
    )


def _draw_tasks(tasks: Sequence[WaitingTask], token: str | None) -> Markup:
    headings = (*_HEADINGS, "Answer") if token is not None else _HEADINGS
    return element(
        "table",
        {"class": "rows cards tasks"},
        draw_table_head(headings),
        element("tbody", {}, *(_draw_row(task, token, number == 0) for number, task in enumerate(tasks))),
    )


def _draw_row(task: WaitingTask, token: str | None, is_first: bool) -> Markup:
    drawn = answerable_task(task)
    cells: list[str] = [
        element("a", {"href": execution_address(task.execution_arn)}, task.execution),
        task.state,
        drawn.waits_for,
        draw_time(task.since, None),
        "" if task.until is None else draw_time(task.until, None),
    ]
    if token is not None:
        cells.append(draw_task_form(drawn, token, has_key=is_first, back_to="tasks"))
    first, *others = cells
    return element(
        "tr",
        {},
        element("th", {"scope": "row"}, first),
        *(
            element("td", {"data-label": label}, cell)
            for label, cell in zip(_HEADINGS[1:], others, strict=False)
        ),
        *([element("td", {}, others[-1])] if token is not None else []),
    )


def _task_data(task: WaitingTask, *, may_answer: bool) -> dict[str, Any]:
    """Returns a task as `sfn tasks list` prints it; its token only for a reader who may answer it."""
    data = {name: value for name, value in task.to_response().items() if value is not None}
    if not may_answer:
        data.pop("taskToken", None)
    times = {name: data[name] for name in ("since", "until") if name in data}
    return data | {name: utc_date(at) for name, at in times.items()}

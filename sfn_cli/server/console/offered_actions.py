"""The actions that are possible with an execution now, from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions.redrive import BY_MAP_RUN, needless_redrive_reason, redrive_refusal_reason
from sfn_cli.api.stepfunctions.waiting_tasks import waiting_tasks
from sfn_cli.arn import is_express_arn, is_map_run_child_arn
from sfn_cli.views.console.execution_actions import ExecutionActions, draw_execution_actions
from sfn_cli.views.console.task_answers import AnswerableTask

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.stepfunctions.waiting_tasks import WaitingTask
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.text.markup import Markup

MOST_TASKS = 20
"""How many waiting tasks the page of an execution has forms for; /console/tasks has more."""

_ANSWERED_BY_CLIENTS = ("answer", "worker")


def draw_offered_actions(service: Service, request: ConsoleRequest, shown: ShownExecution) -> Markup:
    """Returns the element with the execution's actions; it is a part of its page."""
    if request.form_token is None:
        return draw_execution_actions(ExecutionActions(""), None)
    actions = offered_actions(service, shown)._replace(selected_visit=request.number("visit", 0) or None)
    return draw_execution_actions(actions, request.form_token)


def offered_actions(service: Service, shown: ShownExecution) -> ExecutionActions:
    """Returns what can be done with the execution as it is now, also where an earlier time is shown."""
    arn = shown.source.arn
    assert arn is not None
    execution = service.executions.find(arn)
    if execution is None:
        return ExecutionActions(arn)
    is_running = execution.status == "RUNNING"
    is_express, is_child = is_express_arn(arn), is_map_run_child_arn(arn)
    has_machine = service.state_machines.find(execution.state_machine_arn.partition("/")[0]) is not None
    waits = any(pending.kind in _ANSWERED_BY_CLIENTS for pending in shown.pending.values())
    tasks = (
        [answerable_task(task) for task in waiting_tasks(service, execution_arn=arn, limit=MOST_TASKS)]
        if is_running and (waits or shown.is_earlier)
        else []
    )
    return ExecutionActions(
        arn,
        can_stop=is_running and (not is_express or shown.source.suspension is not None),
        tasks=tasks,
        no_redrive="" if is_express else _no_redrive(service, arn, execution.status),
        can_run_again=has_machine and not is_child,
        can_run_from=has_machine and not is_child and bool(shown.view.root.visits),
    )


def answerable_task(task: WaitingTask) -> AnswerableTask:
    """Returns a waiting task in the form in which it is drawn."""
    resource = task.resource.split(":", 5)[-1].removesuffix(".waitForTaskToken")
    who = {"SCHEDULED": " (no worker yet)", "STARTED": f" ({task.worker_name or 'taken by a worker'})"}
    return AnswerableTask(
        task.handle,
        task.execution_arn,
        task.state,
        f"{resource}{who.get(task.status, '')}",
        task.input,
        task.has_heartbeat and task.status != "SCHEDULED",
    )


def _no_redrive(service: Service, arn: str, status: str) -> str | None:
    """Returns why the execution cannot be redriven; "" if no one would expect that it can be."""
    if needless_redrive_reason(status) is not None:
        return ""
    state = service.redrives.state(arn)
    reason = "" if state is None else redrive_refusal_reason(state, service.clock())
    return "it is redriven with its Map Run" if reason == BY_MAP_RUN else reason

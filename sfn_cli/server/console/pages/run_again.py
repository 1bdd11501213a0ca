"""The page on which an execution is run again with changes: its input, a fault, another clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.api.stepfunctions.starts.again import clock_of_execution
from sfn_cli.asl.nesting import states_with_nested
from sfn_cli.server.console.chosen_clock import clock_in_form
from sfn_cli.server.console.opened_execution import no_such_opened_execution, opened_execution_arn
from sfn_cli.views.console import run_again as drawn
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.trails import execution_trail
from sfn_cli.views.text.markup import element, join_markup
from sfn_cli.views.text.spread_json import spread_json

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest


def run_again_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    return show_run_again(request, run_again_form(service, opened_execution_arn(service, request)))


def show_run_again(
    request: ConsoleRequest, form: drawn.RunAgainForm, problem: str = "", status: int = 200
) -> ConsolePage:
    """Returns the page; `problem` is why the last try has not started anything."""
    machine, execution = request.names["machine"], request.names["execution"]
    body = join_markup(
        (
            element("h1", {}, f"Run {machine}/{execution} again"),
            drawn.draw_run_again_form(form, request.form_token, problem),
        )
    )
    data: Any = {
        "executionArn": form.execution_arn,
        "input": form.input,
        "clock": form.clock,
        "taskStates": list(form.task_states),
    }
    trail = execution_trail(form.execution_arn)
    return ConsolePage(f"Run again {execution}", body, data, trail=trail, status=status)


def run_again_form(service: Service, execution_arn: str) -> drawn.RunAgainForm:
    """Returns the form as it is before the user has changed anything."""
    execution = service.executions.find(execution_arn)
    if execution is None:
        raise no_such_opened_execution(execution_arn)
    machine = service.state_machines.find(execution.state_machine_arn)
    return drawn.RunAgainForm(
        execution_arn,
        spread_json(execution.input),
        () if machine is None else _task_states(machine.revision.definition),
        clock=clock_in_form(clock_of_execution(service, execution_arn)),
        has_mocks=execution.mocks is not None,
    )


def _task_states(definition: str) -> list[str]:
    states = states_with_nested(jsonvalue.loads(definition))
    return [name for name, state in states if state["Type"] == "Task"]

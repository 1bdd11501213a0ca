"""Starts an execution from a state of another one, with what the form changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.api.stepfunctions.starts.again import clock_of_execution
from sfn_cli.errors import SfnError
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.operations import call_states_operation
from sfn_cli.server.console.pages.run_from import run_from_form, show_run_from
from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.definition.definition_text import plain_line_ends

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.console.page import ConsolePage
    from sfn_cli.views.console.run_from import RunFromForm


def run_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect | ConsolePage:
    """Starts the execution. If that is refused, the page comes back with what was typed, and the reason."""
    given = request.form
    form = run_from_form(service, request)
    form = form._replace(
        input=plain_line_ends(given.get("input", form.input)),
        definition=plain_line_ends(given.get("definition", form.definition)),
        name=given.get("name", "").strip(),
    )
    starting = service.starting_with_clock(clock_of_execution(service, form.execution_arn))
    try:
        answer = call_states_operation(starting, "StartExecution", _start_request(form))
    except SfnError as error:
        return show_run_from(request, form, str(error), status=400)
    return ConsoleRedirect(
        execution_address(answer["executionArn"]), f"Started from {form.chosen.state}, with its history."
    )


def _start_request(form: RunFromForm) -> dict[str, str]:
    """Returns the request; what was not changed is not in it."""
    request = {
        "stateMachineArn": form.state_machine_arn,
        "fromExecutionArn": form.execution_arn,
        "fromState": form.word,
    }
    if form.name:
        request["name"] = form.name
    if not _is_same_json(form.input, form.input_before):
        request["stateInput"] = form.input
    if form.definition != form.definition_before:
        request["definition"] = form.definition
    return request


def _is_same_json(one: str, other: str) -> bool:
    try:
        return jsonvalue.dumps(jsonvalue.loads(one)) == jsonvalue.dumps(jsonvalue.loads(other))
    except (ValueError, RecursionError):
        return False

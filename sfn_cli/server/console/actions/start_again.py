"""Runs an execution again: with the same input, or with what the form changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions.starts.again import StartAgain, clock_of_execution, start_execution_again
from sfn_cli.errors import SfnError
from sfn_cli.server.console.chosen_clock import clock_of_form
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.opened_execution import opened_execution_arn
from sfn_cli.server.console.pages.run_again import run_again_form, show_run_again
from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.definition.definition_text import plain_line_ends

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.console import run_again as drawn
    from sfn_cli.views.console.page import ConsolePage


def run_again_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect | ConsolePage:
    """Starts the execution. If that is refused, the page comes back with what was typed, and the reason."""
    arn = opened_execution_arn(service, request)
    if "changed" not in request.form:
        starting = service.starting_with_clock(clock_of_execution(service, arn))
        return _started(start_execution_again(starting, arn, StartAgain()))
    form = _given_form(run_again_form(service, arn), request)
    try:
        again = StartAgain(form.input, form.name or None, _faults(form), keeps_mocks=form.keeps_mocks)
        return _started(
            start_execution_again(service.starting_with_clock(clock_of_form(form.clock)), arn, again)
        )
    except SfnError as error:
        return show_run_again(request, form, str(error), status=400)


def _started(arn: str) -> ConsoleRedirect:
    return ConsoleRedirect(execution_address(arn), "Started.")


def _given_form(form: drawn.RunAgainForm, request: ConsoleRequest) -> drawn.RunAgainForm:
    given = request.form
    return form._replace(
        input=plain_line_ends(given.get("input", form.input)),
        name=given.get("name", "").strip(),
        clock=given.get("clock", form.clock),
        fault_state=given.get("fault-state", ""),
        fault_error=given.get("fault-error", "").strip(),
        fault_attempts=given.get("fault-attempts", ""),
        keeps_mocks="mocks" in given,
    )


def _faults(form: drawn.RunAgainForm) -> list[str]:
    """Returns the fault as --inject has it."""
    if not form.fault_state:
        return []
    attempts = f"@{form.fault_attempts}" if form.fault_attempts else ""
    return [f"{form.fault_state}:{form.fault_error}{attempts}"]

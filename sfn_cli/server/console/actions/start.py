"""Starts an execution with what the form of its page has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.arn import qualify_arn
from sfn_cli.errors import SfnError, is_store_error
from sfn_cli.server.console.chosen_clock import clock_of_form
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.opened_machine import opened_machine_arn
from sfn_cli.server.console.operations import call_states_operation
from sfn_cli.server.console.pages.start import show_start_again
from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.start_form import InputFault, StartForm
from sfn_cli.views.definition.definition_text import plain_line_ends

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.console.page import ConsolePage


def start_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect | ConsolePage:
    """Starts the execution. If that is refused, the page comes back with what was typed, and the reason."""
    arn = opened_machine_arn(service, request)
    form = _given_start_form(request)
    try:
        json_text.read_json(form.input)
    except json_text.NotJson as error:
        fault = InputFault(error.message, error.line, error.column)
        return show_start_again(service, request, form, fault)
    try:
        return ConsoleRedirect(execution_address(_start(service, arn, form)), "Started.")
    except SfnError as error:
        if is_store_error(error):
            raise
        return show_start_again(service, request, form, str(error))


def _given_start_form(request: ConsoleRequest) -> StartForm:
    given = request.form
    return StartForm(
        input=plain_line_ends(given.get("input", "")),
        name=given.get("name", "").strip(),
        qualifier=given.get("qualifier", "").strip(),
        clock=given.get("clock", StartForm().clock),
        test_case=given.get("test_case", ""),
    )


def _start(service: Service, machine_arn: str, form: StartForm) -> str:
    """Returns the ARN of the new execution."""
    arn = qualify_arn(machine_arn, form.qualifier) if form.qualifier else machine_arn
    request: dict[str, Any] = {
        "stateMachineArn": f"{arn}#{form.test_case}" if form.test_case else arn,
        "input": form.input,
    }
    if form.name:
        request["name"] = form.name
    starting = service.starting_with_clock(clock_of_form(form.clock))
    return str(call_states_operation(starting, "StartExecution", request)["executionArn"])

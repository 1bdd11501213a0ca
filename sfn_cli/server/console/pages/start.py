"""The page on which an execution is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions.starts.again import clock_of_execution
from sfn_cli.api.views.start_options import start_options
from sfn_cli.server.console.chosen_clock import clock_in_form
from sfn_cli.server.console.opened_execution import no_such_opened_execution, opened_execution_arn
from sfn_cli.server.console.opened_machine import no_such_machine, opened_machine_arn
from sfn_cli.views.console.addresses import execution_segment
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.start_form import (
    EarlierInput,
    StartChoices,
    StartForm,
    draw_earlier_inputs,
    draw_start_form,
)
from sfn_cli.views.console.trails import machine_trail
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.text.markup import element, join_markup
from sfn_cli.views.text.spread_json import spread_json

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.views.start_options import StartOptions
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.console.start_form import InputFault


def start_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    options = _existing_options(service, request)
    form = StartForm(clock=clock_in_form(service.settings.clock))
    if "from" in request.query:
        form = _form_of_execution(service, request, options)
    return show_start(request, options, form)


def show_start_again(
    service: Service, request: ConsoleRequest, form: StartForm, problem: str | InputFault
) -> ConsolePage:
    """Returns the page with what was typed, and why that has not started anything."""
    return show_start(request, _existing_options(service, request), form, problem, status=400)


def show_start(
    request: ConsoleRequest,
    options: StartOptions,
    form: StartForm,
    problem: str | InputFault = "",
    status: int = 200,
) -> ConsolePage:
    machine = options.machine
    choices = StartChoices(
        machine.name, machine.versions, machine.aliases, options.test_cases, options.mocks_problem
    )
    earlier = [
        EarlierInput(
            one.execution_arn,
            execution_segment(one.execution_arn),
            one.name,
            one.started_at,
            one.input,
        )
        for one in options.former_inputs
    ]
    body = join_markup(
        [
            element("h1", {}, f"Start {machine.name}"),
            draw_start_form(form, choices, request.form_token, problem),
            draw_earlier_inputs(machine.name, earlier) if request.form_token is not None else "",
        ]
    )
    data = {
        "name": machine.name,
        "stateMachineArn": machine.arn,
        "type": machine.type,
        "input": form.input,
        "versions": list(machine.versions),
        "aliases": list(machine.aliases),
        "testCases": list(options.test_cases),
        "inputs": [
            {
                "executionArn": one.execution_arn,
                "name": one.name,
                "startDate": utc_date(one.started_at),
                "input": one.input,
            }
            for one in earlier
        ],
    }
    trail = machine_trail(machine.name)
    return ConsolePage(f"Start {machine.name}", body, data, trail=trail, status=status)


def _existing_options(service: Service, request: ConsoleRequest) -> StartOptions:
    options = start_options(service, opened_machine_arn(service, request))
    if options is None:
        raise no_such_machine(request.names["machine"])
    return options


def _form_of_execution(service: Service, request: ConsoleRequest, options: StartOptions) -> StartForm:
    """Returns the form with the input, the version or alias and the clock of an earlier execution."""
    named = {**request.names, "execution": request.query["from"]}
    arn = opened_execution_arn(service, request._replace(names=named))
    execution = service.executions.find(arn)
    if execution is None or execution.map_run_arn is not None:
        raise no_such_opened_execution(arn)
    qualifier = execution.alias or ("" if execution.version is None else str(execution.version))
    known = {*options.machine.aliases, *options.machine.versions}
    return StartForm(
        input=spread_json(execution.input),
        qualifier=qualifier if qualifier in known else "",
        clock=clock_in_form(clock_of_execution(service, arn)),
    )

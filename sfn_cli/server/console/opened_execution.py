"""The execution that a page of the console is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions.arn_checks import no_such_execution
from sfn_cli.api.views.execution_names import execution_arn_of_name
from sfn_cli.arn import express_execution_arn, state_machine_arn
from sfn_cli.server.console.known_executions import known_execution
from sfn_cli.server.console.local_times import local_zone
from sfn_cli.views.execution.shown_execution import show_source, show_view

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.errors import ApiError
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.execution.shown_execution import ShownExecution


def opened_execution_arn(service: Service, request: ConsoleRequest) -> str:
    """Returns the ARN of the execution that the address names (views/console/addresses.py).

    "last" is the latest execution of the machine. Raises ApiError.
    """
    machine, execution = request.names["machine"], request.names["execution"]
    name, colon, id = execution.partition(":")
    if colon:
        settings = service.settings
        machine_arn = state_machine_arn(settings.region, settings.account_id, machine)
        return express_execution_arn(machine_arn, name, id)
    arn = execution_arn_of_name(service, f"{machine}/{execution}")
    if arn is None:
        raise no_such_opened_execution(f"{machine}/{execution}")
    return arn


def no_such_opened_execution(name: str) -> ApiError:
    """Returns the error of a page about an execution, by its name or ARN, that does not exist."""
    error = no_such_execution(name)
    error.status = 404
    return error


def opened_execution(service: Service, request: ConsoleRequest) -> ShownExecution:
    """Returns the execution, as it was after the event of the query's `at`, or as it is now."""
    known = known_execution(service, opened_execution_arn(service, request))
    at = request.number("at", 0)
    if 0 < at < known.view.last_id:
        return show_source(known.source, at, service.clock, local_zone)
    return show_view(known.view, known.view.last_id, service.clock, local_zone)

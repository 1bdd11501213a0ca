"""The page of a state machine: its versions and aliases, what runs, and its executions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.api.views.lists_as_json import running_execution_as_json
from sfn_cli.api.views.machine_details import machine_details
from sfn_cli.api.views.running_executions import list_running_executions
from sfn_cli.server.console.local_times import local_zone
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.opened_machine import no_such_machine, opened_machine_arn
from sfn_cli.server.console.pages.lists.run_search import search_runs_of_query
from sfn_cli.server.console.pages.lists.running_table import draw_running
from sfn_cli.views.console.addresses import machine_address
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.times import draw_time
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.report.tables import draw_fact_list
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_details import MachineDetails
    from sfn_cli.api.views.running_executions import RunningList
    from sfn_cli.server.console.messages import ConsoleRequest

_RUNNING = 10
"""How many running executions are listed with their states."""


def machine_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    arn, name = opened_machine_arn(service, request), request.names["machine"]
    machine = machine_details(service, arn)
    search = search_runs_of_query(
        service, request.query, [arn], partial(machine_address, name), of_one_machine=True
    )
    if machine is None and search.is_plain and search.is_empty:
        raise no_such_machine(name)
    data: dict[str, Any] = {"name": name, "stateMachineArn": arn}
    data |= {} if machine is None else {"type": machine.type, "status": machine.status}
    running = None
    if machine is not None and search.is_plain:
        running = list_running_executions(service, arn, _RUNNING, zone=local_zone())
        data["running"] = [running_execution_as_json(one, utc_date) for one in running.executions]
    shown_running = draw_running(running, name, _by_wall_clock(service, running))
    can_start = machine is not None and machine.is_active and request.form_token is not None
    executions = element(
        "section",
        {"aria-labelledby": "executions"},
        element("h2", {"id": "executions"}, "Executions"),
        search.body,
    )
    return ConsolePage(
        name,
        join_markup([_draw_machine_header(machine, name, can_start=can_start), shown_running, executions]),
        data | search.data,
        is_live=search.is_live,
        parts={"running": shown_running, "runs": search.runs},
        status=search.status,
    )


def machine_executions_page(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    """Sends the browser to the machine's page, which has its executions."""
    return ConsoleRedirect(machine_address(request.names["machine"], query=request.query))


def _by_wall_clock(service: Service, running: RunningList | None) -> set[str]:
    """Returns those of the executions that have no clock of their own."""
    arns = [] if running is None else [one.arn for one in running.executions]
    facts = ((arn, service.executions.replay_facts(arn)) for arn in arns)
    return {arn for arn, fact in facts if fact is not None and fact.clock is None}


def _draw_machine_header(machine: MachineDetails | None, name: str, *, can_start: bool) -> Markup:
    if machine is None:
        note = element("p", {"class": "note"}, "This state machine was deleted. Its executions remain.")
        return element("section", {}, element("h1", {}, name), note)
    buttons = [element("a", {"href": machine_address(name, "definition"), "class": "button"}, "Definition")]
    if can_start:
        start = {"href": machine_address(name, "start"), "class": "button main"}
        buttons.insert(0, element("a", start, "Start"))
    facts = [
        ("Type", machine.type),
        ("Created", draw_time(machine.created_at, None)),
        *([("Status", machine.status)] if machine.status != "ACTIVE" else []),
        *_machine_version_facts(machine),
        ("ARN", machine.arn),
    ]
    return element(
        "section",
        {},
        element("h1", {}, name),
        draw_fact_list(facts),
        element("p", {"class": "buttons"}, *buttons),
    )


def _machine_version_facts(machine: MachineDetails) -> list[tuple[str, Markup]]:
    """Returns the versions and aliases, with links; nothing for a machine without any."""
    versions = [
        element("a", {"href": machine_address(machine.name, "definition", query={"version": number})}, number)
        for number in machine.versions
    ]
    aliases = [
        element("a", {"href": machine_address(machine.name, query={"alias": alias})}, alias)
        for alias in machine.aliases
    ]
    facts = [("Versions", versions), ("Executions by alias", aliases)]
    return [(label, _joined_links(links)) for label, links in facts if links]


def _joined_links(links: list[Markup]) -> Markup:
    return join_markup([part for link in links for part in (link, " ")][:-1])

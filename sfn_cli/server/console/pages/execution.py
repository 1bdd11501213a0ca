"""The page of an execution, and the files of it: the report and the picture."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sfn_cli.api.views.attempt_logs import attempt_logs
from sfn_cli.api.views.failure_details import complete_failure
from sfn_cli.interpreter.events import api_event
from sfn_cli.server.console.messages import ConsoleFile
from sfn_cli.server.console.offered_actions import draw_offered_actions
from sfn_cli.server.console.opened_execution import opened_execution
from sfn_cli.server.console.pages.state import draw_panel_of_visit, visits_of_path
from sfn_cli.views.console.addresses import machine_address
from sfn_cli.views.console.execution.events_part import shown_events
from sfn_cli.views.console.execution.execution_page import draw_execution_page
from sfn_cli.views.console.execution.page_input import execution_page_input
from sfn_cli.views.console.execution.page_query import EVENTS, read_execution_query
from sfn_cli.views.console.execution.selection import find_selection
from sfn_cli.views.console.state_panel import STATE_PANEL
from sfn_cli.views.execution.as_json import utc_date, view_to_json
from sfn_cli.views.execution.fold import ExecutionFold
from sfn_cli.views.failure.explain import explain_failure
from sfn_cli.views.failure.failure_json import failure_json
from sfn_cli.views.failure.next_steps import next_steps
from sfn_cli.views.text.markup import element

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.console.execution.page_input import ExecutionPageInput
    from sfn_cli.views.console.page import ConsolePage
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.failure.explain import Failure
    from sfn_cli.views.text.markup import Markup


def execution_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    """Returns the page in the view and at the moment of its query, with the selected state."""
    page = _page_input(service, request)
    if page.query.view == EVENTS:
        page = page._replace(visits_of_events=_visits_of_events(page.shown))
    page = page._replace(
        definition_address=_definition_address(service, page),
        panel=_draw_panel(service, request, page),
        actions=draw_offered_actions(service, request, page.shown),
    )
    return draw_execution_page(page, _execution_json(page) if request.is_data else {})


def report_file(service: Service, request: ConsoleRequest) -> ConsoleFile:
    """Returns the same report as `sfn show --html`."""
    from sfn_cli.views.execution.dataflow import dataflow
    from sfn_cli.views.report.chosen_visits import report_visits
    from sfn_cli.views.report.report import render_report
    from sfn_cli.views.report.report_input import ReportInput

    shown = opened_execution(service, request)
    visits = report_visits(shown.view)
    given = ReportInput(
        shown.view,
        shown.now,
        shown.pending,
        dataflow(shown.source, [visit.entered_id for visit in visits]),
        attempt_logs(service, shown.source, visits),
        _explained_failure(service, shown),
    )
    name = f"{shown.source.name.replace('/', '-')}.html"
    return ConsoleFile("text/html; charset=utf-8", render_report(given).encode("utf-8", "replace"), name)


def picture_file(service: Service, request: ConsoleRequest) -> ConsoleFile:
    """Returns the picture of the execution as an SVG file."""
    from sfn_cli.views.console.execution.picture_part import draw_picture_file

    page = _page_input(service, request)
    return ConsoleFile("image/svg+xml", draw_picture_file(page).encode("utf-8", "replace"))


def _page_input(service: Service, request: ConsoleRequest) -> ExecutionPageInput:
    shown = opened_execution(service, request)
    query = read_execution_query(request.query)
    assert shown.source.arn is not None
    failure = _explained_failure(service, shown)
    return execution_page_input(shown.source.arn, shown, query, find_selection(shown.view, query), failure)


def _definition_address(service: Service, page: ExecutionPageInput) -> str:
    execution = service.executions.find(page.arn)
    version = None if execution is None else execution.version
    machine = page.view.source.name.partition("/")[0]
    return machine_address(machine, "definition", query={"version": version})


def _explained_failure(service: Service, shown: ShownExecution) -> Failure | None:
    failure = explain_failure(shown.view) if shown.view.is_over else None
    return None if failure is None else complete_failure(service, shown.view, failure, os.getcwd())


def _visits_of_events(shown: ShownExecution) -> dict[int, StateVisit]:
    fold = ExecutionFold(shown.source)
    found = {}
    for event in shown.source.history:
        visit = fold.apply(event)
        if visit is not None:
            found[event.id] = visit
    return found


def _draw_panel(service: Service, request: ConsoleRequest, page: ExecutionPageInput) -> Markup:
    """Returns the panel of the selected state; an empty one without a selection."""
    path, visit = page.selection.path, page.selection.visit
    if path is None:
        return element("section", {"id": STATE_PANEL, "aria-label": "State"})
    visits = visits_of_path(page.shown, path)
    return draw_panel_of_visit(service, request, page.shown, path, visit, visits, page.report.address_of)


def _execution_json(page: ExecutionPageInput) -> dict[str, Any]:
    """Returns what `sfn show --output json` prints; with the events that the view shows, if any."""
    shown = page.shown
    data = view_to_json(shown.view, shown.now, pending=shown.pending)
    if page.report.failure is not None:
        data["failure"] = failure_json(page.report.failure)
    steps = next_steps(shown.view, shown.pending)
    if steps:
        data["nextSteps"] = [step._asdict() for step in steps]
    if page.query.view == EVENTS:
        data["events"] = [
            {**api_event(event), "timestamp": utc_date(event.at)} for event in shown_events(page)
        ]
    return data

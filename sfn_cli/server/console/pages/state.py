"""A visit of a state: `…/executions/{execution}/states/{state}?visit=ENTERED_EVENT_ID`.

The state is its path in the definition (/Prepare[0]/Reserve). Without `visit`, the worst visit is shown,
the last one of equals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.attempt_logs import attempt_logs
from sfn_cli.server.console.opened_execution import opened_execution
from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.state_panel import (
    STATE_PANEL,
    draw_no_visit,
    draw_state_panel,
    state_address,
)
from sfn_cli.views.console.trails import execution_trail
from sfn_cli.views.execution.dataflow import dataflow
from sfn_cli.views.execution.find_visits import worst_visit
from sfn_cli.views.report.report_input import ReportInput
from sfn_cli.views.text.markup import element, join_markup
from sfn_cli.views.visit_json import whole_visit_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.text.markup import Markup


def state_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    shown = opened_execution(service, request)
    path = state_path_of(request)
    visits = visits_of_path(shown, path)
    visit = chosen_panel_visit(visits, request)
    panel = draw_panel_of_visit(service, request, shown, path, visit, visits)
    execution = shown.source.name.partition("/")[2]
    data = {}
    if visit is not None and request.is_data:
        data = whole_visit_json(shown, visit, _log_of(service, shown, visit))
    name = path.rpartition("/")[2]
    return ConsolePage(
        f"{name} – {shown.source.name}",
        join_markup([element("h1", {}, f"{name} in {execution}"), panel]),
        data,
        is_live=shown.is_live,
        parts={STATE_PANEL: panel},
        trail=execution_trail(shown.source.arn or "", state=path),
    )


def state_path_of(request: ConsoleRequest) -> str:
    """Returns the path of the state that the address names; a typed one may have no slash before it."""
    return f"/{request.names['state'].removeprefix('/')}"


def visits_of_path(shown: ShownExecution, path: str) -> list[StateVisit]:
    """Returns the visits of the state, in all iterations."""
    return [visit for visit in shown.view.visits() if visit.path == path]


def chosen_panel_visit(visits: Sequence[StateVisit], request: ConsoleRequest) -> StateVisit | None:
    """Returns the visit of the query's `visit`, or the worst one; None if there is none."""
    wanted = request.number("visit", 0)
    for visit in visits:
        if visit.entered_id == wanted:
            return visit
    return worst_visit(visits)


def draw_panel_of_visit(
    service: Service,
    request: ConsoleRequest,
    shown: ShownExecution,
    path: str,
    visit: StateVisit | None,
    visits: Sequence[StateVisit],
    address_of: Callable[[StateVisit], str] | None = None,
) -> Markup:
    """Returns the panel of the visit, with its data and log lines from the store.

    `address_of` returns the address of another visit; by default, that of its own page.
    """
    if visit is None:
        return draw_no_visit(path)
    given = ReportInput(
        shown.view,
        shown.view.last_at if shown.is_live else shown.now,
        shown.pending,
        dataflow(shown.source, [visit.entered_id]),
        attempt_logs(service, shown.source, [visit]),
        address_of=address_of or (lambda other: state_address(shown.view, other)),
        address_of_execution=execution_address,
        is_live=shown.is_live,
    )
    return draw_state_panel(given, visit, visits, is_whole="whole" in request.query)


def _log_of(service: Service, shown: ShownExecution, visit: StateVisit) -> list[str]:
    logs = attempt_logs(service, shown.source, [visit])
    return [line for attempt in visit.attempts for line in logs.get(attempt.event, ())]

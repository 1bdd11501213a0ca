"""What a report of an execution is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.invocation_logs import invocation_log
from sfn_cli.views.execution.dataflow import dataflow
from sfn_cli.views.failure.explain import invoked_function
from sfn_cli.views.report.chosen_visits import report_visits
from sfn_cli.views.report.report_input import ReportInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.failure.explain import Failure

_MOST_INVOCATIONS = 200
"""Of how many invocations of functions there are log lines; each is looked for in its log group."""


def report_input(
    service: Service | None,
    view: ExecutionView,
    now: int,
    pending: Mapping[int, Pending],
    failure: Failure | None,
) -> ReportInput:
    """Returns the view with the dataflow of its visits and the log lines of their functions.

    Without a store (`service`) there are no log lines. `now` is by the execution's own clock.
    """
    visits = report_visits(view)
    steps = dataflow(view.source, {visit.entered_id for visit in visits})
    logs = {} if service is None else _log_lines_of_visits(service, view, visits)
    return ReportInput(view, now, pending, steps, logs, failure)


def _log_lines_of_visits(
    service: Service, view: ExecutionView, visits: Sequence[StateVisit]
) -> dict[int, list[str]]:
    """Returns the lines of all attempts of each visit, of visits that failed first."""
    found: dict[int, list[str]] = {}
    invocations = 0
    for visit in sorted(visits, key=lambda visit: not visit.failures):
        for attempt in visit.attempts:
            function = invoked_function(attempt)
            if function is None:
                continue
            invocations += 1
            if invocations > _MOST_INVOCATIONS:
                return found
            log = invocation_log(service, view.source, attempt.event, function)
            found.setdefault(visit.entered_id, []).extend(event.message for event in log)
    return {entered_id: lines for entered_id, lines in found.items() if lines}

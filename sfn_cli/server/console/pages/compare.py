"""Two executions of a machine, compared: `…/executions/{execution}/compare/{other}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.machine_summaries import machine_runs
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.opened_execution import opened_execution
from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.comparison.compare_page import (
    OtherExecution,
    draw_choice_of_other,
    draw_compare_page,
)
from sfn_cli.views.diff.execution_diff import diff_executions

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.console.page import ConsolePage

_OTHERS = 100
"""The number of executions from which the other one is chosen; any other can be named."""


def compare_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    """Returns the comparison of the address's execution with the other one of its machine."""
    first = opened_execution(service, request)
    names = {**request.names, "execution": request.names["other"]}
    second = opened_execution(service, request._replace(names=names))
    diff = diff_executions(first.view, second.view)
    return draw_compare_page(
        diff, first.source.arn or "", second.source.arn or "", max(first.now, second.now)
    )


def choose_other_page(service: Service, request: ConsoleRequest) -> ConsolePage | ConsoleRedirect:
    """Returns the executions with which the address's execution can be compared."""
    shown = opened_execution(service, request)
    arn, machine = shown.source.arn or "", shown.source.state_machine_arn or ""
    other = request.query.get("other", "").strip()
    if other:
        return ConsoleRedirect(execution_address(arn, "compare", other))
    runs, _ = machine_runs(service, machine, None, _OTHERS)
    others = [
        OtherExecution(run.arn, run.name, run.status, run.started_at, run.stopped_at)
        for run in runs
        if run.arn != arn
    ]
    return draw_choice_of_other(shown.view, arn, others)

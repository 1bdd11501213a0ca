"""The input of a report."""

# No `from __future__ import annotations`: see settings/__init__.py.

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.views.execution.dataflow import Step
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.failure.explain import Failure


def visit_id(visit: "StateVisit") -> str:
    """Returns the id of the visit's panel; a link to the id opens the panel."""
    return f"visit-{visit.entered_id}"


def _address_of_panel(visit: "StateVisit") -> str:
    return f"#{visit_id(visit)}"


class ReportInput(NamedTuple):
    """A view, and further data about its execution.

    `now` is the time by the execution's clock, at which open states end. `pending` and `dataflow` are by
    the id of a visit's StateEntered; only the dataflow of `report_visits(view)` is shown. `log_lines` are
    those of attempts, by `Attempt.event`. `failure` is the explained failure, with data from the store.
    `command_options` are appended to each suggested command, such as the endpoint.

    A page that is more than a report has its own `address_of` a visit, and may have addresses of other
    executions by their ARNs (`address_of_execution`). In one that `is_live`, the durations of open visits
    count up, and do not depend on `now`.
    """

    view: "ExecutionView"
    now: int
    pending: "Mapping[int, Pending]" = MappingProxyType({})
    dataflow: "Mapping[int, Sequence[Step]]" = MappingProxyType({})
    log_lines: "Mapping[int, Sequence[str]]" = MappingProxyType({})
    failure: "Failure | None" = None
    command_options: str = ""
    address_of: "Callable[[StateVisit], str]" = _address_of_panel
    address_of_execution: "Callable[[str], str] | None" = None
    is_live: bool = False

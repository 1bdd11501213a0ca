"""The input of a report."""

# No `from __future__ import annotations`: see settings/__init__.py.

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.execution.dataflow import Step
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.failure.explain import Failure


class ReportInput(NamedTuple):
    """A view, and further data about its execution.

    `now` is the time by the execution's clock, at which open states end. `pending` and `dataflow` are by
    the id of a visit's StateEntered; only the dataflow of `report_visits(view)` is shown. `log_lines` are
    those of attempts, by `Attempt.event`. `failure` is the explained failure, with data from the store.
    `command_options` are appended to each suggested command, such as the endpoint.
    """

    view: "ExecutionView"
    now: int
    pending: "Mapping[int, Pending]" = MappingProxyType({})
    dataflow: "Mapping[int, Sequence[Step]]" = MappingProxyType({})
    log_lines: "Mapping[int, Sequence[str]]" = MappingProxyType({})
    failure: "Failure | None" = None
    command_options: str = ""

"""What a report is made from."""

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
    """A view, and what else is known of its execution.

    `now` is the time by the execution's own clock, up to which open states last. `pending`,
    `dataflow` and `log_lines` are by the id of a visit's StateEntered; of the dataflow, only that of
    `report_visits(view)` is shown. `failure` is why the execution failed, with what the store knows
    of it. `command_options` end each command that is suggested, such as the endpoint.
    """

    view: "ExecutionView"
    now: int
    pending: "Mapping[int, Pending]" = MappingProxyType({})
    dataflow: "Mapping[int, Sequence[Step]]" = MappingProxyType({})
    log_lines: "Mapping[int, Sequence[str]]" = MappingProxyType({})
    failure: "Failure | None" = None
    command_options: str = ""

"""The input of an execution's page."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.execution.page_query import ExecutionQuery
from sfn_cli.views.console.execution.selection import Selection
from sfn_cli.views.report.report_input import ReportInput
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.failure.explain import Failure


class ExecutionPageInput(NamedTuple):
    """An execution, the query of its page, and what other parts of the console add.

    `report` is the same execution for the parts that are as in a report. `visits_of_events` are the
    visits to which events belong, by the events' ids, if they are needed. `panel` is the drawn panel of
    the selected state, `actions` are the drawn actions. `definition_address` is the page of the definition,
    as published where the execution was started by a version or an alias.
    """

    arn: str
    shown: "ShownExecution"
    query: ExecutionQuery
    selection: Selection
    report: ReportInput
    visits_of_events: "Mapping[int, StateVisit]"
    panel: Markup = Markup("")
    actions: Markup = Markup("")
    definition_address: str = ""

    @property
    def view(self) -> "ExecutionView":
        return self.shown.view

    @property
    def is_live(self) -> bool:
        return self.report.is_live

    def link(self, **changes: Any) -> str:
        """Returns the address of this page after some changes of its query."""
        return self.query.address(self.arn, find="", **changes)

    def hidden_fields(self, *without: str) -> "Iterator[Markup]":
        """Yields the query of this page as hidden fields of a form, without those with these names."""
        for name, value in parse_qsl(self.link().partition("?")[2]):
            if name not in without:
                yield element("input", {"type": "hidden", "name": name, "value": value})

    def link_below(self, *segments: str, **query: object) -> str:
        """Returns the address of a page below this execution's page."""
        return execution_address(self.arn, *segments, query=query)


def execution_page_input(
    arn: str, shown: "ShownExecution", query: ExecutionQuery, selection: Selection, failure: "Failure | None"
) -> ExecutionPageInput:
    """Returns the input of the page, without what the server adds.

    A live page ends the bars of open states at the last event, so that an idle page does not change.
    """
    query = query._replace(state=selection.path, visit=_id_of_visit(selection.visit))
    report = ReportInput(
        shown.view,
        shown.view.last_at if shown.is_live else shown.now,
        shown.pending,
        failure=failure,
        address_of=lambda visit: query.address(arn, find="", state=visit.path, visit=visit.entered_id),
        address_of_execution=execution_address,
        is_live=shown.is_live,
    )
    return ExecutionPageInput(arn, shown, query, selection, report, {})


def _id_of_visit(visit: "StateVisit | None") -> int | None:
    return None if visit is None else visit.entered_id

"""The selected state of an execution's page, which is the same in all its views."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.execution.find_visits import find_visits, worst_visit
from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.console.execution.page_query import ExecutionQuery
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit, Thread


class Selection(NamedTuple):
    """The path of the selected state, and the selected visit of it, if it was visited.

    `missing` is a word for which no state was found.
    """

    path: str | None = None
    visit: "StateVisit | None" = None
    missing: str = ""


def find_selection(view: "ExecutionView", query: "ExecutionQuery") -> Selection:
    """Returns the selection; without a visit, the worst visit of the state, the last one of equals."""
    if query.find:
        found = find_visits(view, query.find)
        if found.chosen is None:
            return Selection(missing=query.find)
        visit = found.visits[found.chosen]
        return Selection(visit.path, visit)
    if query.visit is not None:
        for visit in view.visits():
            if visit.entered_id == query.visit and query.state in (None, visit.path):
                return Selection(visit.path, visit)
    if query.state is None:
        return Selection()
    visits = [visit for visit in iterated_visits(view.root, query.iterations) if visit.path == query.state]
    return Selection(query.state, worst_visit(visits))


def first_failure(view: "ExecutionView") -> "StateVisit | None":
    """Returns the first visit that failed, the innermost of those around it; otherwise a caught one."""
    for statuses in (FAILURES, ("CAUGHT",)):
        found: StateVisit | None = None
        for visit in view.visits():
            if visit.status not in statuses:
                continue
            if found is not None and visit.thread.parent is not found:
                break
            found = visit
        if found is not None:
            return found
    return None


def first_open(view: "ExecutionView", pending: "Mapping[int, Pending]") -> "StateVisit | None":
    """Returns the first visit that runs or waits, the innermost of those around it."""
    found: StateVisit | None = None
    for visit in view.visits():
        if visit.ended_at is not None:
            continue
        if visit.entered_id in pending:
            return visit
        found = visit
    return found


def iterations_around(thread: "Thread") -> dict[str, int]:
    """Returns the iterations that a thread is in, by the paths of their Maps, for the query of a page."""
    found: dict[str, int] = {}
    around: Thread | None = thread
    while around is not None and around.parent is not None:
        if around.kind == "iteration":
            found[around.parent.path] = around.index
        around = around.parent.thread
    return dict(reversed(found.items()))


def iterated_visits(thread: "Thread", iterations: "Mapping[str, int]") -> "Iterator[StateVisit]":
    """Yields the visits of a thread in tree order, of chosen Maps only those in the chosen iteration."""
    for visit in thread.visits:
        yield visit
        chosen = iterations.get(visit.path) if visit.type == "Map" else None
        for inner in visit.threads:
            if chosen is None or inner.index == chosen:
                yield from iterated_visits(inner, iterations)

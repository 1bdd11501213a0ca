"""Chooses the visits of states that a report shows: all of them, up to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit

MOST_VISITS = 1000

_WELL_ENDED = ("SUCCEEDED", "CAUGHT")


def report_visits(view: ExecutionView) -> list[StateVisit]:
    """Returns the visits that a report shows, in tree order.

    If there are more than MOST_VISITS, unsuccessful visits come first, each with the states around it.
    """
    every = list(view.visits())
    if len(every) <= MOST_VISITS:
        return every
    chosen: set[int] = set()
    by_interest = sorted(range(len(every)), key=lambda place: every[place].status in _WELL_ENDED)
    for place in by_interest:
        with_those_around = _path_to_root(every[place])
        if len(chosen | with_those_around) > MOST_VISITS:
            break
        chosen |= with_those_around
    return [visit for visit in every if visit.entered_id in chosen]


def _path_to_root(visit: StateVisit) -> set[int]:
    path = {visit.entered_id}
    parent = visit.thread.parent
    while parent is not None:
        path.add(parent.entered_id)
        parent = parent.thread.parent
    return path

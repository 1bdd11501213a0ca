"""Searches of executions, a page at a time, for the console.

Law 1: a page costs what it examines, at most MOST_EXAMINED executions; one that stops there says so, and
the next page continues behind them. Children of Map Runs are not found: their Map Run lists them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.views.machine_summaries import machine_run
from sfn_cli.arn import state_machine_arn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_summaries import MachineRun
    from sfn_cli.store.records.execution_searches import ExecutionSearch, FoundExecution, Position

PAGE_RUNS = 100
"""The number of executions on a page."""

MOST_EXAMINED = 10_000
"""The number of executions that are examined for a page."""


class FoundRuns(NamedTuple):
    """A page of executions, newest first.

    `examined` is how many executions were examined for it. `is_cut`: the search stopped before the page
    was full, because it had examined so many. `older` and `newer` are where the pages before and after it
    begin; None if there are none. `suspensions` are the errors of suspended ones, by ARN.
    """

    runs: Sequence[MachineRun]
    examined: int
    is_cut: bool
    older: Position | None
    newer: Position | None
    suspensions: Mapping[str, str]


def search_runs(service: Service, search: ExecutionSearch) -> FoundRuns:
    """Returns a page of executions. A page before the first full one is the first page."""
    found = service.execution_searches.search(search, PAGE_RUNS, MOST_EXAMINED)
    if search.is_newer and found.last is None:
        search = search._replace(position=None, is_newer=False)
        found = service.execution_searches.search(search, PAGE_RUNS, MOST_EXAMINED)
    ends = [(one.started_at, one.id) for one in found.executions]
    is_cut = found.last is not None and len(ends) < PAGE_RUNS
    if search.is_newer:
        newer, older = found.last, ends[-1] if ends else search.position
    else:
        newer = None if search.position is None else ends[0] if ends else search.position
        older = found.last
    suspensions = {one.execution_arn: one.error for one in service.suspensions.all()}
    return FoundRuns(
        [_found_run(service, one) for one in found.executions],
        found.examined,
        is_cut,
        older,
        newer,
        suspensions,
    )


def all_started_machines(service: Service) -> list[str]:
    """Returns the ARNs of all state machines that have executions, deleted ones included."""
    settings = service.settings
    return service.execution_searches.started_machines(
        state_machine_arn(settings.region, settings.account_id, "")
    )


def _found_run(service: Service, found: FoundExecution) -> MachineRun:
    return machine_run(service, found)._replace(error=found.error, cause=found.cause)

"""The most interesting children of a Map Run: failed and running ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.arn import name_of_execution
from sfn_cli.views.source import MapRunChildRun

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.map_runs import MapRun
    from sfn_cli.views.statuses import Status

CHILDREN_SHOWN = 3
"""The maximum number of children per Map Run."""

_SHOWN_FIRST: tuple[Status, ...] = ("FAILED", "TIMED_OUT", "RUNNING", "ABORTED")


def map_run_children(service: Service, run: MapRun) -> tuple[MapRunChildRun, ...]:
    """Returns a few children that did not succeed, failed ones first."""
    from sfn_cli.store.records.executions import ExecutionFilter

    children: list[MapRunChildRun] = []
    for status in _SHOWN_FIRST:
        room = CHILDREN_SHOWN - len(children)
        if room and run.children(status).executions:
            filter = ExecutionFilter(map_run_arn=run.arn, status=status)
            for found in service.executions.page(filter, None, room):
                child = service.executions.find(found.arn)
                if child is not None:
                    name = name_of_execution(child.arn)
                    children.append(
                        MapRunChildRun(name, status, child.started_at, child.stopped_at, child.error)
                    )
    return tuple(children)

"""The changes of an execution for programs: an object for each changed visit of a state.

Its form is that of a STATE in `views/execution/as_json.py`, without the states inside it, and with the
`indexes` of the iterations around it. The last object is the execution's, without its states.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from sfn_cli.cli.output import local_time_in_output, local_zone, write_output
from sfn_cli.cli.watch.followed_execution import follow_news
from sfn_cli.views.execution.as_json import execution_to_json, visit_to_json
from sfn_cli.views.execution.execution_time import execution_time
from sfn_cli.views.execution.pending import pending_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.cli.watch.followed_execution import ExecutionNews, FollowedExecution
    from sfn_cli.views.execution.state_visit import StateVisit

    WriteChange = Callable[[Any], None]


def change_writer(terminal: Terminal) -> WriteChange | None:
    """Returns the function that writes a change for programs; None where people read lines.

    Raises UsageError for a query that is not JMESPath.
    """
    query, output = terminal.query, terminal.output
    if not terminal.writes_data:
        return None

    def write_change(change: Any) -> None:
        shown = change if query is None else query(change)
        if output == "json":
            sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
        else:
            write_output(shown, output, "Change", sys.stdout, color=terminal.color)

    return write_change


def write_changes(followed: FollowedExecution, write_change: WriteChange) -> None:
    """Writes each visit after it has changed, and finally the execution's end."""
    for news in follow_news(followed):
        followed.refresh()
        view, zone = followed.view, local_zone()
        pending = pending_of(view, zone=zone)
        now = execution_time(view, round(time.time() * 1000))
        for visit in _changed_visits(news):
            write_change(visit_to_json(view, visit, now, pending=pending, date=local_time_in_output))
        sys.stdout.flush()
    followed.refresh()
    write_change(execution_to_json(followed.view, followed.view.last_at, date=local_time_in_output))
    sys.stdout.flush()


def _changed_visits(news: Iterable[ExecutionNews]) -> Iterable[StateVisit]:
    """Returns each visit once, in the order of the last changes."""
    changed: dict[int, StateVisit] = {}
    for _, visit in news:
        if visit is not None:
            changed.pop(visit.entered_id, None)
            changed[visit.entered_id] = visit
    return changed.values()

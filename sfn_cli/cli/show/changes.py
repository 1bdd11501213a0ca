"""The changes of an execution for programs: an object for each changed visit of a state."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from sfn_cli.cli.output import local_time_in_output, write_output
from sfn_cli.cli.show.followed_execution import follow_news
from sfn_cli.settings.table import is_setting_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sfn_cli.cli.show.followed_execution import ExecutionNews, FollowedExecution
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit

    WriteChange = Callable[[Any], None]


def change_writer(terminal: Terminal) -> WriteChange | None:
    """Returns the function that writes a change for programs; None where people read lines.

    Raises UsageError for a query that is not JMESPath.
    """
    query = terminal.query
    format_set = terminal.given.get("output") or is_setting_set("AWS_DEFAULT_OUTPUT", terminal.environ)
    if query is None and not format_set:
        return None
    output = terminal.output

    def write_change(change: Any) -> None:
        shown = change if query is None else query(change)
        if output == "json":
            sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
        else:
            write_output(shown, output, "Change", sys.stdout, color=terminal.color)

    return write_change


def write_changes(followed: FollowedExecution, write_change: WriteChange) -> None:
    """Writes each changed visit as it is after the change, and at last the execution's end."""
    for news in follow_news(followed):
        for visit in _changed_visits(news):
            write_change(_visit_change(visit))
        sys.stdout.flush()
    write_change(_execution_change(followed.view))
    sys.stdout.flush()


def _changed_visits(news: Iterable[ExecutionNews]) -> Iterable[StateVisit]:
    """Returns each visit once, in the order of the last changes."""
    changed: dict[int, StateVisit] = {}
    for _, visit in news:
        if visit is not None:
            changed.pop(visit.entered_id, None)
            changed[visit.entered_id] = visit
    return changed.values()


def _visit_change(visit: StateVisit) -> dict[str, Any]:
    failed = {"error": visit.error, "cause": visit.cause} if visit.error is not None else {}
    return {
        "name": visit.state,
        "path": visit.path,
        "type": visit.type,
        "event": visit.entered_id,
        "status": visit.status,
        "attempts": len(visit.attempts),
        "enteredDate": local_time_in_output(visit.entered_at),
        "endedDate": None if visit.ended_at is None else local_time_in_output(visit.ended_at),
        **failed,
        "input": visit.input,
        "output": visit.output,
    }


def _execution_change(view: ExecutionView) -> dict[str, Any]:
    failed = {"error": view.error, "cause": view.cause} if view.error is not None else {}
    return {
        "executionArn": view.source.arn,
        "status": view.status,
        "startDate": local_time_in_output(view.started_at),
        "stopDate": None if view.ended_at is None else local_time_in_output(view.ended_at),
        **failed,
        "output": view.output,
    }

"""The complete view of an execution as JSON.

    {"name": "order/last", "executionArn", "stateMachineArn", "status", "error", "cause",
     "startDate", "stopDate", "durationMs": 1500, "wallMs": 1500, "isVirtual": false, "speed": 1.0,
     "redriveCount": 0, "lastEventId": 38, "suspension", "input", "output", "states": [STATE]}

    STATE: {"state": "Charge", "path": "/Charge", "type": "Task", "status": "CAUGHT", "error", "cause",
     "enteredEventId": 16, "exitedEventId": 26, "enteredDate", "endedDate", "durationMs", "wallMs",
     "cameBy": "next", "cameFromEventId": 2, "isLast": false, "input", "output",
     "assignedVariables": {"total": 12}, "attempts": [ATTEMPT], "pending": PENDING,
     "counts": {"total", "succeeded", "running", "failed", "aborted"}, "mapRunArn",
     "branches" or "iterations": [THREAD], "formerBranches" or "formerIterations": [THREAD]}
    ATTEMPT: {"number": 1, "eventId": 17, "status": "FAILED", "error", "cause", "location", "resource",
     "scheduledDate", "startedDate", "submittedDate", "endedDate", "durationMs", "wallMs", "parameters",
     "result", "timeoutSeconds", "heartbeatSeconds", "missedHeartbeat": true, "childExecutionArn"}
    THREAD: {"index": 0, "status": "SUCCEEDED", "durationMs", "wallMs", "states": [STATE]}
    PENDING: {"waitsFor": "answer", "since", "until", "words", "answer"}

`states` are the visits of states in order. `cameFromEventId` is the `enteredEventId` of the previous
visit. Former branches and iterations are those of earlier attempts. Inputs, outputs, parameters, results
and variables are JSON values; a value that is not JSON is a string. Durations are in milliseconds:
`durationMs` by the execution's clock, `wallMs` by the wall clock. Unknown values are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import loads
from sfn_cli.views.execution.map_counts import map_counts
from sfn_cli.views.execution.pending import display_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import Attempt, StateVisit, Thread


def utc_date(at: int) -> str:
    """Returns milliseconds since 1970 as ISO 8601 in UTC: "2026-12-01T09:00:00.021+00:00"."""
    from datetime import UTC, datetime, timedelta

    return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)).isoformat(timespec="milliseconds")


def view_to_json(
    view: ExecutionView,
    now: int,
    *,
    pending: Mapping[int, Pending] | None = None,
    date: Callable[[int], str] = utc_date,
) -> dict[str, Any]:
    """Returns the view as a JSON value (see above).

    `now` is by the execution's clock. With `pending`, waiting states have the status WAITING. `date`
    formats times.
    """
    return _ViewWriter(view, now, pending, date).execution()


def execution_to_json(
    view: ExecutionView, now: int, *, date: Callable[[int], str] = utc_date
) -> dict[str, Any]:
    """Returns the same as `view_to_json`, but without the states."""
    return _ViewWriter(view, now, None, date).execution_alone()


def visit_with_children_to_json(
    view: ExecutionView,
    visit: StateVisit,
    now: int,
    *,
    pending: Mapping[int, Pending] | None = None,
    date: Callable[[int], str] = utc_date,
) -> dict[str, Any]:
    """Returns one visit as in `view_to_json`, with the states inside it."""
    return _ViewWriter(view, now, pending, date).visit(visit)


def visit_to_json(
    view: ExecutionView,
    visit: StateVisit,
    now: int,
    *,
    pending: Mapping[int, Pending] | None = None,
    date: Callable[[int], str] = utc_date,
) -> dict[str, Any]:
    """Returns one visit of the view as a JSON value, without the states inside it.

    `indexes` are those of the iterations around the visit, outermost first.
    """
    indexes = list(_indexes_around(visit))[::-1]
    return _ViewWriter(view, now, pending, date).visit_alone(visit) | (
        {"indexes": indexes} if indexes else {}
    )


def _indexes_around(visit: StateVisit) -> Iterator[int]:
    """Yields the index of each iteration around the visit, innermost first."""
    thread = visit.thread
    while thread.parent is not None:
        if thread.kind == "iteration":
            yield thread.index
        thread = thread.parent.thread


class _ViewWriter:
    """Converts one view to JSON; its attributes are the arguments of `view_to_json`."""

    def __init__(
        self,
        view: ExecutionView,
        now: int,
        pending: Mapping[int, Pending] | None,
        date: Callable[[int], str],
    ) -> None:
        self._view = view
        self._now = now
        self._pending = pending
        self._date = date

    def execution(self) -> dict[str, Any]:
        return self.execution_alone() | {"states": self._visits(self._view.root)}

    def execution_alone(self) -> dict[str, Any]:
        view, source = self._view, self._view.source
        return _known(
            {
                "name": source.name,
                "executionArn": source.arn,
                "stateMachineArn": source.state_machine_arn,
                "status": view.status,
                "error": view.error,
                "cause": view.cause,
                "startDate": self._date(view.started_at),
                "stopDate": self._optional_date(view.ended_at),
                **self._span(view.started_at, view.ended_at),
                "isVirtual": source.is_virtual,
                "speed": source.speed,
                "redriveCount": view.redrives,
                "takenOver": self._taken_over(),
                "lastEventId": view.last_id,
                "suspension": source.suspension,
            },
            data={"input": view.input, "output": view.output},
        )

    def _taken_over(self) -> dict[str, Any] | None:
        origin = self._view.origin
        if origin is None:
            return None
        return {"executionArn": origin.arn, "state": origin.state, "enteredEventId": origin.until}

    def _visits(self, thread: Thread) -> list[dict[str, Any]]:
        return [self.visit(visit) for visit in thread.visits]

    def visit(self, visit: StateVisit) -> dict[str, Any]:
        children = "branches" if visit.type == "Parallel" else "iterations"
        inside = {
            children: self._children(visit.threads),
            f"former{children.capitalize()}": self._children(visit.former_threads),
        }
        return self.visit_alone(visit) | {name: threads for name, threads in inside.items() if threads}

    def visit_alone(self, visit: StateVisit) -> dict[str, Any]:
        counts = map_counts(visit, self._view.source)
        pending = None if self._pending is None else self._pending.get(visit.entered_id)
        return _known(
            {
                "state": visit.state,
                "path": visit.path,
                "type": visit.type,
                "status": visit.status if self._pending is None else display_status(visit, self._pending),
                "error": visit.error,
                "cause": visit.cause,
                "enteredEventId": visit.entered_id,
                "exitedEventId": visit.exited_id,
                "enteredDate": self._date(visit.entered_at),
                "endedDate": self._optional_date(visit.ended_at),
                **self._span(visit.entered_at, visit.ended_at),
                "cameBy": visit.came_by,
                "cameFromEventId": None if visit.previous is None else visit.previous.entered_id,
                "isLast": visit.is_last,
                "mapRunArn": visit.map_run_arn,
                "counts": None if counts is None else counts._asdict(),
                "pending": None if pending is None else self._pending_members(pending),
            },
            data={"input": visit.input, "output": visit.output},
            assignedVariables={name: json_of_text(text) for name, text in visit.assigned.items()},
            attempts=[self._attempt(attempt) for attempt in visit.attempts],
        )

    def _attempt(self, attempt: Attempt) -> dict[str, Any]:
        return _known(
            {
                "number": attempt.number,
                "eventId": attempt.event or None,
                "status": attempt.status,
                "error": attempt.error,
                "cause": attempt.cause,
                "location": attempt.location,
                "resource": attempt.resource,
                "scheduledDate": self._date(attempt.scheduled_at),
                "startedDate": self._optional_date(attempt.started_at),
                "submittedDate": self._optional_date(attempt.submitted_at),
                "endedDate": self._optional_date(attempt.ended_at),
                **self._span(attempt.scheduled_at, attempt.ended_at),
                "timeoutSeconds": attempt.timeout_seconds,
                "heartbeatSeconds": attempt.heartbeat_seconds,
                "missedHeartbeat": attempt.missed_heartbeat or None,
                "childExecutionArn": attempt.child_arn,
            },
            data={"parameters": attempt.parameters, "result": attempt.result},
        )

    def _children(self, threads: Sequence[Thread]) -> list[dict[str, Any]]:
        return [
            {
                "index": thread.index,
                "status": thread.status,
                **self._span(thread.started_at, thread.ended_at),
                "states": self._visits(thread),
            }
            for thread in threads
        ]

    def _pending_members(self, pending: Pending) -> dict[str, Any]:
        return _known(
            {
                "waitsFor": pending.kind,
                "since": self._date(pending.since),
                "until": self._optional_date(pending.until),
                "words": pending.words,
                "answer": pending.answer,
            }
        )

    def _span(self, start: int, end: int | None) -> dict[str, int]:
        end = max(start, self._now) if end is None else end
        return {"durationMs": end - start, "wallMs": self._view.wall_ms(start, end)}

    def _optional_date(self, at: int | None) -> str | None:
        return None if at is None else self._date(at)


def json_of_text(text: str) -> Any:
    """Returns the JSON value of a text; the text itself if it is not JSON."""
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return text


def _known(
    members: Mapping[str, Any], *, data: Mapping[str, str | None] | None = None, **collections: Any
) -> dict[str, Any]:
    """Returns the members that are not None, those of `data` as JSON values, and non-empty lists."""
    known = {name: value for name, value in members.items() if value is not None}
    known |= {name: json_of_text(text) for name, text in (data or {}).items() if text is not None}
    return known | {name: value for name, value in collections.items() if value}

"""Folds history events into the view model, one event at a time.

    fold = ExecutionFold(source)
    for event in source.history:
        fold.apply(event)                    # also new ones as they arrive; returns the changed visit
    fold.view

Law 1: a history that stops anywhere, even in the middle of AWS's grammar, can be folded.
Law 2: every visit has ended when the execution has (`ends.py`).
Law 3: an event about an unknown state changes nothing, so that a page of a history can be folded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.interpreter.events import EVENT_TYPES, TERMINAL, VARIABLES
from sfn_cli.interpreter.takeover.origin import origins_in_details
from sfn_cli.jsonvalue import loads
from sfn_cli.quotas import HISTORY_EVENTS
from sfn_cli.views.execution.ends import (
    add_attempt,
    blame_children,
    end_attempt,
    end_children,
    end_execution,
    end_thread,
    end_visit,
    fail_attempt,
    fail_threads,
    reopen,
)
from sfn_cli.views.execution.event_threads import EventThreads
from sfn_cli.views.execution.execution_view import ExecutionView
from sfn_cli.views.execution.silent_failures import SilentFailures, failure_in_output
from sfn_cli.views.execution.state_visit import StateVisit
from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.state_visit import Attempt, Thread
    from sfn_cli.views.source import ExecutionSource
    from sfn_cli.views.statuses import Status


RUNTIME = "States.Runtime"


def fold_execution(source: ExecutionSource, *, at: int | None = None) -> ExecutionView:
    """Returns the view after the event `at`, or after the whole history."""
    fold = ExecutionFold(source)
    for event in source.history:
        if at is not None and event.id > at:
            break
        fold.apply(event)
    return fold.view


class ExecutionFold:
    """Builds a view, event by event."""

    def __init__(self, source: ExecutionSource) -> None:
        self.view = ExecutionView(source)
        self._threads = EventThreads(self.view.root)
        self._silent = SilentFailures(source.definition)

    def apply(self, event: HistoryEvent) -> StateVisit | None:
        """Applies the next event; returns the visit that it changed, if any."""
        view = self.view
        if not view.last_id:
            view.started_at = view.root.started_at = event.at
        view.last_id, view.last_at = event.id, event.at
        handler = _HANDLERS.get(event.type)
        if handler is None:
            self._apply_to_execution(event)
            return None
        thread = self._threads.place(event)
        if handler is _HANDLE_ENTRY:
            return self.entered(thread, event, event.details or {})
        visit = thread.visits[-1] if thread.visits else None
        if visit is None or visit.exited_id is not None:
            return self._apply_outside_states(thread, event)
        handler(self, visit, event, event.details or {})
        return thread.parent if event.type in _ENDS_OF_ITERATIONS else visit

    def _apply_to_execution(self, event: HistoryEvent) -> None:
        view, details = self.view, event.details or {}
        if event.type == "ExecutionStarted":
            view.input = _text(event)
            view.origin = next(reversed(origins_in_details(details)), None)
        elif event.type == "ExecutionRedriven":
            view.status, view.ended_at, view.error, view.cause = "RUNNING", None, None, None
            count = details.get("redriveCount")
            view.redrives = count if isinstance(count, int) else view.redrives + 1
            reopen(view.root)
        else:
            view.status, view.ended_at = TERMINAL[event.type], event.at  # type: ignore[assignment]
            view.output = _text(event)
            view.error, view.cause = details.get("error"), details.get("cause")
            if view.error == RUNTIME and event.id < HISTORY_EVENTS:
                fail_threads(self._threads.thread_before(event), event.at)
            end_execution(view)

    def _apply_outside_states(self, thread: Thread, event: HistoryEvent) -> StateVisit | None:
        """Applies an event of a thread that is between two states, or has exited the last one."""
        if event.type in _ENDS_OF_ITERATIONS and thread.kind == "iteration":
            end_thread(thread, _ENDS_OF_ITERATIONS[event.type], event.at)
        return thread.parent

    # States

    def entered(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit:
        type = event.type.removesuffix("StateEntered")
        visit = StateVisit(str(details.get("name")), type, thread, event.id, event.at, _text(event))
        previous = thread.visits[-1] if thread.visits else None
        if previous is not None and previous.exited_id is None:  # a Fail state, entered again by a redrive
            visit.previous, visit.came_by = previous.previous, previous.came_by
        elif previous is not None:
            visit.previous = previous
            visit.came_by = (
                "catch" if previous.status == "CAUGHT" else "choice" if previous.type == "Choice" else "next"
            )
        thread.visits.append(visit)
        if type == "Fail":
            self._note_failure(visit)
            end_visit(visit, "FAILED", event.at)
        return visit

    def exited(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        visit.exited_id, visit.ended_at, visit.output = event.id, event.at, _text(event)
        visit.assigned = details.get(VARIABLES) or {}
        visit.is_last = event.next is None
        if visit.status not in FAILURES and self._silent.is_caught(visit, event.next):
            if not visit.attempts or visit.attempts[-1].status in FAILURES:
                add_attempt(visit, 0, visit.entered_at)
            fail_attempt(visit, "FAILED", event.at, None, None)
        if visit.status in FAILURES:
            visit.status = "CAUGHT"
            if visit.error is None:
                visit.error, visit.cause = failure_in_output(visit.output)
                for attempt in visit.attempts[-1:]:  # a Fail has none; only a damaged history exits it
                    attempt.error, attempt.cause = visit.error, visit.cause
                blame_children(visit, event.at)
        else:
            visit.status, visit.error, visit.cause = "SUCCEEDED", None, None
            end_attempt(visit, "SUCCEEDED", event.at)
        if visit.threads:
            end_children(visit, event.at)
        thread = visit.thread
        if visit.is_last and thread.kind == "branch":
            thread.ended_at, thread.status = event.at, "SUCCEEDED"

    def aborted(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        if self._threads.thread_before(event) is visit.thread:  # it has failed by itself
            return
        end_attempt(visit, "ABORTED", event.at)
        end_visit(visit, "ABORTED", event.at)
        end_children(visit, event.at)
        thread = visit.thread
        if thread.kind == "branch":
            thread.ended_at, thread.status = event.at, "ABORTED"

    def evaluation_failed(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        error, cause, location = (details.get(name) for name in ("error", "cause", "location"))
        if location is not None and location.startswith("Catch[") and visit.attempts:
            visit.error, visit.cause = error, cause  # the attempt has failed before
            return
        if not visit.attempts or visit.attempts[-1].status in FAILURES:
            add_attempt(visit, 0, event.at)
        fail_attempt(visit, "FAILED", event.at, error, cause)
        visit.attempts[-1].location = location
        end_children(visit, event.at)

    # Attempts

    def scheduled(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        attempt = _begin_attempt(visit, event)
        attempt.resource = _resource(event.type, details)
        attempt.parameters = _text(event)
        attempt.timeout_seconds = details.get("timeoutInSeconds")
        attempt.heartbeat_seconds = details.get("heartbeatInSeconds")

    def started(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        if visit.attempts:
            visit.attempts[-1].started_at = event.at

    def submitted(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        if visit.attempts:
            visit.attempts[-1].submitted_at = event.at
            visit.attempts[-1].child_arn = _started_execution(details, _text(event))

    def attempt_succeeded(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        end_attempt(visit, "SUCCEEDED", event.at)
        if visit.attempts:
            attempt = visit.attempts[-1]
            attempt.result = _text(event)
            attempt.child_arn = attempt.child_arn or _started_execution(details, attempt.result)

    def attempt_failed(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        timed_out = event.type.endswith("TimedOut")
        error = details.get("error") or ("States.Timeout" if timed_out else None)
        if not visit.attempts:
            add_attempt(visit, 0, visit.entered_at)
        fail_attempt(visit, "TIMED_OUT" if timed_out else "FAILED", event.at, error, details.get("cause"))

    def map_run_started(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        visit.map_run_arn = details.get("mapRunArn")
        if not visit.attempts or visit.attempts[-1].status != "RUNNING":
            _begin_attempt(visit, event)
        visit.attempts[-1].started_at = event.at

    def map_run_succeeded(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        if visit.attempts:  # the attempt ends with MapStateSucceeded
            visit.attempts[-1].result = _text(event)

    def map_run_aborted(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        end_attempt(visit, "ABORTED", event.at)

    # Children

    def forked(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        if visit.attempts and visit.attempts[-1].status == "RUNNING":
            if self._threads.child_before(event, visit) is not None:  # a retry
                self._fail_by_child(visit, event)
            else:  # a redrive that starts again
                end_attempt(visit, "ABORTED", event.at)
        end_children(visit, event.at)
        _begin_attempt(visit, event)
        visit.former_threads += visit.threads
        visit.threads = []
        if visit.type == "Map":
            visit.item_count = details.get("length")
        else:
            self._threads.add_branches(event, visit)

    def joined(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        end_attempt(visit, "SUCCEEDED", event.at)

    def join_failed(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        if visit.status not in FAILURES:  # otherwise an expression or the Map Run has failed
            self._fail_by_child(visit, event)
        end_children(visit, event.at)

    def iteration_started(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        index = details.get("index")
        self._threads.add_iteration(event, visit, index if isinstance(index, int) else len(visit.threads))

    def iteration_ended(self, visit: StateVisit, event: HistoryEvent, details: Mapping[str, Any]) -> None:
        if event.type == "MapIterationFailed":
            self._note_failure(visit)
        end_thread(visit.thread, _ENDS_OF_ITERATIONS[event.type], event.at)

    def _fail_by_child(self, visit: StateVisit, event: HistoryEvent) -> None:
        """Fails the attempt of a Map or Parallel because of the child that the event follows."""
        failed = self._threads.child_before(event, visit)
        error = cause = None
        if failed is not None and failed.visits:
            last = failed.visits[-1]
            self._note_failure(last)
            error, cause = last.error, last.cause
        if not visit.attempts:
            add_attempt(visit, 0, visit.entered_at)
        # The failure was earlier than this event: the next attempt starts after a delay.
        at = event.at if failed is None else failed.last_at
        end_children(visit, at, failed=failed)
        fail_attempt(visit, "FAILED", at, error, cause)

    def _note_failure(self, visit: StateVisit) -> None:
        """Finds the error of a state that has failed for good, if no event has the error."""
        if visit.error is None and visit.type == "Fail":
            visit.error, visit.cause = self._silent.of_fail_state(visit)


def _begin_attempt(visit: StateVisit, event: HistoryEvent) -> Attempt:
    visit.status, visit.error, visit.cause = "RUNNING", None, None
    return add_attempt(visit, event.id, event.at)


def _text(event: HistoryEvent) -> str | None:
    return None if event.payload is None else event.payload.text


def _resource(type: str, details: Mapping[str, Any]) -> str | None:
    resource = details.get("resource")
    if type == "TaskScheduled":
        kind = str(details.get("resourceType"))
        service = f"aws-sdk:{kind.partition(':')[2]}" if kind.startswith("aws-sdk:") else kind
        return f"arn:aws:states:::{service}:{resource}"
    return None if resource is None else str(resource)


def _started_execution(details: Mapping[str, Any], output: str | None) -> str | None:
    """Returns the ARN of the execution that a task has started, if any."""
    if output is None or not str(details.get("resource")).startswith("startExecution"):
        return None
    try:
        answer = loads(output)
    except (ValueError, RecursionError):
        return None
    arn = answer.get("ExecutionArn") or answer.get("executionArn") if isinstance(answer, dict) else None
    return arn if isinstance(arn, str) else None


_ENDS_OF_ITERATIONS: Mapping[str, Status] = {
    "MapIterationSucceeded": "SUCCEEDED",
    "MapIterationFailed": "FAILED",
    "MapIterationAborted": "ABORTED",
}

_HANDLE_ENTRY = ExecutionFold.entered

_HANDLER_OF_ENDING: Mapping[str, Callable[..., object]] = {
    "StateEntered": _HANDLE_ENTRY,
    "StateExited": ExecutionFold.exited,
    "StateAborted": ExecutionFold.aborted,
    "EvaluationFailed": ExecutionFold.evaluation_failed,
    "MapRunStarted": ExecutionFold.map_run_started,
    "MapRunRedriven": ExecutionFold.map_run_started,
    "MapRunSucceeded": ExecutionFold.map_run_succeeded,
    "MapRunAborted": ExecutionFold.map_run_aborted,
    "MapIterationStarted": ExecutionFold.iteration_started,
    **dict.fromkeys(_ENDS_OF_ITERATIONS, ExecutionFold.iteration_ended),
    "StateStarted": ExecutionFold.forked,
    "StateSucceeded": ExecutionFold.joined,
    "StateFailed": ExecutionFold.join_failed,
    "Scheduled": ExecutionFold.scheduled,
    "Started": ExecutionFold.started,
    "Submitted": ExecutionFold.submitted,
    "Succeeded": ExecutionFold.attempt_succeeded,
    "Failed": ExecutionFold.attempt_failed,
    "TimedOut": ExecutionFold.attempt_failed,
}
"""The handlers of event types, by suffix of the type's name; the first match is used."""

_HANDLERS: Mapping[str, Callable[..., object]] = {
    name: next(handler for ending, handler in _HANDLER_OF_ENDING.items() if name.endswith(ending))
    for name in EVENT_TYPES
    if not name.startswith("Execution")
}
"""The handlers of events about a state."""

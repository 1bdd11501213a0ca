"""History events → the view model, one event at a time.

    fold = ExecutionFold(source)
    for event in source.history:
        fold.apply(event)                    # also later ones, as they come: returns the changed visit
    fold.view

Law 1: a history that stops anywhere, even in the middle of AWS's grammar, can be folded.
Law 2: the events of a frame follow one another; a frame's first StateEntered follows the event that
began the frame. So the tree of threads follows from frames and previous events alone.
Law 3: every visit has ended when the execution has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.interpreter.events import EVENT_TYPES, TERMINAL, VARIABLES
from sfn_cli.views.execution.execution_view import ExecutionView
from sfn_cli.views.execution.state_visit import Attempt, StateVisit, Thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.source import ExecutionSource
    from sfn_cli.views.statuses import Status


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
        self._threads: dict[int, Thread] = {0: self.view.root}  # by frame
        self._thread_of_event: dict[int, Thread] = {}
        self._forks: dict[int, tuple[StateVisit, int | None]] = {}  # by the event that began children
        self._first_frame: dict[int, int] = {}  # by the event that began the branches of a Parallel

    def apply(self, event: HistoryEvent) -> StateVisit | None:
        """Applies the next event; returns the visit that it changed, if it is about one."""
        view = self.view
        view.last_id, view.last_at = event.id, event.at
        if event.type in _OF_EXECUTIONS:
            self._apply_to_execution(event)
            return None
        handler = _HANDLERS[event.type]
        thread = self._thread(event)
        self._thread_of_event[event.id] = thread
        return handler(self, thread, event, event.details or {})

    def _apply_to_execution(self, event: HistoryEvent) -> None:
        view, details = self.view, event.details or {}
        if event.type == "ExecutionStarted":
            view.started_at = view.root.started_at = event.at
            view.input = _text(event)
        elif event.type == "ExecutionRedriven":
            view.status, view.ended_at, view.error, view.cause = "RUNNING", None, None, None
            view.redrives = int(details.get("redriveCount", view.redrives + 1))
        else:
            view.status, view.ended_at = TERMINAL[event.type], event.at  # type: ignore[assignment]
            view.output = _text(event)
            view.error, view.cause = details.get("error"), details.get("cause")
            self._end_everything(event)

    # Threads

    def _thread(self, event: HistoryEvent) -> Thread:
        """Returns the thread of the event's frame, which its first StateEntered begins."""
        known = self._threads.get(event.frame)
        if known is not None:
            return known
        started_by = self._forks.get(event.previous_event_id)
        if started_by is None:  # an iteration that was aborted before its first state
            found = self._unstarted_iteration(event)
            thread = found if found is not None else self.view.root
        else:
            visit, index = started_by
            thread = visit.threads[index] if index is not None else self._branch(visit, event)
        self._threads[event.frame] = thread
        return thread

    def _branch(self, visit: StateVisit, event: HistoryEvent) -> Thread:
        first = self._first_frame.setdefault(event.previous_event_id, event.frame)
        thread = Thread("branch", event.frame - first, visit, event.at)
        visit.threads.append(thread)
        return thread

    def _unstarted_iteration(self, event: HistoryEvent) -> Thread | None:
        details = event.details or {}
        near = self._thread_of_event.get(event.previous_event_id)
        while near is not None and near.parent is not None:
            if near.parent.state == details.get("name"):
                index = details.get("index", -1)
                return next((one for one in near.parent.threads if one.index == index), None)
            near = near.parent.thread
        return None

    def _visit(self, thread: Thread) -> StateVisit | None:
        """Returns the state that the thread is in, open again if a redrive continues it."""
        if not thread.visits:
            return None
        visit = thread.visits[-1]
        if visit.ended_at is not None and visit.exited_id is None and not self.view.is_over:
            visit.ended_at, visit.status, visit.error, visit.cause = None, "RUNNING", None, None
            thread.ended_at, thread.status = None, "RUNNING"
        return visit

    # States

    def entered(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit:
        type = event.type.removesuffix("StateEntered")
        previous = thread.visits[-1] if thread.visits else None
        visit = StateVisit(str(details.get("name")), type, thread, event.id, event.at, _text(event))
        if previous is not None:
            visit.previous = previous
            visit.came_by = (
                "catch" if previous.status == "CAUGHT" else "choice" if previous.type == "Choice" else "next"
            )
        thread.visits.append(visit)
        return visit

    def exited(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is None:
            return None
        visit.exited_id, visit.ended_at, visit.output = event.id, event.at, _text(event)
        visit.assigned = details.get(VARIABLES) or {}
        visit.status = "CAUGHT" if visit.status in ("FAILED", "TIMED_OUT") else "SUCCEEDED"
        visit.is_last = event.next is None
        if visit.status == "SUCCEEDED":
            visit.error = visit.cause = None
            _end_attempt(visit, "SUCCEEDED", event.at)
        if visit.is_last and thread.kind == "branch":
            thread.ended_at, thread.status = event.at, "SUCCEEDED"
        return visit

    def aborted(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is not None:
            _end_attempt(visit, "ABORTED", event.at)
            _end_visit(visit, "ABORTED", event.at)
            if thread.kind == "branch":
                thread.ended_at, thread.status = event.at, "ABORTED"
        return visit

    def evaluation_failed(
        self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]
    ) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is None:
            return None
        if not visit.attempts or visit.attempts[-1].status in ("FAILED", "TIMED_OUT"):
            _add_attempt(visit, 0, event.at)
        return self.attempt_failed(thread, event, details)

    # Attempts

    def scheduled(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is None:
            return None
        attempt = self._begin_attempt(visit, event)
        attempt.resource = _resource(event.type, details)
        attempt.parameters = _text(event)
        attempt.timeout_seconds = details.get("timeoutInSeconds")
        return visit

    def started(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is not None and visit.attempts:
            visit.attempts[-1].started_at = event.at
        return visit

    def submitted(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is not None and visit.attempts:
            visit.attempts[-1].submitted_at = event.at
        return visit

    def attempt_succeeded(
        self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]
    ) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is not None:
            _end_attempt(visit, "SUCCEEDED", event.at)
            if visit.attempts:
                visit.attempts[-1].result = _text(event)
        return visit

    def attempt_failed(
        self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]
    ) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is None:
            return None
        timed_out = event.type.endswith("TimedOut")
        error = details.get("error") or ("States.Timeout" if timed_out else None)
        if not visit.attempts:
            _add_attempt(visit, 0, visit.entered_at)
        if error is None and visit.threads:
            error, details = _error_of_threads(visit)
        _fail(visit, "TIMED_OUT" if timed_out else "FAILED", event.at, error, details.get("cause"))
        return visit

    def map_run_started(
        self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]
    ) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is not None:
            visit.map_run_arn = details.get("mapRunArn")
            if not visit.attempts or visit.attempts[-1].status != "RUNNING":
                self._begin_attempt(visit, event)
            visit.attempts[-1].started_at = event.at
        return visit

    def map_run_aborted(
        self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]
    ) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is not None:
            _end_attempt(visit, "ABORTED", event.at)
        return visit

    # Children

    def forked(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is None:
            return None
        if visit.attempts and visit.attempts[-1].status == "RUNNING":
            error, of_child = _error_of_threads(visit)
            _fail(visit, "FAILED", event.at, error, of_child.get("cause"))
        self._begin_attempt(visit, event)
        visit.former_threads += visit.threads
        visit.threads = []
        if visit.type == "Map":
            visit.item_count = details.get("length")
        self._forks[event.id] = (visit, None)
        return visit

    def joined(self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is not None:
            _end_attempt(visit, "SUCCEEDED", event.at)
        return visit

    def iteration_started(
        self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]
    ) -> StateVisit | None:
        visit = self._visit(thread)
        if visit is not None:
            self._forks[event.id] = (visit, len(visit.threads))
            visit.threads.append(Thread("iteration", int(details.get("index", 0)), visit, event.at))
        return visit

    def iteration_ended(
        self, thread: Thread, event: HistoryEvent, details: Mapping[str, Any]
    ) -> StateVisit | None:
        status: Status = event.type.removeprefix("MapIteration").upper()  # type: ignore[assignment]
        thread.ended_at, thread.status = event.at, status
        visit = self._visit_unchanged(thread)
        if visit is not None and visit.ended_at is None:
            _end_visit(visit, status, event.at)
        return thread.parent

    def _visit_unchanged(self, thread: Thread) -> StateVisit | None:
        return thread.visits[-1] if thread.visits else None

    # Ends

    def _begin_attempt(self, visit: StateVisit, event: HistoryEvent) -> Attempt:
        visit.status, visit.error, visit.cause = "RUNNING", None, None
        return _add_attempt(visit, event.id, event.at)

    def _end_everything(self, event: HistoryEvent) -> None:
        """Ends what the end of the execution ends: the failed state fails, what ran is aborted."""
        view = self.view
        view.root.ended_at, view.root.status = event.at, view.status
        if view.status == "FAILED":
            self._blame(view.root, event.at, view.error, view.cause)
        rest: Status = "ABORTED" if view.status == "FAILED" else view.status
        for visit in view.visits():
            if visit.ended_at is None:
                failed = visit.status in ("FAILED", "TIMED_OUT")
                _end_attempt(visit, rest, event.at)
                _end_visit(visit, visit.status if failed else rest, event.at)
            for thread in visit.threads:
                if thread.ended_at is None:
                    thread.ended_at, thread.status = event.at, rest

    def _blame(self, thread: Thread, at: int, error: str | None, cause: str | None) -> None:
        """Gives the execution's error to the states that failed of it and have none yet."""
        visit = self._visit_unchanged(thread)
        if visit is None or visit.exited_id is not None:
            return
        if visit.error is None:
            visit.error, visit.cause = error, cause
        failed = [one for one in visit.threads if one.status == "FAILED" or _has_failed(one)]
        for child in failed[:1]:
            child.ended_at, child.status = child.ended_at or at, "FAILED"
            self._blame(child, at, error, cause)
        _end_attempt(visit, "FAILED", at)
        _end_visit(visit, visit.status if visit.status == "TIMED_OUT" else "FAILED", at)


def _text(event: HistoryEvent) -> str | None:
    return None if event.payload is None else event.payload.text


def _resource(type: str, details: Mapping[str, Any]) -> str | None:
    resource = details.get("resource")
    if type == "TaskScheduled":
        kind = str(details.get("resourceType"))
        service = f"aws-sdk:{kind.partition(':')[2]}" if kind.startswith("aws-sdk:") else kind
        return f"arn:aws:states:::{service}:{resource}"
    return None if resource is None else str(resource)


def _add_attempt(visit: StateVisit, event: int, at: int) -> Attempt:
    attempt = Attempt(len(visit.attempts) + 1, event, at)
    visit.attempts.append(attempt)
    return attempt


def _end_attempt(visit: StateVisit, status: Status, at: int) -> None:
    if visit.attempts and visit.attempts[-1].ended_at is None:
        visit.attempts[-1].ended_at, visit.attempts[-1].status = at, status


def _fail(visit: StateVisit, status: Status, at: int, error: str | None, cause: str | None) -> None:
    """Records that the last attempt failed; the state may try again, catch it, or fail."""
    visit.status, visit.error, visit.cause = status, error, cause
    attempt = visit.attempts[-1]
    attempt.ended_at, attempt.status, attempt.error, attempt.cause = at, status, error, cause


def _end_visit(visit: StateVisit, status: Status, at: int) -> None:
    visit.status, visit.ended_at = status, at


def _has_failed(thread: Thread) -> bool:
    return bool(thread.visits) and thread.visits[-1].status in ("FAILED", "TIMED_OUT")


def _error_of_threads(visit: StateVisit) -> tuple[str | None, Mapping[str, Any]]:
    """Returns the error and {"cause"} of the branch or iteration that failed."""
    for thread in visit.threads:
        if (thread.status == "FAILED" or _has_failed(thread)) and thread.visits:
            return thread.visits[-1].error, {"cause": thread.visits[-1].cause}
    return None, {}


_OF_EXECUTIONS = frozenset(name for name in EVENT_TYPES if name.startswith("Execution"))

_HANDLER_OF_ENDING: Mapping[str, Callable[..., StateVisit | None]] = {
    "StateEntered": ExecutionFold.entered,
    "StateExited": ExecutionFold.exited,
    "StateAborted": ExecutionFold.aborted,
    "EvaluationFailed": ExecutionFold.evaluation_failed,
    "MapRunStarted": ExecutionFold.map_run_started,
    "MapRunRedriven": ExecutionFold.map_run_started,
    "MapRunAborted": ExecutionFold.map_run_aborted,
    "MapIterationStarted": ExecutionFold.iteration_started,
    "MapIterationSucceeded": ExecutionFold.iteration_ended,
    "MapIterationFailed": ExecutionFold.iteration_ended,
    "MapIterationAborted": ExecutionFold.iteration_ended,
    "StateStarted": ExecutionFold.forked,
    "StateSucceeded": ExecutionFold.joined,
    "Scheduled": ExecutionFold.scheduled,
    "Started": ExecutionFold.started,
    "Submitted": ExecutionFold.submitted,
    "Succeeded": ExecutionFold.attempt_succeeded,
    "Failed": ExecutionFold.attempt_failed,
    "TimedOut": ExecutionFold.attempt_failed,
}
"""What each type of event means, by the first of these that its name ends with."""

_HANDLERS: Mapping[str, Callable[..., StateVisit | None]] = {
    name: next(handler for ending, handler in _HANDLER_OF_ENDING.items() if name.endswith(ending))
    for name in EVENT_TYPES
    if name not in _OF_EXECUTIONS
}

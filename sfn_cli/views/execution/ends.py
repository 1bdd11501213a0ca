"""Ends attempts, visits and threads, and reopens them for a redrive.

Law: every attempt, visit and thread has ended when the execution has. One whose end has no event ends
with the visit or thread around it: it failed if the error came from inside it, and was aborted otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.execution.state_visit import Attempt
from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit, Thread
    from sfn_cli.views.statuses import Status

_WITH_CHILDREN = frozenset({"Map", "Parallel"})


def add_attempt(visit: StateVisit, event: int, at: int) -> Attempt:
    """Adds an attempt that the event started (0: no event)."""
    attempt = Attempt(len(visit.attempts) + 1, event, at)
    visit.attempts.append(attempt)
    return attempt


def end_attempt(visit: StateVisit, status: Status, at: int) -> None:
    """Ends the last attempt, if it is still running."""
    if visit.attempts and visit.attempts[-1].ended_at is None:
        visit.attempts[-1].ended_at, visit.attempts[-1].status = at, status


def fail_attempt(visit: StateVisit, status: Status, at: int, error: str | None, cause: str | None) -> None:
    """Records that the last attempt failed; the state may retry, catch the error, or fail."""
    visit.status, visit.error, visit.cause = status, error, cause
    attempt = visit.attempts[-1]
    attempt.ended_at, attempt.status, attempt.error, attempt.cause = at, status, error, cause


def end_visit(visit: StateVisit, status: Status, at: int) -> None:
    visit.status, visit.ended_at = status, at


def end_thread(thread: Thread, status: Status, at: int) -> None:
    """Ends a thread and its current state."""
    if thread.ended_at is not None:
        return
    thread.ended_at, thread.status = at, status
    visit = thread.visits[-1] if thread.visits else None
    if visit is None or visit.ended_at is not None:
        return
    if status == "FAILED" and visit.status == "TIMED_OUT":
        status = "TIMED_OUT"
    end_attempt(visit, status, at)
    end_visit(visit, status, at)
    end_children(visit, at)


def end_children(visit: StateVisit, at: int, *, failed: Thread | None = None) -> None:
    """Ends the running branches or iterations: `failed` has failed, the others are aborted."""
    for thread in visit.threads:
        end_thread(thread, "FAILED" if thread is failed else "ABORTED", at)


def fail_threads(thread: Thread | None, at: int) -> None:
    """Ends a thread with an error that no Map or Parallel around it meets; the others are aborted."""
    while thread is not None and thread.parent is not None:
        around = thread.parent
        end_children(around, at, failed=thread)
        if around.attempts and around.attempts[-1].ended_at is None:
            fail_attempt(around, "FAILED", at, None, None)  # `blame` adds the error
        thread = around.thread


def blame(thread: Thread, error: str | None, cause: str | None, at: int) -> None:
    """Records that an error ended the thread, also in the states inside that failed because of it."""
    visit = thread.visits[-1] if thread.visits else None
    if visit is not None and visit.exited_id is None and visit.status != "ABORTED":
        if visit.error is None or thread.parent is None:  # a Catcher may also have failed
            visit.error, visit.cause = error, cause
            if visit.failures and visit.failures[-1].error is None:
                visit.failures[-1].error, visit.failures[-1].cause = error, cause
        blame_children(visit, at)
    end_thread(thread, "FAILED", at)


def blame_children(visit: StateVisit, at: int) -> None:
    """Records the visit's error in failed states inside it that have no error yet."""
    failed = next((child for child in visit.threads if child.status in FAILURES), None)
    if failed is not None:
        blame(failed, visit.error, visit.cause, at)


def end_execution(view: ExecutionView) -> None:
    """Ends all open visits with the execution: the failed state fails, running states are aborted."""
    at = view.last_at
    if view.status == "FAILED":
        blame(view.root, view.error, view.cause, at)
        return
    for visit in list(view.visits()):  # a success leaves none open
        for thread in visit.threads:
            if thread.ended_at is None:
                thread.ended_at, thread.status = at, view.status
        if visit.ended_at is None:
            end_attempt(visit, view.status, at)
            end_visit(visit, view.status, at)
    view.root.ended_at, view.root.status = at, view.status


def reopen(thread: Thread) -> None:
    """Reopens a thread that a redrive continues, with its visits that have not succeeded.

    A Fail state is not reopened, because it is entered again.
    """
    thread.ended_at, thread.status = None, "RUNNING"
    visit = thread.visits[-1] if thread.visits else None
    if visit is None or visit.exited_id is not None or visit.type == "Fail":
        return
    visit.ended_at, visit.status, visit.error, visit.cause = None, "RUNNING", None, None
    unfinished = [child for child in visit.threads if child.status != "SUCCEEDED"]
    if visit.attempts and visit.attempts[-1].event and visit.type in _WITH_CHILDREN and not visit.map_run_arn:
        visit.attempts[-1].ended_at, visit.attempts[-1].status = None, "RUNNING"
        visit.attempts[-1].error = visit.attempts[-1].cause = None
    for child in unfinished:
        reopen(child)

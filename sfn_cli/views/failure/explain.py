"""Finds the state that failed first, and why.

Rule 1: a failure is explained where it started: in the iteration or branch whose state failed, not in
the Map or Parallel around it.
Rule 2: if several states failed, the first one is explained; the others were aborted or failed later.
Rule 3: if a Catcher led to a Fail state, the caught failure is explained.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.views.execution.state_fields import definition_of_source, fields_of_visited_state
from sfn_cli.views.execution.task_names import name_of_work
from sfn_cli.views.failure.cause import decode_cause
from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import Attempt, StateVisit, Thread
    from sfn_cli.views.failure.stack_frames import StackFrame
    from sfn_cli.views.statuses import Status


class Failure(NamedTuple):
    """Why an execution did not succeed.

    `status` is the execution's. `visit` is the state that failed, or that was running when the execution
    was stopped or timed out; None if no state was entered. `attempt` is its last attempt, if any. `place`
    names the state with the iterations and branches around it: "Rows[5] › Convert". `error` is the name
    that Retry and Catch match; `error_type` is a different name inside the cause. `message` is the
    readable cause, and `origin` its source. `frames` are the frames of a stack trace, innermost first.
    `hint` says how the definition could have handled the error. `input` is JSON text. `called` is the
    task's resource, such as "dynamodb:putItem", and `arguments` its arguments as JSON text (for a
    function, its Payload), if they differ from the input. `function` is the reference of the invoked
    Lambda function, `child_arn` the child execution that failed. `reported_by` is the Fail state to which
    a Catcher led. If `is_mocked`, mocks or faults may have answered instead of what was to be called. The
    caller adds `log_lines`.
    """

    status: "Status"
    visit: "StateVisit | None"
    attempt: "Attempt | None"
    place: str
    error: str | None
    message: str
    error_type: str | None = None
    origin: str = ""
    frames: "Sequence[StackFrame]" = ()
    input: str | None = None
    called: str = ""
    arguments: str | None = None
    function: str | None = None
    child_arn: str | None = None
    reported_by: "StateVisit | None" = None
    hint: str = ""
    is_mocked: bool = False
    log_lines: "Sequence[str]" = ()


def explain_failure(view: "ExecutionView") -> Failure | None:
    """Returns why the execution failed, was stopped or timed out; None for any other execution."""
    if view.status not in (*FAILURES, "ABORTED"):
        return None
    visit = _visit_that_ended(view.root, view.status)
    reported_by = None
    if visit is not None and visit.type == "Fail":
        caught = _caught_before(visit)
        if caught is not None:
            visit, reported_by = caught, visit
    if view.status != "FAILED" or visit is None:
        return _failure_of(view, visit, view.error, view.cause)
    return _failure_of(view, visit, visit.error, visit.cause, reported_by)


def explain_visit(view: "ExecutionView", visit: "StateVisit") -> Failure | None:
    """Returns why this visit failed, even if the error was caught; None if it did not fail.

    Rule 1 applies: a Map's failure is explained in its iteration.
    """
    if visit.status not in (*FAILURES, "CAUGHT"):
        return None
    deepest = _deepest_failure(visit)
    return _failure_of(view, deepest, deepest.error, deepest.cause)


def _failure_of(
    view: "ExecutionView",
    visit: "StateVisit | None",
    error: str | None,
    cause: str | None,
    reported_by: "StateVisit | None" = None,
) -> Failure:
    decoded = decode_cause(cause)
    attempt = None
    if visit is not None and visit.attempts:
        failures = visit.failures
        attempt = failures[-1] if failures else visit.attempts[-1]
    return Failure(
        view.status,
        visit,
        attempt,
        "" if visit is None else place_of_visit(visit),
        error,
        decoded.message,
        decoded.error if _adds_to_error(decoded.error, error) else None,
        decoded.origin or _items_that_failed(view, visit),
        decoded.frames,
        view.input if visit is None else visit.input,
        "" if attempt is None or attempt.resource is None else name_of_work(attempt),
        None if attempt is None or visit is None else _arguments_of_attempt(attempt, visit.input),
        None if attempt is None else invoked_function(attempt),
        decoded.child_arn or (attempt.child_arn if attempt is not None else None),
        reported_by,
        "" if visit is None or error is None else _catcher_hint(view, visit, error),
        is_mocked=visit is not None and visit.state in view.source.mocked_states,
    )


def _adds_to_error(error_type: str | None, error: str | None) -> bool:
    """Whether the name in the cause adds to the error's name ("Lambda.TooManyRequests")."""
    if error_type is None:
        return False
    last = (error or "").rpartition(".")[2]
    return last not in (error_type, f"{error_type}Exception")


def _arguments_of_attempt(attempt: "Attempt", input: str | None) -> str | None:
    """Returns the arguments of the task; None if they are the state's input."""
    if attempt.parameters is None or input is None:
        return attempt.parameters
    try:
        arguments, given = jsonvalue.loads(attempt.parameters), jsonvalue.loads(input)
    except (ValueError, RecursionError):
        return attempt.parameters
    if isinstance(arguments, dict) and "FunctionName" in arguments:
        arguments = arguments.get("Payload")
        return None if arguments in (None, given) else jsonvalue.dumps(arguments)
    return None if arguments == given else attempt.parameters


def _items_that_failed(view: "ExecutionView", visit: "StateVisit | None") -> str:
    """Returns text with the number of failed items of a Map Run; "" if it is unknown."""
    counts = view.source.map_runs.get(visit.map_run_arn or "") if visit is not None else None
    if counts is None or not counts.failed + counts.timed_out:
        return ""
    return f"{counts.failed + counts.timed_out} of {counts.total} items failed"


def _catcher_hint(view: "ExecutionView", visit: "StateVisit", error: str) -> str:
    """Returns a hint if the state has Catchers and none of them matches the error; otherwise ""."""
    if visit.status not in FAILURES:
        return ""
    catchers = fields_of_visited_state(definition_of_source(view.source), visit).get("Catch")
    if not isinstance(catchers, list) or not catchers:
        return ""
    if error == "States.Runtime":
        return "no Catcher can match States.Runtime, which always fails the execution"
    names = [
        name for catcher in catchers if isinstance(catcher, dict) for name in catcher.get("ErrorEquals") or ()
    ]
    return f"no Catcher matches {error}. The Catchers match: {', '.join(map(str, names))}"


def place_of_visit(visit: "StateVisit") -> str:
    """Returns the state's name, preceded by those of the iterations and branches around it."""
    parts = [visit.state]
    thread = visit.thread
    while thread.parent is not None:
        parts.append(f"{thread.parent.state}[{thread.index}]")
        thread = thread.parent.thread
    return " › ".join(reversed(parts))


def invoked_function(attempt: "Attempt") -> str | None:
    """Returns the reference of the Lambda function that the attempt invoked, if any."""
    resource = attempt.resource or ""
    if ":lambda:" in resource and ":function:" in resource:
        return resource
    if not resource.startswith("arn:aws:states:::lambda:invoke"):
        return None
    try:
        parameters = jsonvalue.loads(attempt.parameters or "")
    except ValueError:
        return None
    named = parameters.get("FunctionName") if isinstance(parameters, dict) else None
    if not isinstance(named, str):
        return None
    qualifier = parameters.get("Qualifier")
    return f"{named}:{qualifier}" if isinstance(qualifier, str) and qualifier else named


def name_of_function(reference: str) -> str:
    """Returns the name in a function's reference, such as "Pay" in "arn:…:function:Pay:live"."""
    parts = reference.split(":")
    return parts[parts.index("function") + 1] if "function" in parts[:-1] else parts[0]


# Finding the visit


def _visit_that_ended(thread: "Thread", status: "Status") -> "StateVisit | None":
    """Returns the innermost visit with which the execution ended."""
    if not thread.visits:
        return None
    visit = thread.visits[-1]
    if visit.exited_id is not None:
        return None
    if status == "FAILED":
        return _deepest_failure(visit)
    inner = [
        found
        for child in visit.threads
        if child.status in (status, "RUNNING") and (found := _visit_that_ended(child, status)) is not None
    ]
    return inner[0] if inner else visit


def _deepest_failure(visit: "StateVisit") -> "StateVisit":
    failed = [
        thread
        for thread in (visit.threads or visit.former_threads)
        if thread.visits and (thread.status == "FAILED" or thread.visits[-1].status in FAILURES)
    ]
    if not failed:
        return visit
    first = min(failed, key=lambda thread: (_time_of_failure(thread), thread.index))
    return _deepest_failure(first.visits[-1])


def _time_of_failure(thread: "Thread") -> int:
    last = thread.visits[-1]
    ends = [at for at in (last.ended_at, thread.ended_at) if at is not None]
    return min(ends, default=last.entered_at)


def _caught_before(visit: "StateVisit") -> "StateVisit | None":
    """Returns the failure whose Catcher led to this visit, directly or through other states."""
    at: StateVisit | None = visit
    while at is not None:
        if at.came_by == "catch" and at.previous is not None:
            return _deepest_failure(at.previous)
        at = at.previous
    return None

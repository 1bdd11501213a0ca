"""Suggests next steps for an execution: at most three commands that can be copied.

Commands name the execution as MACHINE/EXECUTION. For a history in a file, only commands that need no
store are suggested.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.arn import is_express_arn, is_map_run_child_arn, name_of_execution
from sfn_cli.installation.extras import INSTALL_HINT
from sfn_cli.views.execution.map_counts import map_counts
from sfn_cli.views.failure.explain import explain_failure, name_of_function
from sfn_cli.views.text.shell_words import shell_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.failure.explain import Failure

MOST_STEPS = 3
_LONGEST_INPUT = 120
"""The maximum length of an input that is repeated in a command."""

_WRONG_DEFINITION = frozenset(
    {
        "States.Runtime", "States.ParameterPathFailure", "States.ResultPathMatchFailure",
        "States.ReferencePathConflict", "States.NoChoiceMatched", "States.IntrinsicFailure",
        "States.QueryEvaluationError",
    }
)  # fmt: skip
"""Errors that a redrive cannot avoid, because it runs the same definition with the same input."""


_NO_FUNCTION = ("Lambda.ResourceNotFoundException", "ResourceNotFoundException")


class NextStep(NamedTuple):
    """A suggested command, with its purpose."""

    words: str
    command: str


def next_steps(
    view: "ExecutionView", pending: "Mapping[int, Pending]", *, options: str = ""
) -> list[NextStep]:
    """Returns suggestions for the next step; none for an execution that succeeded.

    `options` are appended to each sfn command, such as the endpoint of the execution.
    """
    steps = list(dict.fromkeys(_all_next_steps(view, pending)))[:MOST_STEPS]
    return [
        step._replace(command=f"{step.command} {options}")
        if options and step.command.startswith("sfn ")
        else step
        for step in steps
    ]


def _all_next_steps(view: "ExecutionView", pending: "Mapping[int, Pending]") -> "Iterator[NextStep]":
    if not view.is_over:
        yield from _steps_while_running(view, pending)
        return
    failure = explain_failure(view)
    if failure is not None:
        yield from _steps_after_failure(view, failure)


def _steps_while_running(view: "ExecutionView", pending: "Mapping[int, Pending]") -> "Iterator[NextStep]":
    if view.source.suspension is not None:
        yield NextStep("find out why it does not continue", "sfn doctor")
    names = {visit.entered_id: visit.state for visit in view.visits()}
    for entered_id, waits in pending.items():
        if waits.answer is not None:
            yield NextStep(f"complete {names.get(entered_id, 'the task')}", waits.answer)


def _steps_after_failure(view: "ExecutionView", failure: "Failure") -> "Iterator[NextStep]":
    stored = view.source.arn is not None
    if found := INSTALL_HINT.search(f"{failure.message}"):
        yield NextStep("install the missing package", found["command"])
    if failure.child_arn is not None and stored:
        yield NextStep(
            "find out why the child execution failed",
            f"sfn show {shell_word(name_of_execution(failure.child_arn))}",
        )
    if stored:
        yield from _steps_at_map_run(view, failure)
    if stored and failure.error in _NO_FUNCTION:
        yield NextStep("list the functions", "sfn lambda list-functions")
    can_go_on = stored and not view.source.is_machine_deleted
    if can_go_on and _is_worth_redriving(view, failure):
        assert view.source.arn is not None
        name = shell_word(view.source.name)
        yield NextStep(f"continue at {_last_state(view)}", f"sfn redrive-execution --execution-arn {name}")
    elif can_go_on:
        yield from _step_to_run_from_failure(view, failure)
        yield from _step_to_start_again(view)
    if stored and failure.function is not None and not _was_not_called(failure):
        group = shell_word(f"/aws/lambda/{name_of_function(failure.function)}")
        since = _utc_time(view.started_at)
        yield NextStep("show all log lines of the function", f"sfn logs tail {group} --since {since}")
    if failure.visit is not None:
        yield NextStep(
            f"show the full input of {failure.visit.state}",
            f"sfn show {shell_word(view.source.name)} {_word_for_state(failure.visit.state)}",
        )


def _was_not_called(failure: "Failure") -> bool:
    """Whether the failed function does not exist or was mocked, so that it has no log lines."""
    return failure.is_mocked or failure.error in _NO_FUNCTION


def _steps_at_map_run(view: "ExecutionView", failure: "Failure") -> "Iterator[NextStep]":
    visit = failure.visit
    if visit is None or visit.map_run_arn is None:
        return
    counts = map_counts(visit, view.source)
    if counts is None or counts.failed:
        yield NextStep(
            "list the failed items",
            f"sfn list-executions --map-run-arn {shell_word(visit.map_run_arn)} --status-filter FAILED",
        )


def _is_worth_redriving(view: "ExecutionView", failure: "Failure") -> bool:
    """Whether RedriveExecution is possible and may succeed."""
    arn = view.source.arn
    if arn is None or is_express_arn(arn) or _is_of_map_run(arn) or failure.visit is None:
        return False  # a child is redriven with its Map Run
    last = view.root.visits[-1] if view.root.visits else None
    if last is not None and last.type == "Fail":
        return False
    return failure.error not in _WRONG_DEFINITION


def _is_of_map_run(arn: str | None) -> bool:
    return arn is not None and is_map_run_child_arn(arn)


def _last_state(view: "ExecutionView") -> str:
    return view.root.visits[-1].state if view.root.visits else "its start"


def _step_to_run_from_failure(view: "ExecutionView", failure: "Failure") -> "Iterator[NextStep]":
    """Yields the start from the state that failed, if its definition is wrong and others ran before."""
    if (
        failure.error in _WRONG_DEFINITION
        and len(view.root.visits) > 1
        and not _is_of_map_run(view.source.arn)
    ):
        machine = "" if view.source.test_case is None else f" --state-machine-arn {_machine_word(view)}"
        command = f"sfn start-execution --from {shell_word(view.source.name)}{machine}"
        yield NextStep(f"run from {_last_state(view)} with a changed definition", command)


def _machine_word(view: "ExecutionView") -> str:
    """Returns the name of the execution's machine, with its test case, as one shell word."""
    machine = view.source.name.partition("/")[0]
    return shell_word(machine if view.source.test_case is None else f"{machine}#{view.source.test_case}")


def _step_to_start_again(view: "ExecutionView") -> "Iterator[NextStep]":
    if _is_of_map_run(view.source.arn):
        return  # StartExecution would run the whole machine with the input of one item
    text = " ".join((view.input or "{}").split())
    if len(text) <= _LONGEST_INPUT and "'" not in text:
        yield NextStep(
            "start it again",
            f"sfn start-execution --state-machine-arn {_machine_word(view)} --input '{text}'",
        )


def _utc_time(at: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _word_for_state(state: str) -> str:
    """Returns the state's name as one shell word, with a leading slash if it would be an option."""
    return shell_word(f"/{state}" if state.startswith("-") else state)

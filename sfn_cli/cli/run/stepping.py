"""`sfn run --step`: an execution in this process that stops before each state, then its output."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import CommandFailedError, ExecutionFailedError, OperationError
from sfn_cli.errors import ApiError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.drivers.in_process.stepped import SteppedExecution
    from sfn_cli.views.execution.execution_view import ExecutionView


def check_step_options(terminal: Terminal, *, events: bool) -> None:
    """Raises UsageError for --events, CommandFailedError where no keys can be typed."""
    if events:
        raise UsageError("--step shows a screen, and --events prints lines: use one of them.")
    if not (sys.stdin.isatty() and terminal.moves_cursor(sys.stderr)):
        raise CommandFailedError(
            "--step needs a terminal. Without one, omit --step; --test-case and --inject mock tasks."
        )


def refuse_without_step(breakpoints: Collection[str], history_file: Path | None) -> None:
    """Raises UsageError for options that have no effect without --step."""
    for option, value in (("--break", breakpoints), ("--history", history_file)):
        if value:
            raise UsageError(f"{option} needs --step.")


def step_through_run(
    backend: Backend, request: dict[str, Any], breakpoints: Collection[str], history_file: Path | None
) -> ExitCode:
    """Steps through the execution that StartExecution would start; then shows its tree and its output.

    Raises UsageError for a breakpoint on an unknown state, CommandFailedError when the execution did not
    succeed.
    """
    from sfn_cli.arn import name_of_execution
    from sfn_cli.cli.run.followed_run import write_run_output
    from sfn_cli.cli.step.run_terminal import step_at_terminal
    from sfn_cli.cli.watch.watch import check_end, end_reason
    from sfn_cli.drivers.in_process.unstored import unstored_execution
    from sfn_cli.views.execution.fold import fold_execution
    from sfn_cli.views.source import ExecutionSource

    try:
        execution = unstored_execution(backend.service, request)
    except ApiError as error:
        raise OperationError("StartExecution", error) from error
    definition = execution.definition
    _check_breakpoints(definition, breakpoints)
    machine_arn = execution.interpreter.execution.state_machine_arn
    name = name_of_execution(execution.interpreter.execution.arn)
    # It has no ARN here, because the store does not have it.
    source = ExecutionSource(
        name, execution.history, definition, state_machine_arn=machine_arn, is_virtual=True
    )
    step_at_terminal(execution, source, backend.service, sys.stderr, backend.terminal, breakpoints)
    view = fold_execution(source)
    _write_tree(view, backend.terminal)
    if history_file is not None:
        _write_history(execution, history_file)
        # The commands that it suggests are about the file.
        check_end(backend, fold_execution(source._replace(name=str(history_file))))
    elif view.status != "SUCCEEDED":
        more = None if view.status == "ABORTED" else lambda: _write_failure(backend, view)
        raise ExecutionFailedError(end_reason(view, for_people=True), more)
    write_run_output(view.output, backend.terminal)
    return ExitCode.SUCCESS


def _check_breakpoints(definition: str, breakpoints: Collection[str]) -> None:
    from sfn_cli.asl.nesting import states_with_nested
    from sfn_cli.jsonvalue import loads

    states = [name for name, _ in states_with_nested(loads(definition))]
    for name in breakpoints:
        if name not in states:
            raise UsageError(f"--break: there is no state {name}. The states are {', '.join(states)}.")


def _write_tree(view: ExecutionView, terminal: Terminal) -> None:
    from sfn_cli.cli.show.styled_output import output_columns, write_lines
    from sfn_cli.views.outline.tree import outline_lines

    lines = outline_lines(view, now=view.last_at, width=output_columns(sys.stderr), pending={})
    write_lines(lines, sys.stderr, color=terminal.colors(sys.stderr))


def _write_failure(backend: Backend, view: ExecutionView) -> None:
    from sfn_cli.cli.show.forms.failure_text import explained_failure, failure_text
    from sfn_cli.cli.show.styled_output import output_columns, write_lines

    lines = failure_text(explained_failure(backend, view), output_columns(sys.stderr))
    write_lines([[], *lines], sys.stderr, color=backend.terminal.colors(sys.stderr))


def _write_history(execution: SteppedExecution, path: Path) -> None:
    from sfn_cli.api import model
    from sfn_cli.cli.output import show_output
    from sfn_cli.interpreter.events import api_event

    events = [api_event(event) for event in execution.history]
    printed = show_output({"events": events}, model.load_model("stepfunctions", "GetExecutionHistory").output)
    content = {**printed, "definition": json.loads(execution.definition)}
    try:
        path.write_text(json.dumps(content, indent=4) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandFailedError(f"Cannot write {path}: {error.strerror or error}") from None

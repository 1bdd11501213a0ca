"""`sfn diff BEFORE AFTER`: what differs between two executions, or between two definitions."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sfn_cli import jsonvalue
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from sfn_cli.cli.diff.definition_names import NamedDefinition
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.views.source import ExecutionSource
    from sfn_cli.views.text.styled_line import StyledLine


class _ShownDiff(NamedTuple):
    """A difference, as text and as data."""

    is_equal: bool
    lines: list[StyledLine]
    value: dict[str, Any]


@click.command("diff")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option(
    "--machine",
    metavar="NAME",
    help="The state machine to compare, if a project has several.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there are differences.")
@click.pass_obj
def diff(terminal: Terminal, before: str, after: str, machine: str | None, exit_code: bool) -> ExitCode:
    """Compares two executions, or two definitions, state by state.

    An execution is MACHINE/NAME, MACHINE/last, an ARN, or a file with the output of
    get-execution-history. A definition is the name of a state machine (Pay, version Pay:3, alias
    Pay:live), an ARN, or a file or project as for `sfn run`.

    "−" marks what only BEFORE has, "+" what only AFTER has, and "~" what differs. In executions, the
    first visit of a state is compared with the first, the second with the second, and iterations by
    index. A value that differs is shown at the first state that has it. Durations are shown, but
    not compared.

    With --output or --query, the differences are data. The exit code is 0 even if there are differences,
    unless you use --exit-code.

    \b
    Examples:
      sfn diff Pay/monday Pay/last
      sfn diff Pay:3 pay.asl.json
      sfn diff --exit-code Pay . --machine Pay
    """
    _ = terminal.query, terminal.output  # validates both first
    with Backend(terminal) as backend:
        shown = _diff_of_named(backend, before, after, machine)
    if terminal.writes_data:
        terminal.write(shown.value, "Diff")
    else:
        from sfn_cli.cli.show.show import write_pages

        write_pages(shown.lines, terminal)
    return ExitCode.DIFFERENT if exit_code and not shown.is_equal else ExitCode.SUCCESS


def _diff_of_named(backend: Backend, before: str, after: str, machine: str | None) -> _ShownDiff:
    """Returns the difference. Raises UsageError for an execution and a definition."""
    if (first := _names_execution(before)) != _names_execution(after):
        execution, definition = (before, after) if first else (after, before)
        raise UsageError(
            f"{execution} is an execution but {definition} is a definition. Compare two executions "
            f"(MACHINE/NAME, MACHINE/last) or two definitions (MACHINE, a file)."
        )
    if first:
        from sfn_cli.cli.show.sources import find_source

        return _diff_of_executions(find_source(backend, before), find_source(backend, after))
    from sfn_cli.cli.diff.definition_names import find_definition

    return _diff_of_definitions(
        find_definition(backend, before, machine=machine), find_definition(backend, after, machine=machine)
    )


def _names_execution(name: str) -> bool:
    """Whether the word means an execution, or a file with its history; otherwise it is a definition."""
    from sfn_cli.cli.show.history_files import is_history_file
    from sfn_cli.cli.show.sources import STDIN, is_file_name

    if name.startswith("arn:"):
        return ":stateMachine:" not in name
    if name == STDIN:
        return True
    if is_file_name(name) or os.path.exists(name):
        return is_history_file(Path(os.path.expanduser(name.removeprefix("file://"))))
    return "/" in name


def _diff_of_executions(before: ExecutionSource, after: ExecutionSource) -> _ShownDiff:
    from sfn_cli.cli.show.styled_output import output_columns
    from sfn_cli.views.diff.diff_json import execution_diff_json
    from sfn_cli.views.diff.execution_diff import diff_executions
    from sfn_cli.views.diff.execution_lines import execution_diff_lines
    from sfn_cli.views.execution.fold import fold_execution

    now = time.time_ns() // 1_000_000
    difference = diff_executions(fold_execution(before), fold_execution(after))
    return _ShownDiff(
        difference.is_equal,
        execution_diff_lines(difference, now=now, width=output_columns(sys.stdout)),
        execution_diff_json(difference, now=now),
    )


def _diff_of_definitions(before: NamedDefinition, after: NamedDefinition) -> _ShownDiff:
    from sfn_cli.cli.show.styled_output import output_columns
    from sfn_cli.views.diff.definition_diff import diff_definitions
    from sfn_cli.views.diff.definition_lines import definition_diff_lines
    from sfn_cli.views.diff.diff_json import definition_diff_json

    difference = diff_definitions(jsonvalue.loads(before.definition), jsonvalue.loads(after.definition))
    width = output_columns(sys.stdout)
    return _ShownDiff(
        difference.is_equal,
        definition_diff_lines(difference, before=before.name, after=after.name, width=width),
        definition_diff_json(difference, before=before.name, after=after.name),
    )

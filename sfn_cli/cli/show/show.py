"""`sfn show EXECUTION [STATE]`: what an execution did, why it failed, and what to do next."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.text.styled_line import StyledLine


@click.command("show")
@click.argument("execution_or_file", metavar="EXECUTION")
@click.argument("state", required=False)
@click.option(
    "--at", type=click.IntRange(min=1), metavar="EVENT", help="Show the execution as it was after this event."
)
@click.option("--events", is_flag=True, help="Show the events instead, one per line.")
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a report instead, as one page: a picture, a timeline, and the data of every state. "
    "- writes to stdout.",
)
@click.option(
    "--definition",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The definition that was run, if the history does not have it.",
)
@click.pass_obj
def show(
    terminal: Terminal,
    execution_or_file: str,
    state: str | None,
    at: int | None,
    events: bool,
    html: Path | None,
    definition: Path | None,
) -> ExitCode:
    """Shows what an execution did and why it failed.

    Its states are a tree, with the duration of each and what it waits for. If the execution failed, the
    error, the input and the log lines of the failed state follow, and then what to do next.

    EXECUTION is MACHINE/NAME, MACHINE/last (or MACHINE) for the latest execution, an ARN, or a file with
    the output of get-execution-history (- for stdin).

    STATE shows one visit of a state in full: its data step by step, its attempts, its variables, and a
    command that runs the state again on its own. STATE[5] is the visit in iteration 5, STATE@2 is the
    second visit, and MAP[5]/STATE is the state inside iteration 5 of MAP. Otherwise a failed visit is
    preferred.

    With --output or --query, the result is data. The exit code is 0, whatever the status of the
    execution.

    \b
    Examples:
      sfn show Pay/last
      sfn show Pay/monday Charge
      sfn show Pay/last --html report.html
      sfn show Pay/last --output json --query 'states[?status==`FAILED`].state'
      sfn show history.json --definition pay.asl.json
    """
    from sfn_cli.cli.show.shown_execution import shown_execution
    from sfn_cli.cli.show.sources import find_source

    # A history becomes many objects and no cycles; the command ends when they are shown.
    gc.disable()
    _ = terminal.query, terminal.output  # validates both first
    if state is not None and (events or html is not None):
        raise UsageError(f"{'--events' if events else '--html'} shows the whole execution. Omit {state}.")
    with Backend(terminal) as backend:
        source = find_source(backend, execution_or_file, definition=definition)
        shown = shown_execution(backend, source, at)
        if html is not None:
            from sfn_cli.cli.show.forms.report_file import write_report

            write_report(backend, shown, html)
        elif terminal.writes_data:
            write_shown_data(backend, shown, state, terminal)
        elif events:
            _write_events(shown, terminal)
        else:
            write_shown_text(backend, shown, state, terminal)
    return ExitCode.SUCCESS


def write_shown_data(backend: Backend, shown: ShownExecution, state: str | None, terminal: Terminal) -> None:
    """Writes an execution, or one of its states, as data."""
    from sfn_cli.cli.show.forms.execution_data import execution_data, state_data

    if state is None:
        terminal.write(execution_data(backend, shown), "Execution")
    else:
        terminal.write(state_data(backend, shown, state), "State")


def _write_events(shown: ShownExecution, terminal: Terminal) -> None:
    from sfn_cli.cli.show.event_lines import write_event_lines

    with terminal.pager() as stream:
        write_event_lines(shown.source.history, stream, color=terminal.color)


def write_shown_text(backend: Backend, shown: ShownExecution, state: str | None, terminal: Terminal) -> None:
    """Writes the tree of an execution, or one of its states, for people."""
    from sfn_cli.cli.show.styled_output import output_columns

    width = output_columns(sys.stdout)
    if state is None:
        from sfn_cli.cli.show.forms.execution_text import execution_text

        lines = execution_text(backend, shown, width)
    else:
        from sfn_cli.cli.show.forms.state_text import state_text

        lines = state_text(backend, shown, state, width)
    write_pages(lines, terminal)


def write_pages(lines: Sequence[StyledLine], terminal: Terminal) -> None:
    """Writes lines to stdout, through a pager where a terminal has not enough lines for them."""
    from sfn_cli.cli.show.styled_output import output_lines, write_lines

    room = output_lines(sys.stdout)
    if room is None or len(lines) < room:
        write_lines(lines, sys.stdout, color=terminal.color)
        return
    with terminal.pager() as stream:
        write_lines(lines, stream, color=terminal.color)

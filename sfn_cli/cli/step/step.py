"""`sfn step EXECUTION`: walks through the events of an execution, with its tree as of each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.backend import Backend

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.views.source import ExecutionSource


@click.command("step")
@click.argument("execution_or_file", metavar="EXECUTION")
@click.option("--at", type=click.IntRange(min=1), metavar="EVENT", help="Start at this event.")
@click.option(
    "--definition",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The definition that was run, if the history does not have it.",
)
@click.pass_obj
def step(terminal: Terminal, execution_or_file: str, at: int | None, definition: Path | None) -> ExitCode:
    """Steps through the events of an execution.

    Above is the tree of states as it was after the event, below it the event, with the input, the
    variables and the output of its state.

    ← and → go to the previous and next event, ⇧← and ⇧→ (or ↑ and ↓) to the previous and next state that
    is entered, p and n to the previous and next failure, Home and End to the first and last event. / finds
    a text, ? lists the keys, and q quits.

    EXECUTION is MACHINE/NAME, MACHINE/last (or MACHINE) for the latest execution, an ARN, or a file with
    the output of get-execution-history (- for stdin). At the last event of a running execution, new
    events are shown as they come.

    Without a terminal, and with --output or --query, the output is that of `sfn show`.

    \b
    Examples:
      sfn step Pay/last
      sfn step Pay/monday --at 19
      sfn step history.json --definition pay.asl.json
    """
    from sfn_cli.cli.show.sources import find_source
    from sfn_cli.cli.step.full_screen import keyboard_descriptor

    _ = terminal.query, terminal.output  # validates both first
    with Backend(terminal) as backend:
        source = find_source(backend, execution_or_file, definition=definition)
        keyboard = None
        if terminal.moves_cursor(sys.stdout) and not terminal.writes_data and source.history:
            keyboard = keyboard_descriptor()
        if keyboard is None:
            _show_instead(backend, source, at, terminal)
            return ExitCode.SUCCESS
        from sfn_cli.cli.step.walk_terminal import walk_at_terminal

        walk_at_terminal(backend, source, keyboard, at)
    return ExitCode.SUCCESS


def _show_instead(backend: Backend, source: ExecutionSource, at: int | None, terminal: Terminal) -> None:
    from sfn_cli.cli.show.show import write_shown_data, write_shown_text
    from sfn_cli.cli.show.shown_execution import shown_execution

    shown = shown_execution(backend, source, at)
    write = write_shown_data if terminal.writes_data else write_shown_text
    write(backend, shown, None, terminal)

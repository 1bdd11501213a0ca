"""`sfn watch EXECUTION`: an execution that is shown while it runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

import click

from sfn_cli.api import suspensions
from sfn_cli.arn import LAST_EXECUTION, name_of_execution
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import PROGRAM, ExecutionFailedError
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.watch.changes import change_writer, write_changes
from sfn_cli.cli.watch.followed_execution import follow_execution, follow_news
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.cli.watch.followed_execution import FollowedExecution
    from sfn_cli.views.execution.execution_view import ExecutionView


@click.command("watch")
@click.argument("execution")
@click.option("--events", is_flag=True, help="Print a line for each event, also at a terminal.")
@click.pass_obj
def watch(terminal: Terminal, execution: str, events: bool) -> ExitCode:
    """Shows an execution while it runs.

    Its states are a tree, with the duration of each and what it waits for. EXECUTION is MACHINE/NAME,
    MACHINE/last (or MACHINE) for the latest execution, or an ARN.

    At a terminal, the tree is redrawn until the execution ends. Elsewhere, and with --events, each event
    is one line. With --output or --query, each change of a state is one line of data, and the last line
    is the end of the execution.

    The exit code is 0 if the execution succeeds, and 255 if it does not. Ctrl-C ends the command, and
    the execution continues.

    \b
    Examples:
      sfn watch Pay/last
      sfn watch Pay/monday --output json
    """
    from sfn_cli.cli.show.sources import find_source

    write_change = change_writer(terminal)
    with Backend(terminal) as backend:
        source = find_source(backend, execution)
        if source.arn is None:
            raise UsageError(
                f"{execution} is a file and does not change. To see it: {PROGRAM} show {execution}"
            )
        followed = follow_execution(backend, source)
        try:
            if write_change is not None:
                write_changes(followed, write_change)
            else:
                show_followed(followed, sys.stdout, terminal, with_events=events)
        except KeyboardInterrupt:
            report_how_to_stop(backend, source.arn)
            raise
        check_end(backend, followed.view)
    return ExitCode.SUCCESS


def show_followed(
    followed: FollowedExecution, stream: TextIO, terminal: Terminal, *, with_events: bool
) -> None:
    """Shows an execution until it is over: as a tree where lines can be redrawn, else its events."""
    if terminal.moves_cursor(stream) and not with_events:
        from sfn_cli.cli.watch.live_outline import show_live

        show_live(followed, stream, terminal)
        return
    from sfn_cli.cli.show.event_lines import event_line_writer

    with event_line_writer(stream, terminal) as show:
        for news in follow_news(followed):
            for event, _ in news:
                show(event)


def report_how_to_stop(backend: Backend, execution_arn: str, without: str = "") -> None:
    """Writes to stderr, after Ctrl-C, that the execution continues and how to stop it."""
    stop = f"{PROGRAM} stop-execution --execution-arn {_name_for_stop(backend, execution_arn)}"
    click.echo(
        f"\nThe execution continues{without}. To stop it: {stop} {backend.endpoint_option}".rstrip(),
        err=True,
    )


def _name_for_stop(backend: Backend, execution_arn: str) -> str:
    """Returns the execution's name, or its ARN where the name would not be understood.

    These are executions of a Map Run, executions called "last", and those of another region.
    """
    name = name_of_execution(execution_arn)
    is_understood = name.count("/") == 1 and not name.endswith(f"/{LAST_EXECUTION}")
    return name if is_understood and "region" not in backend.terminal.given else execution_arn


def check_end(backend: Backend, view: ExecutionView) -> None:
    """Raises ExecutionFailedError when the execution did not succeed, SuspendedError if it cannot end."""
    if not view.is_over:
        assert view.source.arn is not None
        suspensions.refuse_to_wait_for_suspended(backend.service, view.source.arn)
    if view.status != "SUCCEEDED":
        for_people = sys.stderr.isatty()
        more = _explanation_writer(backend, view) if for_people else None
        raise ExecutionFailedError(end_reason(view, for_people=for_people), more)


def end_reason(view: ExecutionView, *, for_people: bool) -> str:
    """Returns how the execution ended, with the cause: for people, only its message in one line."""
    cause = view.cause or ""
    if for_people:
        from sfn_cli.views.failure.cause import decode_cause

        cause = " ".join(decode_cause(cause).message.split())
    words = {"FAILED": "failed", "TIMED_OUT": "timed out", "ABORTED": "was aborted"}
    parts = (f"The execution {words.get(view.status, view.status)}", view.error, cause)
    return ": ".join(part for part in parts if part)


def _explanation_writer(backend: Backend, view: ExecutionView) -> Callable[[], None]:
    """Returns a function that writes why the execution failed and what to do next."""
    from sfn_cli.cli.show.forms.execution_text import text_below_tree
    from sfn_cli.cli.show.styled_output import output_columns, write_lines
    from sfn_cli.views.execution.shown_execution import ShownExecution

    shown = ShownExecution(view.source, view, view.last_at, {}, view.last_id)
    lines = text_below_tree(backend, shown, output_columns(sys.stderr))
    color = backend.terminal.colors(sys.stderr)
    return lambda: write_lines([[], *lines], sys.stderr, color=color)

"""`sfn worker`: shows or stops the process that runs the executions."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.output import local_time_in_output

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from sfn_cli.cli.terminal import Terminal

_POLL_SECONDS = 0.2
_PIECE_CHARACTERS = 1 << 20


@click.group("worker")
@click.pass_obj
def worker(terminal: Terminal) -> None:
    """Shows or stops the worker, the background process that runs executions.

    It starts when there is something to run, and exits when nothing is left to do.

    \b
    Examples:
      sfn worker status
      sfn worker log --follow
    """
    Backend(terminal).refuse_endpoint()


@worker.command("status")
@click.pass_obj
def worker_status(terminal: Terminal) -> ExitCode:
    """Lists the worker processes and the suspended executions.

    An execution is suspended when sfn has failed on it. Other commands show it as RUNNING. A newer
    version of sfn resumes it, and `sfn stop-execution` ends it.

    \b
    Examples:
      sfn worker status
      sfn worker status --query 'suspended[].traceback' --output text
    """
    from sfn_cli import app
    from sfn_cli.api import suspensions
    from sfn_cli.drivers.local import launch

    workers = launch.launched_workers(terminal.settings)
    with Backend(terminal) as backend:
        suspended = (
            suspensions.describe_suspensions(backend.service) if app.has_store(terminal.settings) else []
        )
    shown = {
        "workers": [{**worker, "startedAt": local_time_in_output(worker["startedAt"])} for worker in workers],
        "suspended": [{**one, "failedAt": local_time_in_output(one["failedAt"])} for one in suspended],
    }
    terminal.write(shown, "Workers")
    return ExitCode.SUCCESS


@worker.command("stop")
@click.pass_obj
def stop_worker(terminal: Terminal) -> ExitCode:
    """Stops the worker processes.

    Running executions resume when the next command starts a worker.

    \b
    Example:
      sfn worker stop
    """
    from sfn_cli.drivers.local import launch

    launch.stop_launched_workers(terminal.settings)
    return ExitCode.SUCCESS


@worker.command("log")
@click.option("--follow", is_flag=True, help="Show new lines as they arrive, until you press Ctrl-C.")
@click.pass_obj
def worker_log(terminal: Terminal, follow: bool) -> ExitCode:
    """Shows the log of the worker processes.

    \b
    Example:
      sfn worker log --follow
    """
    from sfn_cli.drivers.local import launch

    try:
        for text in _worker_log_text(terminal.settings.home, launch.LOG_NAME, follow):
            sys.stdout.write(text)
            sys.stdout.flush()
    except KeyboardInterrupt:
        if not follow:
            raise
    return ExitCode.SUCCESS


def _worker_log_text(home: str, name: str, follow: bool) -> Iterator[str]:
    """Yields the text of a log in the home, and with `follow` the text that is added to it.

    A missing file counts as empty.
    """
    from sfn_cli import private_files

    private_files.check_private_home(home)
    position = 0
    while True:
        with suppress(FileNotFoundError), _open_worker_log(os.path.join(home, name)) as file:
            if os.fstat(file.fileno()).st_size < position:
                position = 0  # a new file took its place
            file.seek(position)
            while piece := file.read(_PIECE_CHARACTERS):
                yield piece
            position = file.tell()
        if not follow:
            return
        time.sleep(_POLL_SECONDS)


def _open_worker_log(path: str) -> TextIO:
    from sfn_cli import private_files

    return open(private_files.open_file(path, os.O_RDONLY), encoding="utf-8", errors="replace")

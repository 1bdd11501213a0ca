"""`sfn start-executions`: an execution for each line of a file or of a pipe."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections import Counter
from io import FileIO
from typing import TYPE_CHECKING

import click

from sfn_cli.api import following, model
from sfn_cli.api.stepfunctions.starts import bulk
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.operations.invoke import resolve_invoked_names
from sfn_cli.cli.output import show_output, write_output
from sfn_cli.cli.progress import ProgressBar
from sfn_cli.errors import ApiError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from sfn_cli.cli.terminal import Terminal

CHUNK = 500
"""How many executions are started by one transaction."""

PIECE_BYTES = 1 << 20

_TOO_LONG = 1 << 21
"""In bytes: no accepted input is as long, and no more of a longer one is held in memory."""

_ENDLESS = 1 << 28
"""In bytes: a longer line is treated as endless (/dev/zero), and the command fails."""

_PARAMETER = "Error parsing parameter '--inputs'"


@click.command("start-executions")
@click.option(
    "--state-machine-arn", required=True, metavar="ARN", help="The state machine: its name or its ARN."
)
@click.option(
    "--inputs",
    required=True,
    metavar="FILE",
    help="The file with the inputs, one JSON text per line. - reads stdin.",
)
@click.option(
    "--name-prefix",
    metavar="TEXT",
    help="Name each execution by this prefix and the number of its line. The default names are UUIDs.",
)
@click.option(
    "--inject",
    multiple=True,
    metavar="STATE:ERROR[@ATTEMPTS]",
    help="Fail a Task of each execution on purpose, at every attempt or only at some: Pay:Declined@1-2.",
)
@click.option(
    "--wait",
    is_flag=True,
    help="Wait until all executions have ended, and report how many ended with each status on stderr.",
)
@click.pass_obj
def start_executions(
    terminal: Terminal,
    state_machine_arn: str,
    inputs: str,
    name_prefix: str | None,
    inject: tuple[str, ...],
    wait: bool,
) -> ExitCode:
    """Starts an execution for each line of a file, thousands a second.

    For each line, the response of start-execution is printed to stdout as one line of JSON when the
    execution is stored on disk. Lines of a pipe are started as they arrive. Blank lines are skipped. A
    line that start-execution refuses is reported on stderr, and the other lines are started.

    With --name-prefix, you can repeat the command after an interruption: no line is started twice.

    The exit code is 0 if all lines were started, 254 if lines were refused, and 255 if, with --wait, an
    execution did not succeed.

    \b
    Examples:
      sfn start-executions --state-machine-arn order --inputs orders.jsonl
      sfn start-executions --state-machine-arn order --inputs orders.jsonl --name-prefix monday- --wait
    """
    write_answers = _started_executions_writer(terminal)
    started_count = 0
    awaited: list[str] = []
    refusals = 0
    request = {"stateMachineArn": state_machine_arn}
    with (
        Backend(terminal) as backend,
        resolve_invoked_names(request, backend),
        _open_start_inputs(inputs) as file,
        ProgressBar(sys.stderr) as bar,
    ):
        size = _start_inputs_size(file)
        for lines in _start_input_chunks(file):
            started, refused = _start(backend, request["stateMachineArn"], lines, name_prefix, inject)
            started_count += len(started)
            if wait:
                awaited.extend(line.answer["executionArn"] for line in started)
            refusals += len(refused)
            bar.hide()
            write_answers(line.answer for line in started)
            _report_refused_starts(refused)
            bar.show(f"{started_count:,} started", file.tell() if size else 0, size)
        failures = _await_started_executions(backend, awaited, bar) if wait else 0
    if refusals:
        return ExitCode.SERVICE
    return ExitCode.FAILURE if failures else ExitCode.SUCCESS


def _open_start_inputs(inputs: str) -> FileIO:
    try:
        return (
            FileIO(sys.stdin.fileno(), closefd=False)
            if inputs == "-"
            else FileIO(inputs.removeprefix("file://"))
        )
    except OSError as error:
        raise UsageError(f"{_PARAMETER}: Unable to load paramfile {inputs}: {error}") from None


def _start_inputs_size(file: FileIO) -> int | None:
    """Returns the size of a file in bytes, None for a pipe."""
    status = os.fstat(file.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _start_input_chunks(file: FileIO) -> Iterator[list[bulk.Line]]:
    """Yields the lines that are not blank, at most CHUNK together.

    Those of a pipe do not wait for more.
    """
    number, rest, left_out = 0, b"", 0
    name = "-" if isinstance(file.name, int) else file.name
    while piece := _read_start_inputs(file, name):
        *whole, rest = (rest + piece).split(b"\n")
        yield from _number_start_lines(whole, number)
        number += len(whole)
        left_out = max(0, len(rest) - _TOO_LONG) + (0 if whole else left_out)
        if left_out > _ENDLESS:
            raise UsageError(f"{_PARAMETER}: line {number + 1} of {name} is longer than {_ENDLESS:,} bytes")
        rest = rest[:_TOO_LONG]
    yield from _number_start_lines([rest], number)


def _read_start_inputs(file: FileIO, name: str) -> bytes:
    try:
        return file.read(PIECE_BYTES) or b""
    except OSError as error:
        raise UsageError(f"{_PARAMETER}: Unable to load paramfile {name}: {error}") from None


def _number_start_lines(texts: Sequence[bytes], before: int) -> Iterator[list[bulk.Line]]:
    """Yields the texts, in chunks, as the lines that follow line `before`."""
    lines = [
        bulk.Line(number, text.strip().decode("utf-8", "surrogateescape"))
        for number, text in enumerate(texts, before + 1)
    ]
    lines = [line for line in lines if line.text]
    for start in range(0, len(lines), CHUNK):
        yield lines[start : start + CHUNK]


def _start(
    backend: Backend,
    state_machine_arn: str,
    lines: Sequence[bulk.Line],
    name_prefix: str | None,
    inject: Sequence[str],
) -> tuple[list[bulk.Started], list[bulk.Refused]]:
    try:
        return bulk.start_executions_in_bulk(backend.service, state_machine_arn, lines, name_prefix, inject)
    except ApiError as error:
        raise OperationError("StartExecution", error) from error


def _started_executions_writer(terminal: Terminal) -> Callable[[Iterable[Mapping[str, Any]]], None]:
    """Returns a function that writes responses to stdout.

    Each is one line if the output format has lines.
    """
    shape = model.load_model("stepfunctions", "StartExecution").output
    query = terminal.query or (lambda value: value)
    output = terminal.output

    def write_answers(answers: Iterable[Mapping[str, Any]]) -> None:
        for answer in answers:
            shown = query(show_output(answer, shape))
            if output == "json":
                sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
            else:
                write_output(shown, output, "StartExecution", sys.stdout)
        sys.stdout.flush()

    return write_answers


def _report_refused_starts(refused: Iterable[bulk.Refused]) -> None:
    for line, error in refused:
        report = {"line": line, "error": error.code, "message": error.message}
        sys.stderr.write(json.dumps(report, ensure_ascii=False) + "\n")


def _await_started_executions(backend: Backend, executions: Sequence[str], bar: ProgressBar) -> int:
    """Waits until all have ended, and prints how many have which status.

    Returns how many did not succeed.
    """
    statuses: Counter[str] = Counter()
    for ended in following.follow_ends(backend.service, executions):
        statuses.update(ended.values())
        bar.show(f"{statuses.total():,} ended", statuses.total(), len(executions))
    bar.hide()
    sys.stderr.write(json.dumps(statuses, sort_keys=True) + "\n")
    return len(executions) - statuses["SUCCEEDED"]

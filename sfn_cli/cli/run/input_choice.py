"""Chooses the input of `sfn run` when the user gives none.

The candidates come from the first of these that exists:

    1. an input.json of the project, or beside the machine's definition
    2. events/*.json in the same folders
    3. the inputs of earlier executions

A single candidate is the input. If there are several, the user chooses one at a terminal; elsewhere
the input is {}.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from sfn_cli.api import model
from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.screen import one_screen_line
from sfn_cli.cli.stacks.project import report_line
from sfn_cli.errors import UsageError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sfn_cli.cli.operations.backend import Backend

    Choices = dict[str, Callable[[], str]]
    """Label that the user sees → a function that returns the input's text."""

NO_INPUT = "{}"

_EARLIER = 20
"""How many earlier executions are read."""

_SHOWN = 72
"""How much of an earlier input is shown, in characters."""


def choose_input(backend: Backend, folders: Sequence[Path], machine_arn: str) -> str:
    """Returns the input. Raises UsageError for a file that cannot be read.

    `folders` are the project's and that of the machine's definition, in the order in which they are searched.
    """
    files = _input_files(folders)
    choices: Choices = {shown_path(path): partial(_read_input, path) for path in files}
    choices = choices or _earlier_inputs(backend, machine_arn)
    if len(choices) == 1:
        ((label, text),) = choices.items()
        if text() != NO_INPUT:
            report_line(f"The input is {label}.")
        return text()
    if choices and sys.stdin.isatty() and sys.stderr.isatty():
        return _ask_for_input(choices)
    if choices:
        report_line(
            f"The input is {NO_INPUT}. Several other inputs exist ({', '.join(choices)}): "
            "choose one with --input."
        )
    return NO_INPUT


def _input_files(folders: Sequence[Path]) -> list[Path]:
    """Returns an input.json, or the events/*.json of the first folder that has any."""
    for folder in folders:
        if (own := folder / "input.json").is_file():
            return [own]
    for folder in folders:
        if events := sorted((folder / "events").glob("*.json")):
            return events
    return []


def _read_input(path: Path) -> str:
    try:
        return read_input_text(path, PROJECT_FILE_BYTES).removeprefix("\ufeff")
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"Cannot read {path}: it is not UTF-8 text") from None


def _earlier_inputs(backend: Backend, machine_arn: str) -> Choices:
    """Returns the distinct inputs of the machine's last executions, the newest first."""
    try:
        listed = _call(backend, "ListExecutions", {"stateMachineArn": machine_arn, "maxResults": _EARLIER})
        described = [
            _call(backend, "DescribeExecution", {"executionArn": one["executionArn"]})
            for one in listed["executions"]
        ]
    except OperationError:  # executions of an EXPRESS machine are not listed
        return {}
    inputs = dict.fromkeys(one["input"] for one in described if "input" in one)
    return {
        text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({number})": partial(str, text)
        for number, text in enumerate(inputs, 1)
    }


def _call(backend: Backend, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    return backend.call(model.load_model("stepfunctions", operation), request)


def _ask_for_input(choices: Choices) -> str:
    for number, label in enumerate(choices, 1):
        click.echo(f"  {number}  {one_screen_line(label)}", err=True)
    click.echo(f"  {len(choices) + 1}  {NO_INPUT}", err=True)
    chosen: int = click.prompt("Which input", type=click.IntRange(1, len(choices) + 1), default=1, err=True)
    return list(choices.values())[chosen - 1]() if chosen <= len(choices) else NO_INPUT

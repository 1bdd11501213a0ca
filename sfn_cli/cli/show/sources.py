"""What a command shows, by the word that names it.

    Pay/monday, Pay/last, Pay     an execution of this store; the latest one of the machine
    arn:aws:states:…              an execution, EXPRESS ones and children of Map Runs included
    history.json, -               the output of get-execution-history (history_files.py)

With --endpoint-url the names and ARNs are those of the endpoint.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sfn_cli.api.views.execution_names import execution_arn_of_name, machine_exists
from sfn_cli.arn import LAST_EXECUTION
from sfn_cli.cli.failures import PROGRAM, CommandFailedError, OperationError
from sfn_cli.errors import ApiError, RowError
from sfn_cli.interpreter.events import EVENT_TYPES

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.source import ExecutionSource

STDIN = "-"
_FILE_BEGINNINGS = (".", "/", "~", "file://")
_FILE_ENDINGS = (".json", ".json5", ".txt")


def find_source(backend: Backend, name: str, *, definition: Path | None = None) -> ExecutionSource:
    """Returns the source of the execution that `name` means.

    A word that looks like a path ("./x", "x.json") is a file; another one is a file only where no
    execution has the name. `definition` is a file whose definition replaces the execution's own.

    Raises OperationError with AWS's error, and similar names at a terminal, where there is no such
    execution; UsageError for a file that cannot be used.
    """
    source = _file_source(name) if is_file_name(name) else _execution_source(backend, name)
    if definition is None:
        return source
    from sfn_cli.cli.show.history_files import read_definition_file

    return source._replace(definition=read_definition_file(definition))


def is_file_name(name: str) -> bool:
    """Whether a word can only mean a file: stdin ("-"), or what looks like a path."""
    return name == STDIN or name.startswith(_FILE_BEGINNINGS) or name.endswith(_FILE_ENDINGS)


def _file_source(name: str) -> ExecutionSource:
    from sfn_cli.cli.show.history_files import read_history_file

    return read_history_file(name)


def _execution_source(backend: Backend, name: str) -> ExecutionSource:
    try:
        if backend.is_remote:
            from sfn_cli.cli.show.remote_sources import remote_execution_source

            return remote_execution_source(backend, name)
        return _local_execution_source(backend, name)
    except OperationError as error:
        if _is_not_found(error) and os.path.isfile(name):
            return _file_source(name)
        from sfn_cli.cli import arn_names

        others = "" if "/" in name else " or file"
        arn_names.explain_missing_name(error, {"executionArn": name}, backend, others=others)
        raise


def _local_execution_source(backend: Backend, name: str) -> ExecutionSource:
    from sfn_cli.api.views.execution_sources import execution_source

    try:
        arn = name if name.startswith("arn:") else _local_arn(backend, name)
        source = execution_source(backend.service, arn)
    except ApiError as error:
        raise OperationError("DescribeExecution", error) from error
    except RowError:
        raise _damaged_history(name) from None
    _check_stored_history(source)
    return source


def _check_stored_history(source: ExecutionSource) -> None:
    """Raises CommandFailedError for a history that no execution can have."""
    is_whole = all(
        event.id == place and event.type in EVENT_TYPES for place, event in enumerate(source.history, 1)
    )
    if not is_whole or not source.history:
        raise _damaged_history(source.name)


def _damaged_history(name: str) -> CommandFailedError:
    return CommandFailedError(f"The history of {name} is damaged. To see what is wrong: {PROGRAM} doctor")


def _local_arn(backend: Backend, name: str) -> str:
    arn = execution_arn_of_name(backend.service, name)
    if arn is not None:
        return arn
    machine = name.removesuffix(f"/{LAST_EXECUTION}")
    if machine_exists(backend.service, machine):
        raise CommandFailedError(
            f"{machine} has no executions yet. "
            f"To start one: {PROGRAM} start-execution --state-machine-arn {machine}"
        )
    raise ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{name}'")


def _is_not_found(error: OperationError) -> bool:
    return error.error.code == "InvalidArn" or error.error.code.endswith("DoesNotExist")

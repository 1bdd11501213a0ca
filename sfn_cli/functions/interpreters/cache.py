"""A cache of checks of commands: interpreters, and programs that do not start.

A check takes as long as a whole invocation, so the results are stored in a file, each with the
modification time and size of the program. A failure is stored for a few minutes only, because a
version manager's shim depends on more than its file.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import private_files
from sfn_cli.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REFUSAL_SECONDS = 600.0


class LanguageInterpreter(NamedTuple):
    """The program that a command (perhaps a shim) runs, and its version."""

    executable: str
    version: str


class StartError(Exception):
    """A command cannot be used as an interpreter; the message is the reason."""


class InterpreterCache:
    """The results of checks, stored in one file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._verdicts: dict[str, Any] | None = None
        self.has_refused = False
        """Whether a stored failure was used."""

    def find(self, command: str) -> LanguageInterpreter | None:
        """Returns the result of an earlier check that is still valid; None if there is none.

        Raises StartError for a command that did not start a few minutes ago.
        """
        match self._known().get(command):
            case [stamp, "", int() | float() as at, str() as reason]:
                if stamp == _command_stamp(command) and 0 <= time.time() - at < REFUSAL_SECONDS:
                    self.has_refused = True
                    raise StartError(reason)
            case [stamp, str() as executable, executable_stamp, str() as version]:
                if stamp == _command_stamp(command) and executable_stamp == _command_stamp(executable):
                    return LanguageInterpreter(executable, version)
        return None

    def store(self, command: str, found: LanguageInterpreter) -> None:
        executable_stamp = _command_stamp(found.executable)
        verdict = [_command_stamp(command), found.executable, executable_stamp, found.version]
        self._write({**self._known(), command: verdict})

    def store_failure(self, command: str, error: StartError) -> None:
        self._write({**self._known(), command: [_command_stamp(command), "", time.time(), str(error)]})

    def forget_refusals(self) -> None:
        self.has_refused = False
        self._verdicts = {command: known for command, known in self._known().items() if known[1:2] != [""]}

    def _known(self) -> dict[str, Any]:
        if self._verdicts is None:
            self._verdicts = _read_verdicts(self._file)
        return self._verdicts

    def _write(self, verdicts: Mapping[str, Any]) -> None:
        """Stores the results. They only save time, so a failure to write is ignored."""
        self._verdicts = dict(verdicts)
        file = self._file
        try:
            private_files.make_private_folder(file.parent.parent, file.parent.name)
            private_files.replace_file(file, json.dumps(verdicts))
        except (OSError, StoreError):
            pass


def _command_stamp(path: str) -> list[int]:
    try:
        status = os.stat(path)
    except OSError:
        return []
    return [status.st_mtime_ns, status.st_size, status.st_ino]


def _read_verdicts(file: Path) -> dict[str, Any]:
    try:
        verdicts = json.loads(private_files.read_file(file))
    except (OSError, ValueError, StoreError):
        return {}
    if not isinstance(verdicts, dict):
        return {}
    return {command: known for command, known in verdicts.items() if isinstance(known, list)}

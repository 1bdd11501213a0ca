"""Where a CDK app runs."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOR_APP = "the CDK app"
"""The purpose of installed packages, in messages to the user."""


class AppSetting(NamedTuple):
    """The folders in which an app runs, and the callback for messages."""

    home: str
    project: Path
    copy: Path
    """The folder in which the app runs: a copy of the project."""
    workspace: Path
    """A folder for sfn's own files."""
    sources: tuple[Path, ...]
    """The files of the project."""
    report: Callable[[str], None]


def words_of_command(command: str) -> list[str]:
    """Returns the words of a shell command, without the folders of programs."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return [os.path.basename(word) for word in words]

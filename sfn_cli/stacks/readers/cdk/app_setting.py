"""Where a CDK app runs."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOR_APP = "the CDK app"
"""For whom packages are installed, in lines for the user."""


class AppSetting(NamedTuple):
    """Where an app runs, and for whom it is prepared."""

    home: str
    project: Path
    copy: Path
    """The folder that it runs in: a copy of the project."""
    workspace: Path
    """A folder for files of our own."""
    sources: tuple[Path, ...]
    """The files of the project."""
    report: Callable[[str], None]


def words_of_command(command: str) -> list[str]:
    """Returns the words of a shell's command, without the folders of programs."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return [os.path.basename(word) for word in words]

"""The command that installs an extra, for the way in which this sfn was installed.

    pipx, uv tool       the tool installs it again, with the extras that it has already
    uv pip, pip         the installer of this environment adds the extra's packages

Only an error names an extra, so nothing is read before.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.installation.install_source import InstallSource

INSTALL_HINT = re.compile(r"[Ii]nstall the extras? [\w, ]+?: (?P<command>.+)$", re.MULTILINE)
"""Matches the hint at the end of an error's line."""


def install_hint(*extras: str) -> str:
    """Returns the sentence that ends an error: how to install these extras."""
    noun = "extra" if len(extras) == 1 else "extras"
    return f"Install the {noun} {' and '.join(extras)}: {install_command(extras)}"


def install_command(extras: Sequence[str], prefix: str = sys.prefix, python: str = sys.executable) -> str:
    """Returns the command that adds extras to the sfn in a Python environment.

    `prefix` is the environment's folder, `python` its interpreter.
    """
    from sfn_cli.installation import install_source

    source = install_source.find_install_source(prefix)
    words = _reinstall_command(extras, source, prefix) or _add_command(extras, source, python)
    return shlex.join(words)


def _reinstall_command(extras: Iterable[str], source: InstallSource, prefix: str) -> list[str] | None:
    """Returns the command of pipx or `uv tool`; None if neither made the environment."""
    from sfn_cli.installation import install_source

    if source.is_gone:
        return None
    editable = ["--editable"] if source.is_editable else []
    if (had := install_source.pipx_extras(prefix)) is not None:
        return ["pipx", "install", "--force", *editable, source.requirement([*had, *extras])]
    if (had := install_source.uv_tool_extras(prefix)) is not None:
        return ["uv", "tool", "install", "--force", *editable, source.requirement([*had, *extras])]
    return None


def _add_command(extras: Sequence[str], source: InstallSource, python: str) -> list[str]:
    """Returns the command of pip or `uv pip`.

    If the checkout or wheel is gone, the command names the packages of the extras.
    """
    install = (
        ["uv", "pip", "install", "--python", os.path.abspath(python)]
        if source.installer == "uv"
        else [python, "-m", "pip", "install"]
    )
    if source.is_gone:
        return [*install, *source.packages_of(extras)]
    return [*install, *(["-e"] if source.is_editable else []), source.requirement(extras)]

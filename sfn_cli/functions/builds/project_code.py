"""The notice, shown before the first time, that a project's code runs as the user.

Building runs the scripts of a project's packages, and the app of a `cdk.json` is a program of the
project. A user who runs someone else's project should know this.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from sfn_cli import private_files
from sfn_cli.errors import StoreError
from sfn_cli.functions.builds.build_folder import FOLDER_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

_PROJECTS = ".projects"


def announce_project_code(
    home: str | os.PathLike[str],
    project: str | os.PathLike[str],
    report: Callable[[str], None],
    *,
    what: str = "Building",
) -> None:
    """Reports, once per project and `what`, that code of the project is about to run.

    `what` begins the line: "Building" or "Reading the CDK app".
    """
    path = os.path.realpath(project)
    name = hashlib.sha256(os.fsencode(f"{what}\n{path}")).hexdigest()[:32]
    try:
        folder = private_files.make_private_folder(home, FOLDER_NAME, _PROJECTS)
        if os.path.exists(marker := os.path.join(folder, name)):
            return
        os.close(private_files.open_file(marker, os.O_WRONLY | os.O_CREAT))
    except (OSError, StoreError):
        pass  # cannot be stored: the line is shown again next time
    report(
        f"{what} runs code of {path} and scripts of its packages as you, without AWS credentials. "
        "To prevent this, use --no-build."
    )


def announcing_report(
    home: str | os.PathLike[str], project: str | os.PathLike[str], report: Callable[[str], None]
) -> Callable[[str], None]:
    """Returns a `report` for builds that first reports that the project's code runs."""

    def report_build(line: str) -> None:
        announce_project_code(home, project, report)
        report(line)

    return report_build

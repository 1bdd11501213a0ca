"""`sfn export PATH --out FOLDER`: writes what a template resolves to, to read and change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.stacks.options import project_options
from sfn_cli.cli.stacks.project import deploy_options, read_named_project, report_line

if TYPE_CHECKING:
    from sfn_cli.cli.stacks.options import ProjectOptions
    from sfn_cli.cli.terminal import Terminal


@click.command("export", short_help="Writes what a project's template resolves to, as plain folders.")
@project_options
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder to write: it is created, and must be empty.",
)
@click.pass_obj
def export(terminal: Terminal, options: ProjectOptions, out: Path) -> ExitCode:
    """Writes what a project's template resolves to: a folder for each state machine.

    Each is a folder as `sfn run` takes it: the definition with its substitutions, machine.json, the
    code and settings of the functions, and a resources.json that makes tables, queues and so on.

    \\b
    Example:
      sfn export . --out resolved
      sfn run resolved/OrderFlow
    """
    from sfn_cli.stacks.deployment.export import export_stack

    may_build = options.build is True
    project = read_named_project(terminal, options, may_build=may_build)
    deploying = deploy_options(terminal, options, may_build=may_build)
    with Backend(terminal) as backend:
        for stack in project.stacks:
            for path in export_stack(backend.service, stack, deploying, out):
                report_line(f"Wrote {path}")
    return ExitCode.SUCCESS

"""`sfn export PATH --out FOLDER`: writes what a template resolves to, to read and to change."""

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


@click.command("export")
@project_options
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder to write. It is created, and must be empty.",
)
@click.pass_obj
def export(terminal: Terminal, options: ProjectOptions, out: Path) -> ExitCode:
    """Writes the resolved template of a project, for you to read or change.

    The folder gets a template.json in which every value is resolved, the definition of each state machine
    and the code of each function. It is a project that `sfn run` runs. If an app has several stacks, each
    gets a folder of its own.

    \b
    Examples:
      sfn export --out resolved
      sfn export orders --out orders-dev --parameter Stage=dev
    """
    from sfn_cli.stacks.deployment.export import export_stack
    from sfn_cli.stacks.stack import valid_stack_name

    may_build = options.build is True
    project = read_named_project(terminal, options, may_build=may_build)
    deploying = deploy_options(terminal, options, may_build=may_build)
    with Backend(terminal) as backend:
        for stack in project.stacks:
            folder = out if len(project.stacks) == 1 else out / valid_stack_name(stack.name)
            for path in export_stack(backend.service, stack, deploying, folder):
                report_line(f"Wrote {path}")
    return ExitCode.SUCCESS

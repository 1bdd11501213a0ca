"""`sfn deploy [PATH]`: creates or updates everything that a project's template has."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.stacks.apis import start_endpoint_of_apis
from sfn_cli.cli.stacks.options import project_options
from sfn_cli.cli.stacks.project import check_stack_name, deploy_options, deploy_stacks, read_named_project

if TYPE_CHECKING:
    from sfn_cli.cli.stacks.options import ProjectOptions
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.stacks.deployment.deploy import Deployed


@click.command("deploy")
@project_options
@click.option(
    "--dry-run", is_flag=True, help="Show what would be created, changed and left out, and change nothing."
)
@click.pass_obj
def deploy(terminal: Terminal, options: ProjectOptions, dry_run: bool) -> ExitCode:
    """Creates or updates all resources of a project.

    PATH is as for `sfn run`. Resources that have not changed are left as they are. Resources that
    the template no longer has are deleted. Types that sfn does not support are left out, by name. A
    deploy that fails is rolled back, and one that was interrupted is completed by the next.

    At a terminal, the result is a table. Elsewhere, and with --output, it is data.

    \b
    Examples:
      sfn deploy
      sfn deploy -t template.yaml --stack orders --parameter Stage=dev
      sfn deploy --dry-run
    """
    _ = terminal.query, terminal.output  # validates both first
    may_build = options.build is True if dry_run else options.build is not False
    project = read_named_project(terminal, options, may_build=may_build)
    check_stack_name(project.stacks, options)
    deploying = deploy_options(terminal, options, may_build=may_build)
    with Backend(terminal) as backend:
        if dry_run:
            from sfn_cli.stacks.deployment.deploy import plan_stack

            done = [plan_stack(backend.service, stack, deploying) for stack in project.stacks]
        else:
            done = [deployed for _, deployed in deploy_stacks(backend, project.stacks, deploying)]
            for deployed in done:
                start_endpoint_of_apis(backend.service, deployed.changes)
    if terminal.is_for_people:
        from sfn_cli.cli.stacks.tables import write_deployed

        for deployed in done:
            write_deployed(deployed, sys.stdout, color=terminal.color, is_dry_run=dry_run)
        return ExitCode.SUCCESS
    terminal.write({"Stacks": [_deployed_members(deployed) for deployed in done]}, "Deploy")
    return ExitCode.SUCCESS


def _deployed_members(deployed: Deployed) -> dict[str, Any]:
    return {
        "StackName": deployed.name,
        "Changes": [
            {
                "Action": change.action.value,
                "LogicalResourceId": change.logical_id,
                "PhysicalResourceId": change.physical_id,
                "ResourceType": change.type,
                **({"Reason": change.reason} if change.reason else {}),
            }
            for change in deployed.changes
        ],
        "Outputs": list(deployed.outputs),
    }

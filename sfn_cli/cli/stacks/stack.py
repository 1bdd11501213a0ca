"""`sfn stack`: lists, shows, stops, starts and deletes stacks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.output import local_time_in_output
from sfn_cli.cli.stacks.apis import stack_apis
from sfn_cli.errors import UsageError
from sfn_cli.stacks.deployment.names import stored_stacks
from sfn_cli.stacks.deployment.stack_members import stack_members

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.cli.terminal import Terminal


@click.group("stack")
def stack() -> None:
    """Lists, shows, stops and deletes stacks: what a deploy of a project has created.

    `sfn deploy` and `sfn run` create a stack for each project.

    \b
    Examples:
      sfn stack list
      sfn stack show orders
      sfn stack stop orders
    """


@stack.command("list")
@click.pass_obj
def list_stacks(terminal: Terminal) -> ExitCode:
    """Lists the stacks, with the project and the status of each.

    \b
    Example:
      sfn stack list
    """
    _ = terminal.query, terminal.output  # validates both first
    with Backend(terminal) as backend:
        _recover_killed_deploys(backend.service)
        found = list(stored_stacks(backend.service.stacks))
    if terminal.is_for_people:
        from sfn_cli.cli.stacks import tables

        tables.write_stacks(found, sys.stdout, color=terminal.color)
        return ExitCode.SUCCESS
    terminal.write({"Stacks": [stack_members(one, local_time_in_output) for one in found]}, "Stacks")
    return ExitCode.SUCCESS


@stack.command("show")
@click.argument("stack_name", metavar="NAME")
@click.pass_obj
def show_stack(terminal: Terminal, stack_name: str) -> ExitCode:
    """Shows the parameters, outputs and resources of a stack, and what was left out.

    APIs and function URLs are shown with their local URLs and their routes.

    \b
    Example:
      sfn stack show orders
    """
    _ = terminal.query, terminal.output
    with Backend(terminal) as backend:
        _recover_killed_deploys(backend.service)
        found = backend.service.stacks.find(stack_name)
        if found is None:
            raise UsageError(_missing_stack_text(backend.service, stack_name))
        resources = backend.service.stacks.resources(stack_name)
        apis = stack_apis(backend.service, resources)
    if terminal.is_for_people:
        from sfn_cli.cli.stacks import tables

        tables.write_stack(found, resources, apis, sys.stdout, color=terminal.color)
        return ExitCode.SUCCESS
    terminal.write(
        {
            **stack_members(found, local_time_in_output),
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in found.parameters.items()
            ],
            "Outputs": found.outputs,
            "Resources": [
                {
                    "LogicalResourceId": one.logical_id,
                    "PhysicalResourceId": one.physical_id,
                    "ResourceType": one.type,
                    "ResourceStatus": one.status,
                }
                for one in resources
            ],
            **({"Apis": apis} if apis else {}),
            "LeftOut": [
                {"LogicalResourceId": logical_id, "ResourceType": type}
                for logical_id, type in found.left_out.items()
            ],
        },
        "Stack",
    )
    return ExitCode.SUCCESS


@stack.command("stop")
@click.argument("stack_name", metavar="NAME")
@click.pass_obj
def stop_stack(terminal: Terminal, stack_name: str) -> ExitCode:
    """Stops a stack's schedules and event sources, until `sfn stack start`.

    They keep a worker running. Its schedules no longer start anything, and its functions no longer get
    messages of queues and streams. Everything else still works, and executions that are running continue.

    \b
    Example:
      sfn stack stop orders
    """
    return _set_stopped(terminal, stack_name, is_stopped=True)


@stack.command("start")
@click.argument("stack_name", metavar="NAME")
@click.pass_obj
def start_stack(terminal: Terminal, stack_name: str) -> ExitCode:
    """Starts a stack's schedules and event sources again, after `sfn stack stop`.

    \b
    Example:
      sfn stack start orders
    """
    return _set_stopped(terminal, stack_name, is_stopped=False)


def _set_stopped(terminal: Terminal, name: str, *, is_stopped: bool) -> ExitCode:
    with Backend(terminal) as backend:
        if not backend.service.running_stacks.stop(name, is_stopped=is_stopped):
            raise UsageError(_missing_stack_text(backend.service, name))
    return ExitCode.SUCCESS


@stack.command("delete")
@click.argument("stack_name", metavar="NAME")
@click.pass_obj
def delete_stack(terminal: Terminal, stack_name: str) -> ExitCode:
    """Deletes a stack and all resources that it has created.

    Resources are deleted in reverse order. Those with the DeletionPolicy Retain stay. Executions that are
    running continue to their end, and their histories stay.

    \b
    Example:
      sfn stack delete orders
    """
    from sfn_cli.cli.stacks.project import report_line
    from sfn_cli.stacks.deployment import deploy
    from sfn_cli.stacks.resources.resource import ResourceError

    options = deploy.DeployOptions(report=report_line, parameters={}, role_arn="")
    with Backend(terminal) as backend:
        if backend.service.stacks.find(stack_name) is None:
            raise UsageError(_missing_stack_text(backend.service, stack_name))
        try:
            deploy.delete_stack(backend.service, stack_name, options)
        except ResourceError as error:
            raise CommandFailedError(f"Cannot delete the stack {stack_name}: {error}") from None
    return ExitCode.SUCCESS


def _recover_killed_deploys(service: Service) -> None:
    """Finishes or rolls back deploys of tools that were running in a process that was killed."""
    if not service.stack_operations.unfinished():
        return
    from sfn_cli.cli.stacks.project import report_line
    from sfn_cli.stacks.deployment.failures.recovery import recover_stacks

    recover_stacks(service, report_line)


def _missing_stack_text(service: Service, name: str) -> str:
    names = ", ".join(one.name for one in stored_stacks(service.stacks))
    return f'No stack named "{name}". {f"Stacks: {names}" if names else "No stacks exist."}'

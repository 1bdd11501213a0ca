"""Reads and deploys the project that a command names, and explains what goes wrong."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.failures import CommandFailedError, OperationError
from sfn_cli.cli.screen import one_screen_line
from sfn_cli.errors import UsageError
from sfn_cli.input_files import shown_path
from sfn_cli.stacks.deployment.changes import NOTHING_AT_AWS, TYPE_NOT_SUPPORTED, Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.cli.stacks.options import ProjectOptions
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.stacks.deployment.deploy import Deployed, DeployOptions
    from sfn_cli.stacks.deployment.tools import DeployError
    from sfn_cli.stacks.readers.project import Project
    from sfn_cli.stacks.stack import Stack


_WHY_LEFT_OUT = {
    TYPE_NOT_SUPPORTED: "sfn does not support them",
    NOTHING_AT_AWS: "a deploy creates nothing at AWS (SFN_AWS=real)",
}


def report_line(line: str) -> None:
    """Writes one line to stderr."""
    sys.stdout.flush()
    click.echo(one_screen_line(line), err=True)


def read_named_project(terminal: Terminal, options: ProjectOptions, *, may_build: bool) -> Project:
    """Reads the project, and shows its notes. Raises UsageError, ConfigurationError."""
    from sfn_cli.stacks.readers.project import ReadOptions, read_project

    read = ReadOptions(terminal.settings, options.values(), may_build, report_line)
    project = read_project(options.path, options.template, read)
    for note in (*project.notes, *(note for stack in project.stacks for note in stack.notes)):
        report_line(note)
    _check_parameter_names(project, options)
    return project


def _check_parameter_names(project: Project, options: ProjectOptions) -> None:
    declared = {name for stack in project.stacks for name in stack.template.get("Parameters") or {}}
    for name in options.values():
        if name not in declared:
            source = project.stacks[0].source
            if not declared:
                raise UsageError(f"{source} has no parameters. Omit --parameter.")
            raise UsageError(f"{source} has no parameter {name}. It has {', '.join(sorted(declared))}.")


def check_stack_name(stacks: Sequence[Stack], options: ProjectOptions) -> None:
    """Raises UsageError for --stack if there are several stacks: one name cannot be given to all."""
    if options.stack_name is not None and len(stacks) > 1:
        names = ", ".join(stack.name for stack in stacks)
        raise UsageError(f"--stack names one stack, but this project has several: {names}. Omit --stack.")


def deploy_options(terminal: Terminal, options: ProjectOptions, *, may_build: bool) -> DeployOptions:
    from sfn_cli.stacks.deployment.deploy import DeployOptions

    return DeployOptions(
        report=report_line,
        parameters=options.values(),
        role_arn=options.role(terminal.settings.account_id),
        stack_name=options.stack_name,
        may_build=may_build,
        replaces=lambda what: options.replace or _confirm_replacement(what),
    )


def _confirm_replacement(what: str) -> bool:
    """Asks the user at a terminal; without one the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(f"{one_screen_line(what)} Take it over?", err=True)


def deploy_stacks(
    backend: Backend, stacks: Sequence[Stack], options: DeployOptions
) -> Iterator[tuple[Stack, Deployed]]:
    """Deploys one stack after another; yields each when it is done."""
    from sfn_cli.stacks.deployment.deploy import deploy_stack

    for stack in stacks:
        with _explained_deploy(stack):
            deployed = deploy_stack(backend.service, stack, options)
        yield stack, deployed


@contextmanager
def _explained_deploy(stack: Stack) -> Iterator[None]:
    """Converts errors of a deploy to errors of the command."""
    from sfn_cli.stacks.deployment.tools import DeployError

    try:
        yield
    except DeployError as error:
        refusal = error.reason.error
        if refusal is None:
            raise CommandFailedError(str(error)) from error
        failure = OperationError(error.reason.operation, refusal)
        _explain_refused_definition(failure, error)
        if stack.is_template:
            failure.args = (f"{error.place}: {error.logical_id} ({error.type}): {failure}",)
        raise failure from error


def _explain_refused_definition(failure: OperationError, error: DeployError) -> None:
    """Adds the faulty lines, if the definition is in a file."""
    from sfn_cli.cli.definition_errors import display

    definition = error.definition
    if definition is None:
        return
    if definition.file is None:
        display.name_definition_source(failure, error.logical_id)
        return
    shown = shown_path(definition.file)
    display.explain_definition_error(failure, {"definition": definition.text}, shown, definition.file_text)
    display.name_definition_source(failure, shown)


def report_changes(stack: Stack, deployed: Deployed) -> None:
    """Shows in a few lines what a deploy changed and left out."""
    counts = Counter(change.action for change in deployed.changes)
    parts = [
        f"{action.done} {counts[action]}"
        for action in Action
        if counts[action] and action not in (Action.KEEP, Action.LEAVE_OUT)
    ]
    if parts and stack.is_template:
        report_line(f"Stack {deployed.name}: {', '.join(parts)}.")
    for reason, why in _WHY_LEFT_OUT.items():
        left_out = [
            f"{change.logical_id} ({change.type})"
            for change in deployed.changes
            if change.action is Action.LEAVE_OUT and change.reason == reason
        ]
        if left_out:
            report_line(f"Left out because {why}: {', '.join(left_out)}.")

"""The options that `sfn run`, `sfn deploy` and `sfn export` have in common."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.cli.terminal import Terminal

ANY_ROLE = "arn:aws:iam::{account}:role/sfn-run"

_PATH = click.Path(path_type=Path)


class ProjectOptions(NamedTuple):
    """The project that the user named, and the options for reading it."""

    path: Path | None
    template: Path | None
    parameters: tuple[str, ...]
    stack_name: str | None
    build: bool | None
    """True: --build; False: --no-build; None: the command's default."""
    replace: bool
    exact_runtimes: bool
    role_arn: str | None

    def values(self) -> dict[str, str]:
        """Returns the values of --parameter. Raises UsageError."""
        values = {}
        for given in self.parameters:
            name, equals, value = given.partition("=")
            if not equals or not name:
                raise UsageError(f"--parameter takes NAME=VALUE: {given}")
            values[name.removeprefix("ParameterKey=")] = value
        return values

    def role(self, account_id: str) -> str:
        return self.role_arn or ANY_ROLE.format(account=account_id)


def project_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the common options to a command, which takes them as `options`."""
    decorators = (
        click.argument("path", required=False, type=_PATH),
        click.option(
            "-t",
            "--template",
            "--template-file",
            type=_PATH,
            metavar="FILE",
            help="The project's file or folder, in place of PATH: a template, cdk.json, cdk.out, "
            "serverless.yml, a Terraform folder or a definition. Also as --template-file.",
        ),
        click.option(
            "--parameter",
            "parameters",
            multiple=True,
            metavar="NAME=VALUE",
            help="Set a parameter or variable of the template.",
        ),
        click.option(
            "--stack",
            "stack_name",
            metavar="NAME",
            help="The name of the stack. The default is the name in the project, or that of its folder.",
        ),
        click.option(
            "--build/--no-build",
            "build",
            default=None,
            help="Install the packages of functions, and run the app of a cdk.json. Both run the project's "
            "code as you. `sfn run` and `sfn deploy` build by default. `sfn export` and --dry-run do "
            "not.",
        ),
        click.option("--replace", is_flag=True, help="Take over resources of a stack of another folder."),
        click.option(
            "--exact-runtimes",
            is_flag=True,
            help="Run each function only with the exact version of its runtime, as SFN_EXACT_RUNTIMES=true "
            "does.",
        ),
        click.option(
            "--role-arn",
            metavar="ARN",
            help="The role of state machines and functions. Any role ARN is accepted.",
        ),
    )

    @wraps(command)
    def with_options(
        *arguments: Any,
        path: Path | None,
        template: Path | None,
        parameters: tuple[str, ...],
        stack_name: str | None,
        build: bool | None,
        replace: bool,
        exact_runtimes: bool,
        role_arn: str | None,
        **others: Any,
    ) -> Any:
        options = ProjectOptions(
            path, template, parameters, stack_name, build, replace, exact_runtimes, role_arn
        )
        if exact_runtimes:
            terminal: Terminal = click.get_current_context().obj
            terminal.settings = terminal.settings._replace(exact_runtimes=True)
        return command(*arguments, options=options, **others)

    decorated: Callable[..., Any] = with_options
    for decorator in reversed(decorators):
        decorated = decorator(decorated)
    return decorated

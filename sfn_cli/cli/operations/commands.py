"""The commands as Click knows them: a group that builds only the command that was named.

Step Functions' operations are at the top (`sfn start-execution`) and below `stepfunctions`; those
of `lambda`, `logs` and `events` are below their service. No module is imported for a command that
was not named.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any, ClassVar

import click

from sfn_cli.api import model
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import (
    AWS_CLI,
    PROGRAM,
    CommandLineError,
    UnknownOptionsError,
    invalid_choice_failure,
)
from sfn_cli.cli.operations import arguments, options
from sfn_cli.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.cli.help.help_page import HelpPage
    from sfn_cli.cli.operations.options import Option

OWN: Mapping[str, str] = {
    "run": "sfn_cli.cli.run.run:run",
    "show": "sfn_cli.cli.show.show:show",
    "watch": "sfn_cli.cli.watch.watch:watch",
    "step": "sfn_cli.cli.step.step:step",
    "graph": "sfn_cli.cli.graph.graph:graph",
    "diff": "sfn_cli.cli.diff.diff:diff",
    "deploy": "sfn_cli.cli.stacks.deploy:deploy",
    "stack": "sfn_cli.cli.stacks.stack:stack",
    "export": "sfn_cli.cli.stacks.export:export",
    "ls": "sfn_cli.cli.lists.ls:ls",
    "ps": "sfn_cli.cli.lists.ps:ps",
    "trigger": "sfn_cli.cli.trigger.trigger:trigger",
    "start-executions": "sfn_cli.cli.start_executions:start_executions",
    "tasks": "sfn_cli.cli.tasks.tasks:tasks",
    "serve": "sfn_cli.cli.serve:serve",
    "console": "sfn_cli.cli.console:console",
    "worker": "sfn_cli.cli.worker:worker",
    "aws": "sfn_cli.cli.aws.aws:aws",
    "doctor": "sfn_cli.cli.doctor:doctor",
    "completion": "sfn_cli.cli.completion.completion:completion",
}
"""sfn's own commands, and where each is written."""

SPECIAL: Mapping[tuple[str, str], str] = {
    ("lambda", "create-function"): "sfn_cli.cli.lambda_:CreateFunction",
    ("lambda", "update-function-code"): "sfn_cli.cli.lambda_:UpdateFunctionCode",
    ("lambda", "publish-layer-version"): "sfn_cli.cli.lambda_:PublishLayerVersion",
    ("lambda", "invoke"): "sfn_cli.cli.lambda_:InvokeFunction",
    ("lambda", "wait"): "sfn_cli.cli.lambda_:WaitForFunction",
    ("logs", "tail"): "sfn_cli.cli.tail:Tail",
    ("events", "tail"): "sfn_cli.cli.events.tail:tail_events",
}
"""Commands that do more than their operation: a class of TableCommand, or a command that Click
reads.
"""


class TableCommand(click.Command):
    """A command that reads argv by a table of options (`arguments`), not by Click's parser.

    `parse_args` leaves a Terminal in `ctx.obj` and the values in `ctx.params`.
    """

    service: str
    positionals: tuple[str, ...] = ()
    words: ClassVar[Mapping[str, Sequence[str]]] = {}
    """The words that a positional accepts, where these are limited."""

    def table(self) -> dict[str, Option]:
        """Returns the command's own options."""
        raise NotImplementedError

    def run(self, given: dict[str, Any], terminal: Terminal) -> ExitCode:
        raise NotImplementedError

    def check(self, read: arguments.Arguments, table: options.Table) -> None:
        """Raises UsageError when an argument is missing or unknown."""
        arguments.check_required_arguments(read, table, self.positionals)
        if read.unknown:
            raise UnknownOptionsError(read.unknown)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        table = self.table()
        if args[:1] == ["help"]:
            args = ["--help"]
        read = arguments.parse_arguments(args, {**table, **options.GLOBALS}, self.positionals)
        if "help" in read.given:
            _show_command_help(self.page(), args)
            ctx.exit()
        ctx.obj = Terminal(read.given)
        self.check(read, table)
        ctx.params = read.given
        return []

    def invoke(self, ctx: click.Context) -> ExitCode:
        return self.run(ctx.params, ctx.obj)

    def page(self) -> HelpPage:
        """Returns the command's help."""
        from sfn_cli.cli.help.command_pages import operation_page

        return operation_page(self.service, self.name or "", self.table(), self.positionals)


class OperationCommand(TableCommand):
    """The command of one operation: its options, request and response come from the model."""

    def __init__(self, operation: model.Operation) -> None:
        super().__init__(operation.command)
        self.operation = operation
        self.service = operation.service

    def table(self) -> dict[str, Option]:
        return options.options_of_operation(self.operation)

    def check(self, read: arguments.Arguments, table: options.Table) -> None:
        # A request in a file or a skeleton needs no further options: the model's check comes later.
        given = read.given
        whole = "cli_input_json" in given or "cli_input_yaml" in given
        skeleton = given.get("generate_cli_skeleton") in ("input", "yaml-input")
        table = {
            flag: option._replace(required=False)
            if whole or skeleton or option.required_without in given
            else option
            for flag, option in table.items()
        }
        super().check(read, table)

    def run(self, given: dict[str, Any], terminal: Terminal) -> ExitCode:
        from sfn_cli.cli.operations import invoke

        form = given.get("generate_cli_skeleton")
        if form in ("input", "yaml-input"):
            return self.write_skeleton(form)
        request = self.request(given, terminal)
        if form == "output":
            return self.write_skeleton(form)
        invoke.invoke_and_show(self.operation, request, given, terminal)
        return ExitCode.SUCCESS

    def request(self, given: dict[str, Any], terminal: Terminal) -> dict[str, Any]:
        from sfn_cli.cli.operations import invoke

        return invoke.request_to_invoke(given, self.table(), terminal)

    def write_skeleton(self, form: str) -> ExitCode:
        from sfn_cli.cli.operations import skeleton

        skeleton.write_skeleton(self.operation, form, sys.stdout)
        return ExitCode.SUCCESS


class ServiceGroup(click.Group):
    """The commands of one service."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        assert self.name
        special = [command for service, command in SPECIAL if service == self.name]
        return sorted({*model.model_commands(self.name), *special})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        assert self.name
        return _service_command(self.name, cmd_name)

    def page(self, ctx: click.Context) -> HelpPage:
        """Returns the service's help: its commands."""
        from sfn_cli.cli.help.overview import service_page

        return service_page(self.name or "", self.list_commands(ctx))


class Sfn(click.Group):
    """All commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*OWN, *model.model_services(), *model.model_commands("stepfunctions")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in OWN:
            command: click.Command = _import_command(OWN[cmd_name])
            return command
        if cmd_name in model.model_services():
            return ServiceGroup(cmd_name)
        return _service_command("stepfunctions", cmd_name)

    def page(self, ctx: click.Context) -> HelpPage:
        """Returns the help of sfn itself: all commands."""
        from sfn_cli.cli.help.overview import overview_page

        return overview_page()


def command_context(argv: Sequence[str]) -> click.Context:
    """Returns the named command with its arguments, ready to run. Raises CommandLineError.

    Help and --version are printed here: they end with click's Exit.
    """
    group: Sfn | ServiceGroup = Sfn(PROGRAM)
    at = click.Context(group, info_name=PROGRAM)
    if "--version" in argv:
        print(_version_command())
        at.exit()
    command, rest = _find_command(group, "command", argv, at)
    if isinstance(command, ServiceGroup):
        group, at = command, click.Context(command, info_name=command.name, parent=at)
        command, rest = _find_command(group, "operation", rest, at)
    if isinstance(command, TableCommand):
        return command.make_context(command.name, rest, parent=at)
    return _own_command_context(command, rest, at)


def _find_command(
    group: Sfn | ServiceGroup, argument: str, argv: Sequence[str], at: click.Context
) -> tuple[click.Command, list[str]]:
    """Returns the command of the group that argv names, and the rest of argv."""
    words, rest = arguments.split_arguments(argv, options.GLOBALS, 1)
    if words == ["help"] and (named := arguments.split_arguments(rest, options.GLOBALS, 1))[0]:
        words, rest = named[0], [*named[1], "--help"]  # sfn help COMMAND
    if words == ["help"] or (not words and not {"--help", "-h"}.isdisjoint(rest)):
        _show_command_help(group.page(at), rest)
        at.exit()
    if not words:
        if argv == [] and isinstance(group, Sfn) and sys.stderr.isatty():
            from sfn_cli.cli.first_steps import write_first_steps

            write_first_steps(sys.stderr, color=Terminal({}).color)
            at.exit(ExitCode.USAGE)
        raise CommandLineError(f"the following arguments are required: {argument}")
    command = group.get_command(at, words[0])
    if command is None:
        from sfn_cli.cli.suggestions import suggested_commands

        known = group.list_commands(at)
        service = group.name if isinstance(group, ServiceGroup) else None
        meant = suggested_commands(service, words[0], known)
        if isinstance(group, Sfn) and not meant:
            from sfn_cli.cli.aws import other_services

            if other_services.is_aws_command(words[0]):
                other_services.run_aws_command(words[0], argv)
        raise invalid_choice_failure(argument, words[0], known, meant)
    return command, rest


def _own_command_context(command: click.Command, rest: list[str], parent: click.Context) -> click.Context:
    """Returns the context of a command whose argv Click parses.

    The options that every command takes are removed first.
    """
    if rest[-1:] == ["help"] and len(rest) <= (2 if isinstance(command, click.Group) else 1):
        rest = [*rest[:-1], "--help"]
    if not {"--help", "-h"}.isdisjoint(rest):
        _show_own_help(command, rest, parent)
        parent.exit()
    given, rest = arguments.take_arguments(rest, options.GLOBALS)
    if isinstance(command, click.Group) and not rest:
        raise CommandLineError(
            f"the following arguments are required: command ({', '.join(command.commands)})",
            f"{PROGRAM} {command.name}",
        )
    parent.obj = Terminal(given)
    try:
        return command.make_context(command.name, rest, parent=parent)
    except click.UsageError as error:
        raise own_command_error(error) from None


def own_command_error(error: click.ClickException) -> CommandLineError:
    """Returns Click's error as sfn reports it."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return CommandLineError(error.format_message(), "" if context is None else context.command_path)


def _show_own_help(command: click.Command, rest: Sequence[str], parent: click.Context) -> None:
    """Shows the help of a command, or of the command of a group that the first word names."""
    from sfn_cli.cli.help.command_pages import own_page

    path = f"{parent.command_path} {command.name}"
    words, _ = arguments.split_arguments(rest, options.GLOBALS, 1)
    if isinstance(command, click.Group) and words:
        inner = command.commands.get(words[0])
        if inner is None:
            raise invalid_choice_failure("command", words[0], list(command.commands))
        command, path = inner, f"{path} {words[0]}"
    _show_command_help(own_page(command, path), rest)


def _show_command_help(page: HelpPage, argv: Sequence[str]) -> None:
    from sfn_cli.cli.help.show_help import show_help

    show_help(page, argv)


def _service_command(service: str, command: str) -> click.Command | None:
    special = SPECIAL.get((service, command))
    if special is not None:
        found = _import_command(special)
        built: click.Command = found() if isinstance(found, type) else found
        return built
    try:
        return OperationCommand(model.model_by_command(service, command))
    except KeyError:
        return None


def _import_command(where: str) -> Any:
    from importlib import import_module

    gc.enable()  # these commands may run for long (serve, tail --follow); see `cli.process`
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


def _version_command() -> str:
    """Returns the version line, which begins with the imitated aws CLI's.

    Scripts parse that version. sfn's version and its platform follow, for bug reports.
    """
    import platform
    from importlib.metadata import PackageNotFoundError, version

    try:
        own = version("sfn-cli")
    except PackageNotFoundError:
        own = "source"
    runs_on = f"Python/{platform.python_version()} {platform.system()}/{platform.release()}"
    return f"aws-cli/{AWS_CLI} {PROGRAM}/{own} {runs_on}"

"""Options have their names in the aws CLI, and help lists each of them."""

from __future__ import annotations

import pytest
from botocore import xform_name  # type: ignore[import-untyped]

from sfn_cli.api import model
from sfn_cli.cli.help import help_words
from sfn_cli.cli.help.command_pages import summary_of_command
from sfn_cli.cli.operations import options
from sfn_cli.cli.operations.commands import OWN, ServiceGroup, Sfn, TableCommand

OPERATIONS = [
    model.load_model(service, name)
    for service in model.model_services()
    for name in model.model_operation_names(service)
]


def commands() -> list[TableCommand]:
    """Every command that reads argv by a table."""
    found = []
    for service in model.model_services():
        group = ServiceGroup(service)
        for name in group.list_commands(None):  # type: ignore[arg-type]
            command = group.get_command(None, name)  # type: ignore[arg-type]
            if isinstance(command, TableCommand):
                found.append(command)
    return found


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.command)
def test_flags_are_those_of_aws(operation: model.Operation) -> None:
    """A member's option is its name in words with hyphens."""
    for member in operation.input["members"]:
        assert options.option_flag(member) == f"--{xform_name(member, '-')}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.command)
def test_no_option_hides_one_that_every_command_takes(operation: model.Operation) -> None:
    """An operation's option never has the name of a global one."""
    assert not options.options_of_operation(operation).keys() & options.GLOBALS.keys()


@pytest.mark.parametrize("command", commands(), ids=lambda command: f"{command.service}-{command.name}")
def test_help_knows_every_command_and_option(command: TableCommand) -> None:
    """Each command has a sentence and an example, each option a sentence."""
    assert help_words.help_sentence(command.service, command.name or "").endswith(".")
    assert command.page().examples
    shown = [
        option for option in command.table().values() if not option.hidden and option.constant is not False
    ]
    without = [option.flag for option in shown if not help_words.option_help_sentence(option.flag)]
    assert without == []


@pytest.mark.parametrize("name", OWN)
def test_own_commands_have_help(name: str) -> None:
    """The list of commands has the first sentence of each command's own help."""
    command = Sfn("sfn").get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert summary_of_command(command) == help_words.help_sentence(name)

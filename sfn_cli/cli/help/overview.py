"""The pages that list commands: `sfn help`, and the help of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.cli.failures import PROGRAM
from sfn_cli.cli.first_steps import STEPS
from sfn_cli.cli.help.command_pages import option_rows
from sfn_cli.cli.help.help_page import HelpPage, HelpRow, HelpSection
from sfn_cli.cli.help.help_words import help_sentence
from sfn_cli.cli.operations.options import GLOBALS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OWN_GROUPS: Mapping[str, Sequence[str]] = {
    "Run": ("run", "trigger", "start-executions"),
    "See": ("ls", "ps", "show", "watch", "step", "graph", "diff", "console"),
    "Answer": ("tasks",),
    "Projects and stacks": ("deploy", "stack", "export"),
    "Servers and processes": ("serve", "aws", "worker"),
    "Maintenance": ("doctor", "completion"),
}
"""sfn's own commands, in the order in which help lists them."""

OPERATION_GROUPS: Mapping[str, Sequence[str]] = {
    "State machines": (
        "create-state-machine", "describe-state-machine", "list-state-machines", "update-state-machine",
        "delete-state-machine", "validate-state-machine-definition", "test-state",
    ),
    "Executions": (
        "start-execution", "start-sync-execution", "describe-execution", "list-executions",
        "get-execution-history", "describe-state-machine-for-execution", "stop-execution",
        "redrive-execution",
    ),
    "Tasks and activities": (
        "send-task-success", "send-task-failure", "send-task-heartbeat", "create-activity",
        "describe-activity", "list-activities", "get-activity-task", "delete-activity",
    ),
    "Versions and aliases": (
        "publish-state-machine-version", "list-state-machine-versions", "delete-state-machine-version",
        "create-state-machine-alias", "describe-state-machine-alias", "list-state-machine-aliases",
        "update-state-machine-alias", "delete-state-machine-alias",
    ),
    "Map Runs": ("list-map-runs", "describe-map-run", "update-map-run"),
    "Tags": ("tag-resource", "untag-resource", "list-tags-for-resource"),
}  # fmt: skip
"""The operations of Step Functions, by what they are about."""

_SERVICES = ("lambda", "logs", "events", "scheduler", "sts", "stepfunctions")
_OTHER_SERVICES = HelpRow(
    "s3, sqs, …", "Any other service: runs the AWS CLI against the local AWS services (sfn aws help)."
)


def overview_page() -> HelpPage:
    """Returns the help of `sfn` itself."""
    own = [
        HelpSection(title, tuple(HelpRow(name, help_sentence(name)) for name in names))
        for title, names in OWN_GROUPS.items()
    ]
    services = (*(HelpRow(name, help_sentence(name)) for name in _SERVICES), _OTHER_SERVICES)
    return HelpPage(
        command=PROGRAM,
        arguments="COMMAND [options]",
        summary="Runs AWS Step Functions on this machine. All commands of `aws stepfunctions` are here, "
        "with their options and output.",
        sections=(
            HelpSection("Start here", tuple(HelpRow(command, says) for command, says in STEPS[:-1]), 44),
            *own,
            HelpSection("AWS services", services),
            *_operation_sections(),
            HelpSection("Options that every command takes", tuple(option_rows(GLOBALS))),
        ),
        footer=f"More about a command: {PROGRAM} COMMAND help",
    )


def service_page(service: str, commands: Sequence[str]) -> HelpPage:
    """Returns the help of a service: its commands."""
    sections: tuple[HelpSection, ...]
    if service == "stepfunctions":
        sections = tuple(_operation_sections())
    else:
        rows = tuple(HelpRow(name, help_sentence(service, name)) for name in commands)
        sections = (HelpSection("Commands", rows),)
    return HelpPage(
        command=f"{PROGRAM} {service}",
        arguments="COMMAND [options]",
        summary=help_sentence(service),
        sections=sections,
        footer=f"More about a command: {PROGRAM} {service} COMMAND help",
    )


def _operation_sections() -> Iterator[HelpSection]:
    for title, names in OPERATION_GROUPS.items():
        yield HelpSection(
            title, tuple(HelpRow(name, help_sentence("stepfunctions", name)) for name in names), 36
        )

"""The links at the top of a page to the pages above it: (text, address), the uppermost first."""

from __future__ import annotations

from sfn_cli.arn import name_of_execution
from sfn_cli.views.console.addresses import execution_address, machine_address

Trail = tuple[tuple[str, str], ...]


def machine_trail(machine: str) -> Trail:
    """Returns the trail of the pages below a machine's page."""
    return ((machine, machine_address(machine)),)


def definition_trail(machine: str) -> Trail:
    """Returns the trail of the pages below that of a machine's definition."""
    return (*machine_trail(machine), ("definition", machine_address(machine, "definition")))


def execution_trail(arn: str, *, state: str | None = None) -> Trail:
    """Returns the trail of the pages below an execution's page, on which a state may be selected."""
    machine, _, execution = name_of_execution(arn).partition("/")
    return (*machine_trail(machine), (execution, execution_address(arn, query={"state": state})))

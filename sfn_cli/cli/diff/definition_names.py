"""What a command compares or draws, by the word that names a definition.

    Pay, Pay:3, Pay:live          a state machine of this store, a version or an alias of it
    arn:aws:states:…              one of these
    pay.asl.json, pay.asl.yaml    a file with a definition
    template.yaml, FOLDER         a project: a template, cdk.json, serverless.yml, … as for `sfn run`

A machine of a project has the names and ARNs that a deploy would give it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api import model
from sfn_cli.arn import name_in_arn, split_arn_qualifier
from sfn_cli.cli.failures import OperationError
from sfn_cli.cli.operations.invoke import resolve_invoked_names
from sfn_cli.cli.show.sources import is_file_name
from sfn_cli.errors import UsageError
from sfn_cli.input_files import shown_path

if TYPE_CHECKING:
    from typing import Any

    from sfn_cli.cli.operations.backend import Backend

_OTHERS = ", file or folder"
_DEFINITION_ENDINGS = (".asl.json", ".asl.yaml", ".asl.yml", ".asl")


class NamedDefinition(NamedTuple):
    """A definition, as JSON text, and its name for people: a machine's, or a path."""

    name: str
    definition: str


def find_definition(backend: Backend, name: str, *, machine: str | None = None) -> NamedDefinition:
    """Returns the definition that `name` means; `machine` chooses one of a project's machines.

    A word that looks like a path is one; another one is a path only where no machine has the name.

    Raises OperationError with AWS's error where there is no such machine, UsageError for a file or
    project that cannot be read.
    """
    if is_file_name(name) or name.endswith((".yaml", ".yml")) or (os.sep in name and os.path.exists(name)):
        return _definition_in_files(backend, name, machine)
    try:
        return _definition_of_machine(backend, name)
    except OperationError as error:
        if not os.path.exists(name):
            if name.startswith("arn:") or error.error.code not in ("InvalidArn", "StateMachineDoesNotExist"):
                raise
            raise UsageError(error.plain or f'No state machine{_OTHERS} named "{name}".') from error
    return _definition_in_files(backend, name, machine)


def is_machine_arn(name: str) -> bool:
    return name.startswith("arn:") and ":stateMachine:" in name


# Machines


def _definition_of_machine(backend: Backend, name: str) -> NamedDefinition:
    request: dict[str, Any] = {"stateMachineArn": name}
    with resolve_invoked_names(request, backend, others=_OTHERS):
        alias = _alias_in(request["stateMachineArn"])
        if alias is not None:
            request["stateMachineArn"] = _version_of_alias(backend, request["stateMachineArn"])
        answer = backend.call(model.load_model("stepfunctions", "DescribeStateMachine"), request)
    return NamedDefinition(name_in_arn(name) if name.startswith("arn:") else name, answer["definition"])


def _alias_in(arn: str) -> str | None:
    """Returns the alias that an ARN names, None for a machine or a version."""
    if not is_machine_arn(arn):
        return None
    qualifier = split_arn_qualifier(arn)[1]
    return None if qualifier is None or qualifier.isdigit() else qualifier


def _version_of_alias(backend: Backend, alias_arn: str) -> str:
    """Returns the ARN of the version to which the alias sends most executions."""
    operation = model.load_model("stepfunctions", "DescribeStateMachineAlias")
    answer = backend.call(operation, {"stateMachineAliasArn": alias_arn})
    routes = answer["routingConfiguration"]
    return str(max(routes, key=lambda route: route["weight"])["stateMachineVersionArn"])


# Files and projects


def _definition_in_files(backend: Backend, name: str, machine: str | None) -> NamedDefinition:
    path = Path(os.path.expanduser(name.removeprefix("file://")))
    if not path.exists():
        raise UsageError(f"{shown_path(path)} does not exist.")
    if machine is None and path.is_file() and (found := _plain_definition(path)) is not None:
        return NamedDefinition(shown_path(path), found)
    return _definition_in_project(backend, path, machine)


def _plain_definition(path: Path) -> str | None:
    """Returns the definition in a file that is nothing else; None for a template.

    Raises UsageError for a file with the name of a definition that cannot be read.
    """
    from sfn_cli.cli.show.history_files import read_definition_file

    try:
        return read_definition_file(path)
    except UsageError:
        if path.name.endswith(_DEFINITION_ENDINGS):
            raise
        return None


def _definition_in_project(backend: Backend, path: Path, machine: str | None) -> NamedDefinition:
    from sfn_cli.cli.run.project_machine import read_project_machine
    from sfn_cli.stacks.stack import STATE_MACHINE

    found = read_project_machine(backend, path, machine, "Comparing")
    shown = shown_path(path) or "."
    machines = sum(
        resource.get("Type") == STATE_MACHINE
        for stack in found.project.stacks
        for resource in stack.resources.values()
    )
    name = shown if machines == 1 else f"{shown}: {found.chosen.shown}"
    return NamedDefinition(name, found.planned_definition(backend))

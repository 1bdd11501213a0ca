"""A state machine that an argument names: by its name, an alias's or a version's, or an ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api import model
from sfn_cli.cli.operations.invoke import resolve_invoked_names

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend


def resolve_machine(backend: Backend, machine: str) -> str:
    """Returns the machine's ARN.

    Raises OperationError, with similar names at a terminal, when there is no such machine.
    """
    request = {"stateMachineArn": machine}
    with resolve_invoked_names(request, backend):
        backend.call(model.load_model("stepfunctions", "DescribeStateMachine"), dict(request))
    return request["stateMachineArn"]

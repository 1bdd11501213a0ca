"""The execution and the machine of `sfn start-execution --from`, which may be named or left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.arn import machine_of_execution_arn
from sfn_cli.cli.failures import OperationError
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend


def name_takeover_by_arns(request: dict[str, Any], backend: Backend) -> None:
    """Replaces the name of the old execution by its ARN; the default machine is that execution's.

    Raises OperationError if there is no such execution.
    """
    given = request["fromExecutionArn"]
    if not isinstance(given, str):
        return
    arn = given if given.startswith("arn:") else _takeover_arn(given, backend)
    if arn is None:
        error = OperationError(
            "StartExecution", ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{given}'")
        )
        from sfn_cli.cli import arn_names

        arn_names.explain_missing_name(error, {"executionArn": given}, backend)
        raise error
    request["fromExecutionArn"] = arn
    request.setdefault("stateMachineArn", machine_of_execution_arn(arn))


def _takeover_arn(name: str, backend: Backend) -> str | None:
    if backend.is_remote:
        from sfn_cli.cli.show.remote_sources import remote_execution_arn

        return remote_execution_arn(backend, name)
    from sfn_cli.api.views.execution_names import execution_arn_of_name

    return execution_arn_of_name(backend.service, name)

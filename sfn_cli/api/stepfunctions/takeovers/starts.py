"""StartExecution: a new execution, or one that takes over the history of another one up to a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions import executions
from sfn_cli.errors import ApiError
from sfn_cli.interpreter.takeover.origin import origins_in_details

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import StartExecutionInputTypeDef

    from sfn_cli.api.model.answers import StartExecutionAnswer
    from sfn_cli.api.service import Service

TAKEOVER_MEMBERS = frozenset(("fromExecutionArn", "fromState", "stateInput", "definition"))
"""sfn's own members of StartExecution, for the second kind."""


def start_any_execution(service: Service, request: StartExecutionInputTypeDef) -> StartExecutionAnswer:
    if TAKEOVER_MEMBERS.isdisjoint(request):
        now = service.clock()
        answer = executions.start_execution(service, request)
        if answer["startDate"] < now:  # the name is taken: by the same kind of start?
            _refuse_taken_over(service, answer["executionArn"])
        return answer
    if "fromExecutionArn" not in request:
        given = ", ".join(sorted(TAKEOVER_MEMBERS & request.keys()))
        raise ApiError("ValidationException", f"{given}: only together with fromExecutionArn")
    # Imported here: most starts need no interpreter.
    from sfn_cli.api.stepfunctions.takeovers.start_from import start_from

    return start_from(service, request)


def _refuse_taken_over(service: Service, execution_arn: str) -> None:
    """Raises ApiError ExecutionAlreadyExists for an execution with events of another one."""
    first = service.executions.history(execution_arn, limit=1)
    if any(origins_in_details(event.details) for event in first):
        raise executions.execution_already_exists(execution_arn)

"""RedriveExecution: continues an execution that failed, was stopped or timed out.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
The interpreter decides which states run again (`interpreter/redrive.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import quotas
from sfn_cli.api.stepfunctions import arn_checks
from sfn_cli.errors import ApiError
from sfn_cli.settings import clock_reading

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import RedriveExecutionInputTypeDef

    from sfn_cli.api.model.answer_parts import RedriveStatus
    from sfn_cli.api.model.answers import RedriveExecutionAnswer
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stepfunctions.redrives import RedriveState

MOST_EVENTS = quotas.HISTORY_EVENTS - 2
"""The maximum number of events before a redrive, which needs room for two more (as in AWS)."""


BY_MAP_RUN = "Execution is a child of a Map Run: redrive the execution that started the Map Run"
"""Why a child execution cannot be redriven separately. (ours)"""


def redrive_execution(service: Service, request: RedriveExecutionInputTypeDef) -> RedriveExecutionAnswer:
    """Redrives an execution.

    Within 15 minutes, the same client token returns the same response without another redrive.
    """
    execution_arn = request["executionArn"]
    if "/" in arn_checks.check_arn(execution_arn, "execution").resource_id:
        raise ApiError(
            "ValidationException",
            "Labeled Execution ARNs are not supported for this API",
            reason="API_DOES_NOT_SUPPORT_LABELED_ARNS",
        )
    now = service.clock()

    def decide(state: RedriveState) -> int:
        reason = redrive_refusal_reason(state, now) or _deleted_machine_reason(state)
        if reason is not None:
            raise ApiError("ExecutionNotRedrivable", f"Execution ARN invalid for redrive as: {reason}")
        return redrive_time(state, now)

    redriven_at = service.redrives.redrive(execution_arn, request.get("clientToken"), now, decide)
    if redriven_at is None:
        raise arn_checks.no_such_execution(execution_arn)
    return {"redriveDate": redriven_at}


def redrive_time(state: RedriveState, now: int) -> int:
    """Returns the time on the execution's own clock at wall-clock time `now`."""
    return max(clock_reading(state.clock, state.started_at, now), state.last_at)


def redrive_refusal_reason(state: RedriveState, now: int) -> str | None:
    """Returns redriveStatusReason at wall-clock time `now`, or None if a redrive is possible."""
    needless = needless_redrive_reason(state.status)
    if needless is not None:
        return needless
    if state.in_map_run:
        return BY_MAP_RUN
    if state.events > MOST_EVENTS:
        return "Execution has exceeded the maximum history event limit"
    if redrive_time(state, now) - state.started_at >= quotas.STANDARD_SECONDS * 1000:
        return "Execution has exceeded the max execution time"
    if state.stopped_at is not None and now - state.stopped_at > quotas.REDRIVABLE_SECONDS * 1000:
        return "Execution redrivable period exceeded"
    if state.redrive_count >= quotas.REDRIVES:
        return "Execution redrive limit exceeded"  # AWS documents the quota, not the message
    return None


def _deleted_machine_reason(state: RedriveState) -> str | None:
    # Observed: DescribeExecution still says REDRIVABLE, so only RedriveExecution has this reason.
    return None if state.machine_status == "ACTIVE" else "State machine is in DELETING status"


def redrive_status_of(service: Service, execution_arn: str) -> RedriveStatus:
    """Returns DescribeExecution's redrive members for an existing execution."""
    state = service.redrives.state(execution_arn)
    assert state is not None
    reason = redrive_refusal_reason(state, service.clock())
    if reason == BY_MAP_RUN:
        return {"redriveStatus": "REDRIVABLE_BY_MAP_RUN"}
    return redrive_members(reason)


def redrive_members(reason: str | None) -> RedriveStatus:
    """Returns DescribeExecution's redrive members; `reason` is why no redrive is possible, or None."""
    return (
        {"redriveStatus": "REDRIVABLE"}
        if reason is None
        else {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}
    )


def needless_redrive_reason(status: str) -> str | None:
    """Returns why an execution with this status cannot be redriven, or None."""
    return f"Execution is {status} and cannot be redriven" if status in ("RUNNING", "SUCCEEDED") else None


def redrive_status(status: str) -> RedriveStatus:
    """Returns whether an execution with this status can be redriven, and if not, why."""
    return redrive_members(needless_redrive_reason(status))

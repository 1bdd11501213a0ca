"""StartSyncExecution: starts an EXPRESS execution and waits for its end.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
It runs like any other execution: stored before it is acknowledged, driven by a worker, and resumed
by the next one after a crash. A failed execution is not an error of the call.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.api import suspensions
from sfn_cli.api.protocol.long_polls import AwaitedEnd
from sfn_cli.api.stepfunctions import arn_checks
from sfn_cli.api.stepfunctions.executions import (
    check_execution_start,
    execution_data,
    new_execution,
    resolve_execution_mocks,
)
from sfn_cli.api.stepfunctions.references import (
    active_machine,
    machine_does_not_exist,
    machine_type_not_supported,
)

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import StartSyncExecutionInputTypeDef

    from sfn_cli.api.model.answers import StartSyncExecutionAnswer
    from sfn_cli.api.service import Service

BILLED_MS = 100
BILLED_MB = 64
"""The units in which AWS bills time and memory."""

BASE_BYTES = 50 * 1024 * 1024
"""The memory billed for every execution, in addition to its definition and its data."""


def start_sync_execution(service: Service, request: StartSyncExecutionInputTypeDef) -> AwaitedEnd:
    plain, mocking = resolve_execution_mocks(service, request)
    arn_checks.check_arn(plain["stateMachineArn"], "stateMachine")
    check_execution_start(plain)
    machine = active_machine(service, plain["stateMachineArn"])
    if machine.type != "EXPRESS":
        raise machine_type_not_supported()
    new, started = new_execution(machine, plain, service.clock(), mocking, is_synchronous=True)
    execution = service.executions.start(new._replace(clock=service.settings.clock), started)
    if execution is None:
        raise machine_does_not_exist(machine.arn)
    return AwaitedEnd(
        execution.arn,
        partial(
            _sync_execution_answer,
            execution_arn=execution.arn,
            included=plain.get("includedData") != "METADATA_ONLY",
        ),
    )


def _sync_execution_answer(
    service: Service, *, execution_arn: str, included: bool
) -> StartSyncExecutionAnswer:
    """Returns the response for an ended execution. Raises SuspendedError if it cannot end."""
    execution = service.executions.find(execution_arn)
    if execution is None or execution.stopped_at is None:
        suspensions.refuse_to_wait_for_suspended(service, execution_arn)
    assert execution is not None
    assert execution.stopped_at is not None
    # As in AWS, waiting for a worker is not billed: the time starts at a worker's first event.
    (begun,) = service.executions.history(execution.arn, after=1, limit=1)
    return {
        "executionArn": execution.arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "startDate": execution.started_at,
        "stopDate": execution.stopped_at,
        "status": execution.status,
        "inputDetails": {"included": included},
        "traceHeader": execution.trace_header,
        "billingDetails": {
            "billedDurationInMilliseconds": _sync_execution_billing_steps(
                execution.stopped_at - begun.at, BILLED_MS
            ),
            "billedMemoryUsedInMB": _sync_execution_billing_steps(
                BASE_BYTES + service.executions.data_size(execution.arn), BILLED_MB << 20
            )
            >> 20,
        },
        **execution_data(execution, included=included),
        "outputDetails": {"included": included},  # also observed for a failed execution
    }


def _sync_execution_billing_steps(used: int, step: int) -> int:
    """Returns the billed use: rounded up to whole steps, at least one."""
    return max(1, -(-used // step)) * step

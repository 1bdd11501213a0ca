"""A stepped execution of a stored state machine, which is not stored itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.stepfunctions.executions import (
    check_execution_start,
    new_execution,
    resolve_execution_mocks,
)
from sfn_cli.api.stepfunctions.references import active_machine
from sfn_cli.drivers.in_process.answers import integrated_answers, mocked_answers
from sfn_cli.drivers.in_process.stepped import SteppedExecution
from sfn_cli.integrations.run_synchronously import synchronous_context
from sfn_cli.interpreter.mocks import read_mocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service


def unstored_execution(service: Service, request: Mapping[str, Any]) -> SteppedExecution:
    """Returns the execution that StartExecution would start, in this process.

    Its tasks are mocked as the request says; the others call the real integrations, from the thread
    that owns the service. Raises ApiError, or UsageError for unusable mocks.
    """
    plain, mocking = resolve_execution_mocks(service, request)
    check_execution_start(plain)
    machine = active_machine(service, plain["stateMachineArn"])
    new, started = new_execution(machine, plain, service.clock(), mocking)
    answer = integrated_answers(service)
    if new.mocks is not None:
        answer = mocked_answers(read_mocks(new.mocks), otherwise=answer)
    return SteppedExecution(
        machine.revision.definition,
        started,
        answer,
        context=synchronous_context(service),
        arn=new.arn,
        state_machine_arn=machine.arn,
        seed=new.seed,
    )

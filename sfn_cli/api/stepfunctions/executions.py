"""Executions: starting, stopping and describing them, and their histories.

StartExecution, StopExecution, DescribeExecution, GetExecutionHistory.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
Starting a STANDARD execution is idempotent: while it runs, the same name and input (and mocks)
return the same response. The name of any other execution of the machine cannot be used again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.api.protocol import paging
from sfn_cli.api.stepfunctions import arn_checks, configurations, qualifiers
from sfn_cli.api.stepfunctions.redrive import redrive_status, redrive_status_of
from sfn_cli.api.stepfunctions.references import (
    active_machine,
    existing_execution,
    machine_does_not_exist,
)
from sfn_cli.errors import ApiError
from sfn_cli.interpreter.events import api_event, execution_started_event
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.records.executions import Execution, NewExecution
from sfn_cli.uuids import random_uuid, time_ordered_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_stepfunctions.type_defs import (
        DescribeExecutionInputTypeDef,
        GetExecutionHistoryInputTypeDef,
        StartExecutionInputTypeDef,
        StopExecutionInputTypeDef,
    )

    from sfn_cli.api.model.answer_parts import ExecutionData, ExecutionMembers
    from sfn_cli.api.model.answers import (
        DescribeExecutionAnswer,
        GetExecutionHistoryAnswer,
        StartExecutionAnswer,
        StopExecutionAnswer,
    )
    from sfn_cli.api.service import Service
    from sfn_cli.api.stepfunctions.mocks.mocks import Mocking
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.records.executions import ExecutionSummary
    from sfn_cli.store.records.state_machines import StateMachine


def start_execution(service: Service, request: StartExecutionInputTypeDef) -> StartExecutionAnswer:
    plain, mocking = resolve_execution_mocks(service, request)
    return start_new_execution(service, plain, service.clock(), mocking, clock=service.settings.clock)


def start_child_execution(
    service: Service, request: dict[str, Any], parent_arn: str, task: int, *, awaited: bool, at: int
) -> StartExecutionAnswer:
    """Starts an execution for a task of the execution `parent_arn`, as StartExecution does.

    `task` is the id of the task's event; `awaited` is whether the task may wait for the end. The child
    does not start before `at`, its parent's time. If the task has already started an execution, that
    one is returned. With "" as parent, the task is outside any stored execution, and so is the new one.
    """
    if not parent_arn:
        alone = start_new_execution(service, request, service.clock())
        service.runner.wake()
        return alone
    existing = service.executions.child_of(parent_arn, task)
    if existing is not None:
        return {"executionArn": existing.arn, "startDate": existing.started_at}
    return start_new_execution(
        service, request, max(at, service.clock()), parent_arn=parent_arn, task=task, awaited=awaited
    )


def resolve_execution_mocks(
    service: Service, request: Mapping[str, Any]
) -> tuple[dict[str, Any], Mocking | None]:
    """Returns the request without its ARN's test case, and the requested mocks, if any."""
    machine_arn, test_case = arn.test_case_of_arn(request["stateMachineArn"])
    inject = request.get("inject", ())
    request = {**request, "stateMachineArn": machine_arn}
    if test_case is None and not inject:
        return request, None
    from sfn_cli.api.stepfunctions.mocks.mocks import Mocking  # most starts do not need it

    return request, Mocking(service.settings, test_case, inject)


def start_new_execution(
    service: Service, request: dict[str, Any], at: int, mocking: Mocking | None = None, **members: Any
) -> StartExecutionAnswer:
    """Starts an execution; `members` are further members of NewExecution."""
    arn_checks.check_machine_arn(request["stateMachineArn"])
    check_execution_start(request)
    new, started = new_execution(active_machine(service, request["stateMachineArn"]), request, at, mocking)
    return execution_start_answer(new, request, service.executions.start(new._replace(**members), started))


def check_execution_start(request: Mapping[str, Any]) -> None:
    """Raises ApiError InvalidName or InvalidExecutionInput."""
    arn_checks.check_arn_name(request.get("name", ""))
    check_execution_input(request.get("input", "{}"))


def new_execution(
    machine: StateMachine,
    request: Mapping[str, Any],
    at: int,
    mocking: Mocking | None = None,
    *,
    express_id: str | None = None,
    is_synchronous: bool = False,
) -> tuple[NewExecution, HistoryEvent]:
    """Returns the requested execution and its first event.

    `express_id` is the id in the ARN of an EXPRESS execution, by default a random one. Raises ApiError
    or UsageError for unusable mocks.
    """
    name = request.get("name") or time_ordered_uuid(at)
    seed = os.urandom(16).hex()
    machine = qualifiers.choose_qualified_version(machine, seed)
    version, alias = machine.version and machine.version.number, machine.alias and machine.alias.name
    new = NewExecution(
        arn=arn.new_execution_arn(
            machine.arn,
            name,
            is_express=machine.type == "EXPRESS",
            new_id=lambda: express_id or random_uuid(),
        ),
        state_machine=machine.id,
        state_machine_arn=machine.arn,
        revision=machine.revision.id,
        logged=configurations.configuration_enables_logs(machine.revision.logging_configuration),
        name=name,
        trace_header=_execution_trace_header(request, at),
        seed=seed,
        version=version,
        alias=alias,
        mocks=None if mocking is None else mocking.of(machine),
    )
    input = Payload(text=request.get("input", "{}"))
    return new, execution_started_event(
        input,
        machine.revision.role_arn,
        at,
        qualified=qualifiers.qualifier_arns(machine.arn, version, alias),
        is_synchronous=is_synchronous,
    )


def _execution_trace_header(request: Mapping[str, Any], at: int) -> str | None:
    if request.get("traceHeader") is None:
        return None
    from sfn_cli.api.protocol.trace_headers import complete_trace_header  # most starts do not need it

    return complete_trace_header(request["traceHeader"], at)


def execution_start_answer(
    new: NewExecution, request: Mapping[str, Any], execution: Execution | None
) -> StartExecutionAnswer:
    """Returns StartExecution's response, given the stored execution with the new one's ARN.

    Raises ApiError.
    """
    if execution is None:
        raise machine_does_not_exist(new.state_machine_arn)
    same = (execution.input, execution.mocks) == (request.get("input", "{}"), new.mocks)
    if execution.status != "RUNNING" or not same:
        raise execution_already_exists(execution.arn)
    return {"executionArn": execution.arn, "startDate": execution.started_at}


def execution_already_exists(execution_arn: str) -> ApiError:
    """Returns the error for a name that another execution has."""
    return ApiError("ExecutionAlreadyExists", f"Execution Already Exists: '{execution_arn}'")


def stop_execution(service: Service, request: StopExecutionInputTypeDef) -> StopExecutionAnswer:
    """Stops an execution. One that has ended is not changed: its stop date is returned.

    EXPRESS executions cannot be stopped in AWS. A suspended one can be stopped here, because it
    could not end otherwise.
    """
    execution_arn = request["executionArn"]
    if not (arn.is_express_arn(execution_arn) and service.suspensions.of(execution_arn)):
        arn_checks.check_arn(execution_arn, "execution")
    stopped_at = service.executions.abort(
        execution_arn, request.get("error"), request.get("cause"), service.clock()
    )
    if stopped_at is None:
        raise arn_checks.no_such_execution(execution_arn)
    return {"stopDate": stopped_at}


def describe_execution(service: Service, request: DescribeExecutionInputTypeDef) -> DescribeExecutionAnswer:
    """Describes a STANDARD execution, or an EXPRESS child of a Map Run.

    AWS does not describe other EXPRESS executions.
    """
    execution_arn = request["executionArn"]
    execution = service.executions.find(execution_arn) if arn.is_express_arn(execution_arn) else None
    if execution is None or execution.map_run_arn is None:
        execution = existing_execution(service, execution_arn)
    answer = to_execution_description(execution, included=request.get("includedData") != "METADATA_ONLY")
    redrivable = answer["redriveStatus"] == "REDRIVABLE"
    return {**answer, **redrive_status_of(service, execution.arn)} if redrivable else answer


def to_execution_description(execution: Execution, *, included: bool = True) -> DescribeExecutionAnswer:
    """Returns an execution as in DescribeExecution, with or without its data."""
    if execution.status == "TIMED_OUT":  # observed in 2026: only the history has the error States.Timeout
        execution = execution._replace(error=None, cause=None)
    return {
        **execution_members(execution),
        "traceHeader": execution.trace_header,
        **redrive_status(execution.status),
        **execution_data(execution, included=included),
    }


def execution_data(execution: Execution, *, included: bool) -> ExecutionData:
    """Returns the members of a response for an execution's data, if it is included."""
    if not included:
        return {}
    data: ExecutionData = {
        "input": execution.input,
        "inputDetails": {"included": True},
        "output": execution.output,
        "error": execution.error,
        "cause": execution.cause,
    }
    if execution.output is not None:
        data["outputDetails"] = {"included": True}
    return data


def execution_members(execution: Execution | ExecutionSummary) -> ExecutionMembers:
    """Returns the members that a list and a description share."""
    return {
        "executionArn": execution.arn,
        "stateMachineArn": execution.state_machine_arn,
        **qualifiers.qualifier_arns(execution.state_machine_arn, execution.version, execution.alias),
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.started_at,
        "stopDate": execution.stopped_at,
        "mapRunArn": execution.map_run_arn,
        "redriveCount": execution.redrive_count,
        # AWS returns no date for the EXPRESS children that a Map Run has restarted.
        "redriveDate": None if arn.is_express_arn(execution.arn) else execution.redriven_at,
    }


def get_execution_history(
    service: Service, request: GetExecutionHistoryInputTypeDef
) -> GetExecutionHistoryAnswer:
    """Returns the events in order, or newest first with reverseOrder."""
    execution = existing_execution(service, request["executionArn"])
    reverse = request.get("reverseOrder", False)
    read = service.executions.history_reversed if reverse else service.executions.history
    events, token = paging.sealed_page(
        request,
        f"GetExecutionHistory {execution.arn} {reverse}",
        service.clock(),
        lambda last, limit: (
            read(execution.arn, limit=limit) if last is None else read(execution.arn, last, limit)
        ),
        lambda event: event.id,
        parse=int,
    )
    include_data = request.get("includeExecutionData", True)
    return {"events": [api_event(event, include_data=include_data) for event in events], "nextToken": token}


def check_execution_input(text: str) -> None:
    """Raises ApiError InvalidExecutionInput if the text is not JSON."""
    from sfn_cli import json_text

    try:
        json_text.read_json(text)
    except json_text.NotJson as error:
        reason = error.message if text.strip() else "Invalid execution input."
        raise ApiError(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{reason}'"
        ) from None

"""The resources of a request's ARNs: state machines, executions and Map Runs.

Also the errors for ARNs of resources that do not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions import arn_checks, qualifiers
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.records.map_runs import MapRun
    from sfn_cli.store.records.state_machines import StateMachine


def existing_machine(service: Service, machine_arn: str) -> StateMachine:
    """Returns the machine with this ARN, at its version if the ARN has one.

    Raises ApiError InvalidArn or StateMachineDoesNotExist.
    """
    arn_checks.check_arn(machine_arn, "stateMachine")
    machine = qualifiers.find_qualified_machine(service, machine_arn)
    if machine is None:
        raise machine_does_not_exist(machine_arn)
    return machine


def active_machine(service: Service, machine_arn: str) -> StateMachine:
    """Returns `existing_machine`; raises StateMachineDeleting while it is being deleted."""
    machine = existing_machine(service, machine_arn)
    if machine.status == "DELETING":
        raise machine_is_deleting(machine_arn)
    return machine


def active_unqualified_machine(service: Service, machine_arn: str) -> StateMachine:
    """Returns `active_machine`, for operations that do not accept versions or aliases.

    For these operations, versions and aliases do not exist (observed).
    """
    machine = active_machine(service, machine_arn)
    if machine.version is not None:
        raise machine_does_not_exist(machine_arn)
    return machine


def existing_execution(service: Service, execution_arn: str) -> Execution:
    """Returns the execution with this ARN. Raises ApiError InvalidArn or ExecutionDoesNotExist."""
    arn_checks.check_arn(execution_arn, "execution")
    execution = service.executions.find(execution_arn)
    if execution is None:
        raise arn_checks.no_such_execution(execution_arn)
    return execution


def existing_map_run(service: Service, map_run_arn: str) -> MapRun:
    """Returns the Map Run with this ARN. Raises ApiError InvalidArn or ResourceNotFound."""
    arn_checks.check_arn(map_run_arn, "mapRun")
    run = service.map_runs.find(map_run_arn)
    if run is None:
        raise ApiError("ResourceNotFound", f"Resource not found: '{map_run_arn}'", resourceName=map_run_arn)
    return run


def machine_does_not_exist(machine_arn: str) -> ApiError:
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{machine_arn}'")


def machine_type_not_supported() -> ApiError:
    return ApiError(
        "StateMachineTypeNotSupported", "This operation is not supported by this type of state machine"
    )


def machine_is_deleting(machine_arn: str) -> ApiError:
    return ApiError("StateMachineDeleting", f"State Machine Deleting: '{machine_arn}'")

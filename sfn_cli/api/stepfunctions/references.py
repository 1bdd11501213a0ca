"""What the ARNs of a request refer to (state machines, executions, Map Runs), and the errors where they
refer to nothing.
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


def existing(service: Service, machine_arn: str) -> StateMachine:
    """What this ARN leads to: a machine, or one at a version. Raises ApiError InvalidArn or
    StateMachineDoesNotExist.
    """
    arn_checks.check_arn(machine_arn, "stateMachine")
    machine = qualifiers.find(service, machine_arn)
    if machine is None:
        raise does_not_exist(machine_arn)
    return machine


def active(service: Service, machine_arn: str) -> StateMachine:
    """As `existing`; a machine that is being deleted is StateMachineDeleting."""
    machine = existing(service, machine_arn)
    if machine.status == "DELETING":
        raise deleting(machine_arn)
    return machine


def active_itself(service: Service, machine_arn: str) -> StateMachine:
    """As `active`, for what can be done to a machine only: versions and aliases do not exist for it
    (observed).
    """
    machine = active(service, machine_arn)
    if machine.version is not None:
        raise does_not_exist(machine_arn)
    return machine


def existing_execution(service: Service, execution_arn: str) -> Execution:
    """The execution with this ARN. Raises ApiError InvalidArn or ExecutionDoesNotExist."""
    arn_checks.check_arn(execution_arn, "execution")
    execution = service.executions.find(execution_arn)
    if execution is None:
        raise arn_checks.no_execution(execution_arn)
    return execution


def existing_map_run(service: Service, map_run_arn: str) -> MapRun:
    """The Map Run with this ARN. Raises ApiError InvalidArn or ResourceNotFound."""
    arn_checks.check_arn(map_run_arn, "mapRun")
    run = service.map_runs.find(map_run_arn)
    if run is None:
        raise ApiError("ResourceNotFound", f"Resource not found: '{map_run_arn}'", resourceName=map_run_arn)
    return run


def does_not_exist(machine_arn: str) -> ApiError:
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{machine_arn}'")


def type_not_supported() -> ApiError:
    return ApiError(
        "StateMachineTypeNotSupported", "This operation is not supported by this type of state machine"
    )


def deleting(machine_arn: str) -> ApiError:
    return ApiError("StateMachineDeleting", f"State Machine Deleting: '{machine_arn}'")

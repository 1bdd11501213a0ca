"""Which state machine a request means: what its ARN leads to, and the errors where it leads to
none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions import arn_checks, qualifiers
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
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


def does_not_exist(machine_arn: str) -> ApiError:
    return ApiError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{machine_arn}'")


def type_not_supported() -> ApiError:
    return ApiError(
        "StateMachineTypeNotSupported", "This operation is not supported by this type of state machine"
    )


def deleting(machine_arn: str) -> ApiError:
    return ApiError("StateMachineDeleting", f"State Machine Deleting: '{machine_arn}'")

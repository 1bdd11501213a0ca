"""Executions by the names that people type: MACHINE/NAME, MACHINE/last, MACHINE.

Unlike names in place of ARNs in AWS's operations, these also find executions that AWS does not list:
EXPRESS executions, those of a deleted machine, and the children of a Map Run (MACHINE/LABEL/NAME).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.arn import LAST_EXECUTION, execution_arn, express_execution_arn, state_machine_arn

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def execution_arn_of_name(service: Service, name: str) -> str | None:
    """Returns the ARN of the execution called `name`, or None if there is none.

    The name of a machine alone means its latest execution.
    """
    machine, slash, execution = name.rpartition("/")
    if slash and machine and execution:
        arn = _execution_arn_in_machine(service, machine, execution)
        if arn is not None:
            return arn
    return _latest_execution_arn(service, name)


def machine_exists(service: Service, name: str) -> bool:
    return service.state_machines.find(_machine_arn_of_name(service, name)) is not None


def _execution_arn_in_machine(service: Service, machine: str, execution: str) -> str | None:
    if execution == LAST_EXECUTION:
        return _latest_execution_arn(service, machine)
    machine_arn = _machine_arn_of_name(service, machine)
    arn = execution_arn(machine_arn, execution)
    if service.executions.find(arn) is not None:
        return arn
    express = service.executions.arns_beginning(express_execution_arn(machine_arn, execution, ""), 1)
    return express[0] if express else None


def _latest_execution_arn(service: Service, machine: str) -> str | None:
    from sfn_cli.store.records.executions import ExecutionFilter

    latest = service.executions.page(ExecutionFilter(_machine_arn_of_name(service, machine)), None, 1)
    return latest[0].arn if latest else None


def _machine_arn_of_name(service: Service, name: str) -> str:
    return state_machine_arn(service.settings.region, service.settings.account_id, name)

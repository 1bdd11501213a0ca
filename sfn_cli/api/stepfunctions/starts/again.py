"""Starts an execution again: with the input, the mocks and the clock of an earlier one.

AWS has no such operation; its console does the same through StartExecution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.api.following import try_to_keep_worker_alive
from sfn_cli.api.stepfunctions import arn_checks, executions, qualifiers
from sfn_cli.api.stepfunctions.mocks.mocks import Mocking
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.records.state_machines import StateMachine


class StartAgain(NamedTuple):
    """What is different in the new execution.

    `input` is JSON text, None for the earlier one. `inject` are faults (mocks/mocks.py), in place of the
    earlier ones if there are any. `keeps_mocks`: it has the mocked responses of the earlier execution.
    """

    input: str | None = None
    name: str | None = None
    inject: Sequence[str] = ()
    keeps_mocks: bool = True


def start_execution_again(service: Service, execution_arn: str, again: StartAgain) -> str:
    """Returns the ARN of a new execution of the same machine, and of the same alias or version.

    Its clock is that of the settings. Raises ApiError, or UsageError for an unusable fault.
    """
    earlier = service.executions.find(execution_arn)
    if earlier is None:
        raise arn_checks.no_such_execution(execution_arn)
    if earlier.map_run_arn is not None:
        raise ApiError(
            "ValidationException",
            "A child of a Map Run runs one item of its Map: start the execution again that has the Map Run",
        )
    input = earlier.input if again.input is None else again.input
    request = {"stateMachineArn": _started_with(earlier), "input": input}
    if again.name:
        request["name"] = again.name
    mocks = RepeatedMocks(service, earlier.mocks if again.keeps_mocks else None, again.inject)
    answer = executions.start_new_execution(
        service, request, service.clock(), mocks if mocks.any else None, clock=service.settings.clock
    )
    try_to_keep_worker_alive(service)
    return answer["executionArn"]


def clock_of_execution(service: Service, execution_arn: str) -> str | None:
    """Returns the clock with which an execution was started, as in the settings."""
    facts = service.executions.replay_facts(execution_arn)
    return None if facts is None else facts.clock


def _started_with(execution: Execution) -> str:
    """Returns the ARN of the alias, the version or the machine with which an execution was started."""
    started_by = qualifiers.qualifier_arns(execution.state_machine_arn, execution.version, execution.alias)
    found = started_by.get("stateMachineAliasArn") or started_by.get("stateMachineVersionArn")
    return str(found or execution.state_machine_arn)


class RepeatedMocks(Mocking):
    """The mocks that an execution stores, with other faults."""

    def __init__(self, service: Service, stored: str | None, inject: Sequence[str]) -> None:
        super().__init__(service.settings, None, inject)
        self._stored = {} if stored is None else jsonvalue.loads(stored)
        self._has_faults = bool(inject)

    @property
    def any(self) -> bool:
        return bool(self._stored) or self._has_faults

    def of(self, machine: StateMachine) -> str:
        faults = jsonvalue.loads(super().of(machine))
        kept = self._stored or faults
        return jsonvalue.dumps({**kept, "faults": faults["faults"]} if self._has_faults else kept)

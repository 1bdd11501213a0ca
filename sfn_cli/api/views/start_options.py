"""What can be chosen when an execution of a state machine is started, for the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.stepfunctions.mocks.mocks import offered_test_cases
from sfn_cli.api.views.machine_details import machine_details
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_details import MachineDetails
    from sfn_cli.store.records.execution_searches import FormerInput

_INPUTS = 10


class StartOptions(NamedTuple):
    """The machine, its latest different inputs, and the test cases of its mocks.

    `mocks_problem` is why the mock configuration file cannot be used, if that is so.
    """

    machine: MachineDetails
    former_inputs: Sequence[FormerInput]
    test_cases: Sequence[str]
    mocks_problem: str | None = None


def start_options(service: Service, machine_arn: str) -> StartOptions | None:
    """Returns the options of a state machine; None if there is no such machine."""
    machine = machine_details(service, machine_arn)
    if machine is None:
        return None
    former = service.execution_searches.former_inputs(machine_arn, _INPUTS)
    try:
        return StartOptions(machine, former, offered_test_cases(service.settings, machine.name))
    except ApiError as error:
        return StartOptions(machine, former, (), error.message)

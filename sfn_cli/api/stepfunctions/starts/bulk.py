"""StartExecution for many inputs at once: an extension of sfn.

AWS starts one execution per request. Here, all executions are stored in one transaction, so that
thousands take only a few commits; each input is checked, and rejected, as in StartExecution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api import model
from sfn_cli.api.protocol.constraints import check_constraints
from sfn_cli.api.stepfunctions import arn_checks
from sfn_cli.api.stepfunctions.executions import (
    check_execution_start,
    execution_start_answer,
    new_execution,
    resolve_execution_mocks,
)
from sfn_cli.api.stepfunctions.references import active_machine
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.model.answers import StartExecutionAnswer
    from sfn_cli.api.service import Service


class Line(NamedTuple):
    """One input: its number in the file, counted from one, and its JSON text."""

    number: int
    text: str


class Started(NamedTuple):
    """An accepted line, and StartExecution's response."""

    line: int
    answer: StartExecutionAnswer


class Refused(NamedTuple):
    """A rejected line, and StartExecution's error."""

    line: int
    error: ApiError


def start_executions_in_bulk(
    service: Service,
    state_machine_arn: str,
    lines: Sequence[Line],
    name_prefix: str | None = None,
    inject: Sequence[str] = (),
) -> tuple[list[Started], list[Refused]]:
    """Starts an execution for each line that is not rejected, and ensures that a worker is running.

    Names are UUIDs, or `name_prefix` and the line's number. If the state machine or the mocks are
    unusable, starts none and raises ApiError or UsageError (`inject` as in StartExecution).
    """
    common, mocking = resolve_execution_mocks(
        service, {"stateMachineArn": state_machine_arn, "inject": inject}
    )
    arn_checks.check_machine_arn(common["stateMachineArn"])
    machine = active_machine(service, common["stateMachineArn"])
    if mocking is not None:
        mocking.of(machine)
    shape = model.load_model("stepfunctions", "StartExecution").input
    at = service.clock()
    started: list[Started] = []
    refused: list[Refused] = []
    accepted = []
    for number, text in lines:
        request = {"stateMachineArn": common["stateMachineArn"], "input": text}
        if name_prefix is not None:
            request["name"] = f"{name_prefix}{number}"
        try:
            check_constraints(shape, request)
            check_execution_start(request)
        except ApiError as error:
            refused.append(Refused(number, error))
        else:
            new, first = new_execution(machine, request, at, mocking)
            accepted.append((number, request, new._replace(clock=service.settings.clock), first))
    if accepted:
        started_executions = service.executions.start_many([(new, first) for _, _, new, first in accepted])
        for (number, request, new, _), execution in zip(accepted, started_executions, strict=True):
            try:
                started.append(Started(number, execution_start_answer(new, request, execution)))
            except ApiError as error:
                refused.append(Refused(number, error))
    return started, refused

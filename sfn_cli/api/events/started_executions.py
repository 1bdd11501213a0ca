"""Executions that are started by events: at most one for each event and target.

The name of an execution is derived from the event, so a second attempt finds the first one's execution,
of EXPRESS state machines too, whose names may otherwise recur.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.api.stepfunctions import arn_checks
from sfn_cli.api.stepfunctions.executions import check_execution_start, new_execution
from sfn_cli.api.stepfunctions.references import active_machine, machine_does_not_exist
from sfn_cli.errors import ApiError, RowError, UnstorableError
from sfn_cli.uuids import derived_uuid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.records.executions import NewExecution

_ID = re.compile(r"[A-Za-z0-9_-]{1,43}")


def event_execution_name(event_id: str, source: str, target_key: str) -> str:
    """Returns the name of the execution: the event's id, as on AWS, and a UUID of source and target."""
    derived = derived_uuid(f"{event_id} {source} {target_key}")
    return f"{event_id if _ID.fullmatch(event_id) else derived_uuid(event_id)}_{derived}"


def event_execution(
    service: Service, machine_arn: str, name: str, input: str
) -> tuple[NewExecution, HistoryEvent]:
    """Returns the execution to start, and its first event. Raises ApiError.

    It runs on the clock of this process's settings.
    """
    arn_checks.check_machine_arn(machine_arn)
    request = {"stateMachineArn": machine_arn, "name": name, "input": input}
    check_execution_start(request)
    new, started = new_execution(
        active_machine(service, machine_arn), request, service.clock(), express_id=derived_uuid(name)
    )
    return new._replace(clock=service.settings.clock), started


def start_event_executions(
    service: Service, wanted: Sequence[tuple[NewExecution, HistoryEvent]]
) -> list[str | ApiError]:
    """Starts executions that were not started before, at best in one transaction.

    Returns the ARN of each, or the error. A worker is woken.
    """
    try:
        found = service.executions.start_many(wanted)
    except (RowError, UnstorableError) as error:
        if len(wanted) > 1:  # one of them is at fault
            return [result for one in wanted for result in start_event_executions(service, [one])]
        return [ApiError("InvalidExecutionInput", str(error))]
    return [
        machine_does_not_exist(new.state_machine_arn) if execution is None else execution.arn
        for (new, _), execution in zip(wanted, found, strict=True)
    ]

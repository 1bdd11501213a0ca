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
from sfn_cli.uuids import derived_uuid

if TYPE_CHECKING:
    from sfn_cli.api.service import Service

_ID = re.compile(r"[A-Za-z0-9_-]{1,43}")


def event_execution_name(event_id: str, source: str, target_key: str) -> str:
    """Returns the name of the execution: the event's id, as on AWS, and a UUID of source and target."""
    derived = derived_uuid(f"{event_id} {source} {target_key}")
    return f"{event_id if _ID.fullmatch(event_id) else derived_uuid(event_id)}_{derived}"


def start_event_execution(service: Service, machine_arn: str, name: str, input: str) -> str:
    """Starts an execution unless it was started before, and returns its ARN.

    It runs on the clock of this process's settings. Raises ApiError. The caller ensures that a worker
    is running.
    """
    arn_checks.check_machine_arn(machine_arn)
    request = {"stateMachineArn": machine_arn, "name": name, "input": input}
    check_execution_start(request)
    new, started = new_execution(
        active_machine(service, machine_arn), request, service.clock(), express_id=derived_uuid(name)
    )
    execution = service.executions.start(new._replace(clock=service.settings.clock), started)
    if execution is None:
        raise machine_does_not_exist(new.state_machine_arn)
    return execution.arn

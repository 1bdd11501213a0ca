"""The log lines of one invocation of a function by a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.interpreter.invocation_id import invocation_request_id
from sfn_cli.interpreter.takeover.origin import origins_in_details
from sfn_cli.store.records.functions import function_reference

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.logs import LogEvent
    from sfn_cli.views.source import ExecutionSource

_MOST_LINES = 5_000


def invocation_log(service: Service, source: ExecutionSource, task: int, function_ref: str) -> list[LogEvent]:
    """Returns the events from START to REPORT of the invocation, oldest first; [] if there are none.

    `task` is the id of the event that scheduled it. If a task ran twice, because its worker died, the
    last invocation is returned.
    """
    if source.seed is None or not source.history:
        return []
    seed, started_at = seed_and_start_of_task(source, task)
    request_id = invocation_request_id(seed, task)
    group = log_group_of_function(service, function_ref)
    # Log lines have wall-clock times, so they are later than the start even if the execution's own
    # clock jumps ahead.
    began = service.logs.events(
        group,
        1,
        start=started_at,
        matches=lambda message: message.startswith(f"START RequestId: {request_id} "),
        newest_first=True,
    )
    if not began:
        return []
    [start] = began
    lines = [start]
    for event in service.logs.events(
        group, _MOST_LINES, streams=[start.stream], start=start.at, after=(start.at, start.id)
    ):
        if event.message.startswith("START RequestId: "):
            break
        lines.append(event)
        if event.message.startswith("REPORT RequestId: "):
            break
    return lines


def seed_and_start_of_task(source: ExecutionSource, task: int) -> tuple[str, int]:
    """Returns the seed and the start of the execution that scheduled a task.

    For a taken-over event, this is an origin of the execution (interpreter/takeover/origin.py).
    """
    assert source.seed is not None
    for origin in origins_in_details(source.history[0].details):
        if task <= origin.until:
            return origin.seed, origin.started_at
    return source.seed, source.history[0].at


def log_group_of_function(service: Service, function_ref: str) -> str:
    """Returns the log group of a function; it may not exist."""
    name = function_reference(function_ref).name
    function = service.functions.find(name)
    logging = {} if function is None else function.configuration.get("LoggingConfig") or {}
    return str(logging.get("LogGroup") or f"/aws/lambda/{name}")

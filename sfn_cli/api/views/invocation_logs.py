"""The log lines of one invocation of a function by a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.interpreter.invocation_id import invocation_request_id
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
    request_id = invocation_request_id(source.seed, task)
    group = log_group_of_function(service, function_ref)
    # Log lines have wall-clock times, so they are later than the start even if the execution's own
    # clock jumps ahead.
    began = service.logs.events(
        group,
        1,
        start=source.history[0].at,
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


def log_group_of_function(service: Service, function_ref: str) -> str:
    """Returns the log group of a function; it may not exist."""
    name = function_reference(function_ref).name
    function = service.functions.find(name)
    logging = {} if function is None else function.configuration.get("LoggingConfig") or {}
    return str(logging.get("LogGroup") or f"/aws/lambda/{name}")

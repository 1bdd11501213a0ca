"""The log lines of many invocations: each log group is read only once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.invocation_logs import log_group_of_function, seed_and_start_of_task
from sfn_cli.interpreter.invocation_id import invocation_request_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.logs import LogEvent
    from sfn_cli.views.source import ExecutionSource

_START, _REPORT = "START RequestId: ", "REPORT RequestId: "

_MOST_EVENTS = 50_000
"""The maximum number of events read from a log group, from the start of the execution on."""


def many_invocation_logs(
    service: Service, source: ExecutionSource, invocations: Iterable[tuple[int, str]]
) -> dict[int, list[str]]:
    """Returns the messages of invocations, by the id of the event that scheduled each.

    `invocations` are these ids with references of functions. Those without messages are left out.
    """
    if source.seed is None or not source.history:
        return {}
    tasks_of_group: dict[str, dict[str, int]] = {}
    groups: dict[str, str] = {}
    began = source.history[0].at
    for task, function in invocations:
        if function not in groups:
            groups[function] = log_group_of_function(service, function)
        seed, started_at = seed_and_start_of_task(source, task)
        request_id = invocation_request_id(seed, task)
        began = min(began, started_at)
        tasks_of_group.setdefault(groups[function], {})[request_id] = task
    found: dict[int, list[str]] = {}
    for group, tasks in tasks_of_group.items():
        events = service.logs.events(group, _MOST_EVENTS, start=began)
        found.update(_messages_of_tasks(events, tasks))
    return found


def _messages_of_tasks(events: Iterable[LogEvent], tasks: dict[str, int]) -> dict[int, list[str]]:
    """Returns the messages from START to REPORT of each request id, by its task.

    A stream has one invocation at a time. Of two with the same request id, the last is returned.
    """
    found: dict[int, list[str]] = {}
    running: dict[str, list[str]] = {}
    for event in events:
        if event.message.startswith(_START):
            task = tasks.get(event.message[len(_START) :].partition(" ")[0])
            if task is None:
                running.pop(event.stream, None)
                continue
            running[event.stream] = found[task] = []
        lines = running.get(event.stream)
        if lines is not None:
            lines.append(event.message)
            if event.message.startswith(_REPORT):
                del running[event.stream]
    return found

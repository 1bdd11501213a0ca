"""The log lines of the functions that a state invoked, from the local store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.execution.state_visit import StateVisit


def visit_log_lines(backend: Backend, shown: ShownExecution, visit: StateVisit) -> list[str]:
    """Returns the messages of all its attempts, oldest first; [] for a file or an endpoint."""
    if backend.is_remote or shown.source.arn is None:
        return []
    from sfn_cli.api.views.invocation_logs import invocation_log
    from sfn_cli.views.failure.explain import invoked_function

    return [
        event.message
        for attempt in visit.attempts
        if (function := invoked_function(attempt)) is not None
        for event in invocation_log(backend.service, shown.source, attempt.event, function)
    ]


def log_lines_of_visits(
    backend: Backend, shown: ShownExecution, visits: Iterable[StateVisit]
) -> dict[int, list[str]]:
    """Returns the messages as `visit_log_lines` does, by the visits' `entered_id`, where there are any."""
    if backend.is_remote or shown.source.arn is None:
        return {}
    from sfn_cli.api.views.many_invocation_logs import many_invocation_logs
    from sfn_cli.views.failure.explain import invoked_function

    visit_of_task: dict[int, int] = {}
    invocations: list[tuple[int, str]] = []
    for visit in visits:
        for attempt in visit.attempts:
            function = invoked_function(attempt)
            if function is not None:
                invocations.append((attempt.event, function))
                visit_of_task[attempt.event] = visit.entered_id
    found: dict[int, list[str]] = {}
    for task, messages in sorted(many_invocation_logs(backend.service, shown.source, invocations).items()):
        found.setdefault(visit_of_task[task], []).extend(messages)
    return found

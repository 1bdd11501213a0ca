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


def logs_of_attempts(
    backend: Backend, shown: ShownExecution, visits: Iterable[StateVisit]
) -> dict[int, list[str]]:
    """Returns the messages of each attempt, by `Attempt.event`; {} for a file or an endpoint."""
    if backend.is_remote or shown.source.arn is None:
        return {}
    from sfn_cli.api.views.attempt_logs import attempt_logs

    return attempt_logs(backend.service, shown.source, visits)

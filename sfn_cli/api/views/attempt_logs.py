"""The log lines of the functions that states invoked, by attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.many_invocation_logs import many_invocation_logs
from sfn_cli.views.failure.explain import invoked_function

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfn_cli.api.service import Service
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.source import ExecutionSource


def attempt_logs(
    service: Service, source: ExecutionSource, visits: Iterable[StateVisit]
) -> dict[int, list[str]]:
    """Returns the messages of each attempt, by `Attempt.event`, where there are any."""
    invocations = [
        (attempt.event, function)
        for visit in visits
        for attempt in visit.attempts
        if (function := invoked_function(attempt)) is not None
    ]
    return many_invocation_logs(service, source, invocations)

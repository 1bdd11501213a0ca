"""An execution as a command shows it: its view, at a time, with what its states wait for."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.execution.fold import fold_execution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.source import ExecutionSource


class ShownExecution(NamedTuple):
    """`now` is the time up to which open states last, by the execution's own clock.

    `events` is how many events the history has; the source and the view end with an earlier one
    where the execution is shown as it was.
    """

    source: "ExecutionSource"
    view: "ExecutionView"
    now: int
    pending: "Mapping[int, Pending]"
    events: int

    @property
    def is_earlier(self) -> bool:
        return self.view.last_id < self.events


def shown_execution(backend: "Backend", source: "ExecutionSource", at: int | None = None) -> ShownExecution:
    """Returns the execution as it was after the event `at`, or as it is now."""
    events = source.history[-1].id if source.history else 0
    if at is not None:
        source = source._replace(history=[event for event in source.history if event.id <= at])
    view = fold_execution(source)
    if view.is_over:
        return ShownExecution(source, view, view.last_at, {}, events)
    from sfn_cli.cli.output import local_zone
    from sfn_cli.views.execution.pending import pending_of

    is_live = source.arn is not None and view.last_id == events
    now = _time_of_execution(backend, view) if is_live else view.last_at
    return ShownExecution(source, view, now, pending_of(view, zone=local_zone()), events)


def _time_of_execution(backend: "Backend", view: "ExecutionView") -> int:
    from sfn_cli.views.execution.execution_time import execution_time

    if backend.is_remote:
        import time

        return execution_time(view, time.time_ns() // 1_000_000)
    return execution_time(view, backend.service.clock())

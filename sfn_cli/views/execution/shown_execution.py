"""An execution as it is shown: its view, at a time, with what its states wait for."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.execution.fold import fold_execution

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

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

    @property
    def is_live(self) -> bool:
        """Whether it changes while it is shown: it has not ended, and is shown as it is now."""
        return not self.view.is_over and not self.is_earlier


def show_source(
    source: "ExecutionSource", at: int | None, clock: "Callable[[], int]", zone: "Callable[[], tzinfo | None]"
) -> ShownExecution:
    """Returns the execution as it was after the event `at`, or as it is now.

    `clock` returns milliseconds since 1970, `zone` the time zone of times in words; both are called only
    for an execution that has not ended.
    """
    events = source.history[-1].id if source.history else 0
    if at is not None:
        source = source._replace(history=[event for event in source.history if event.id <= at])
    return show_view(fold_execution(source), events, clock, zone)


def show_view(
    view: "ExecutionView", events: int, clock: "Callable[[], int]", zone: "Callable[[], tzinfo | None]"
) -> ShownExecution:
    """Returns the execution as its view has it; `events` is how many events the whole history has."""
    source = view.source
    if view.is_over:
        return ShownExecution(source, view, view.last_at, {}, events)
    from sfn_cli.views.execution.execution_time import execution_time
    from sfn_cli.views.execution.pending import pending_of

    is_live = source.arn is not None and view.last_id == events
    now = execution_time(view, clock()) if is_live else view.last_at
    return ShownExecution(source, view, now, pending_of(view, zone=zone()), events)

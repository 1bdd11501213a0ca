"""An execution as a command shows it: its view, at a time, with what its states wait for."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.execution.fold import fold_execution

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.source import ExecutionSource


class ShownExecution(NamedTuple):
    """`now` is the time up to which open states last, by the execution's own clock.

    `at` is the event after which it is shown, None at the end of the history.
    """

    source: "ExecutionSource"
    view: "ExecutionView"
    now: int
    pending: "Mapping[int, Pending]"
    at: int | None


def shown_execution(backend: "Backend", source: "ExecutionSource", at: int | None = None) -> ShownExecution:
    """Returns the execution after the event `at`, or as it is now."""
    view = fold_execution(source, at=at)
    if view.is_over:
        return ShownExecution(source, view, view.last_at, {}, at)
    from sfn_cli.views.execution.pending import pending_of

    is_live = source.arn is not None and (at is None or at >= source.history[-1].id)
    now = _time_of_execution(backend, view) if is_live else view.last_at
    return ShownExecution(source, view, now, pending_of(view, zone=local_zone()), at)


def local_zone() -> "tzinfo | None":
    """Returns the time zone in which people read times here."""
    from datetime import datetime

    return datetime.now().astimezone().tzinfo


def _time_of_execution(backend: "Backend", view: "ExecutionView") -> int:
    from sfn_cli.views.execution.execution_time import execution_time

    if backend.is_remote:
        import time

        return execution_time(view, time.time_ns() // 1_000_000)
    return execution_time(view, backend.service.clock())

"""The long executions that pages have shown last: only their new events are read.

An execution without new events is not folded again either. Pages need this, because one of a running
execution is drawn again after each change, and readers open view after view.
"""

from __future__ import annotations

from copy import copy
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.views.execution_sources import execution_source, refresh_execution_source
from sfn_cli.views.execution.fold import fold_execution

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.source import ExecutionSource

_LEAST_EVENTS = 500
"""Shorter executions are read again, which takes a few milliseconds."""
_MOST_EXECUTIONS = 4

_known: dict[tuple[str, str], KnownExecution] = {}
_lock = Lock()


class KnownExecution(NamedTuple):
    """An execution's source, and its view after its last event. Neither changes."""

    source: ExecutionSource
    view: ExecutionView


def known_execution(service: Service, execution_arn: str) -> KnownExecution:
    """Returns the execution as it is now. Raises ApiError if there is none."""
    key = service.settings.home, execution_arn
    with _lock:
        known = _known.pop(key, None)
    found = None if known is None else _with_new_events(service, known)
    if found is None:
        source = execution_source(service, execution_arn)
        found = KnownExecution(source, fold_execution(source))
    if len(found.source.history) >= _LEAST_EVENTS:
        with _lock:
            while len(_known) >= _MOST_EXECUTIONS:
                del _known[next(iter(_known))]
            _known[key] = found
    return found


def _with_new_events(service: Service, known: KnownExecution) -> KnownExecution | None:
    """Returns the execution with its new events; None if it is another one with the same name."""
    source = refresh_execution_source(service, known.source)
    assert source.arn is not None
    last = known.source.history[-1]
    events = service.executions.history(source.arn, last.id - 1)
    if not events or events[0] != last:
        return None
    if len(events) > 1:
        source = source._replace(history=[*known.source.history, *events[1:]])
        return KnownExecution(source, fold_execution(source))
    view = copy(known.view)  # its parts are the same
    view.source = source
    return KnownExecution(source, view)

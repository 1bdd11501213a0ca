"""The time of an execution's clock, which may be faster than the wall clock or skip waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView


def execution_time(view: ExecutionView, wall: int) -> int:
    """Returns the time of the execution's clock at the time `wall` of the wall clock.

    Both are in milliseconds since 1970.
    """
    source = view.source
    if source.is_virtual:
        own = wall + sum(jump.end - jump.start for jump in source.jumps)
    else:
        own = view.started_at + round((wall - view.started_at) * source.speed)
    return max(view.last_at, own)

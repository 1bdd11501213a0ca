"""The time by an execution's own clock, which may be virtual (it jumps) or fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView


def own_time(view: ExecutionView, wall: int) -> int:
    """Returns the time by the execution's own clock when the wall clock shows `wall`.

    It is never before the last event of the view.
    """
    source = view.source
    skipped = sum(jump.end - jump.start for jump in source.jumps)
    passed = round((wall - view.started_at) * source.speed)
    return max(view.last_at, view.started_at + passed + skipped)

"""The walk through a history at a terminal; a running execution is followed while keys are awaited."""

from __future__ import annotations

import gc
import sys
import time
from typing import TYPE_CHECKING

from sfn_cli.cli.output import local_zone
from sfn_cli.cli.step.full_screen import FullScreen
from sfn_cli.cli.watch.followed_execution import follow_execution
from sfn_cli.interpreter.events import TERMINAL
from sfn_cli.views.execution.execution_time import execution_time
from sfn_cli.views.stepping.history_walk import HistoryWalk
from sfn_cli.views.stepping.walk_screen import WalkScreen

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.cli.watch.followed_execution import FollowedExecution
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.source import ExecutionSource

LOOK_SECONDS = 0.2
"""How often a running execution is looked at."""

_TICK_SECONDS = 1.0
"""How often the durations of what runs are drawn."""


def walk_at_terminal(backend: Backend, source: ExecutionSource, keyboard: int, at: int | None) -> None:
    """Walks through the history from its first event, or from `at`, until the user quits."""
    walk = HistoryWalk(source)
    if at is not None:
        walk.go_to(_position_of_event(walk, at))
    is_over = source.arn is None or source.history[-1].type in TERMINAL
    followed = None if is_over else follow_execution(backend, source)
    shown = WalkScreen(walk, local_zone())
    gc.freeze()  # the history stays; copies of views, which have cycles, come and go
    gc.enable()
    drawn_at = 0.0
    with FullScreen(sys.stdout, keyboard, color=backend.terminal.colors(sys.stdout)) as terminal:
        has_changed = True
        while True:
            if has_changed or terminal.is_stale or time.monotonic() - drawn_at >= _TICK_SECONDS:
                columns, lines = terminal.size
                terminal.draw(shown.lines(columns, lines, _time_of_followed(walk, followed)))
                drawn_at = time.monotonic()
            keys = terminal.keys(None if followed is None else LOOK_SECONDS)
            if keys is None or not all(shown.press(key) for key in keys):
                return
            has_changed = bool(keys)
            if followed is not None:
                events = _new_events(followed, walk)
                shown.add(events)
                has_changed = has_changed or bool(events)
                if followed.is_over:
                    followed = None
                    has_changed = True


def _position_of_event(walk: HistoryWalk, id: int) -> int:
    return next((position for position, event in enumerate(walk.events, 1) if event.id >= id), walk.last)


def _new_events(followed: FollowedExecution, walk: HistoryWalk) -> list[HistoryEvent]:
    if not followed.wait(0.0):
        return []
    known = walk.events[-1].id
    return [event for event, _ in followed.read() if event.id > known]


def _time_of_followed(walk: HistoryWalk, followed: FollowedExecution | None) -> int | None:
    """Returns the time by the execution's clock; None if it does not run."""
    return None if followed is None else execution_time(walk.view, time.time_ns() // 1_000_000)

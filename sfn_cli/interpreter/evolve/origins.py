"""The replay of taken-over events: the execution becomes each of its origins, and then itself.

The names, the secret and all times of an execution change together, so that no other part of the fold
knows of origins (interpreter/takeover/origin.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.interpreter.frame import NO_MEMO
from sfn_cli.interpreter.takeover.origin import Origin, origins_in_details

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame


def take_over_origins(execution: Execution, started: HistoryEvent) -> None:
    """Makes the execution its first origin, if its first event lists any."""
    origins = origins_in_details(started.details)
    if not origins:
        return
    execution.own = Origin(
        execution.arn,
        execution.state_machine_arn,
        execution.role_arn,
        execution.seed,
        execution.started_at,
        0,
        "",
    )
    execution.origins = origins
    _become_origin(execution, origins[0])


def event_in_origin(execution: Execution, event: HistoryEvent) -> HistoryEvent:
    """Returns the event with the time that it had in the origin."""
    assert execution.own is not None
    return event._replace(at=event.at + execution.started_at - execution.own.started_at)


def end_origin_with(execution: Execution, event: HistoryEvent) -> None:
    """After the last event of an origin, makes the execution the next one, or itself."""
    if event.id < execution.origins[0].until:
        return
    assert execution.own is not None
    execution.origins = execution.origins[1:]
    _become_origin(execution, execution.origins[0] if execution.origins else execution.own)


def _become_origin(execution: Execution, origin: Origin) -> None:
    """Gives the execution the names and the secret of the origin, and moves all times to its time."""
    by = origin.started_at - execution.started_at
    execution.arn = origin.arn
    execution.name = origin.arn.split(":")[7]
    execution.state_machine_arn = origin.state_machine_arn
    execution.role_arn = origin.role_arn
    execution.seed = origin.seed
    execution.started_at = origin.started_at
    if execution.redrive_count:
        execution.redriven_at += by
    execution.limit_time(execution.redriven_at or execution.started_at)
    execution.timers.clear()
    execution.waiting.clear()
    _move_frame_times(execution.frames[0], by)
    for frame in execution.frames.values():
        execution.make_ready(frame)


def _move_frame_times(frame: Frame, by: int) -> None:
    frame.last_at += by
    if frame.stay is not None:
        frame.stay.entered_at += by
        frame.stay.memo = NO_MEMO
        fork = frame.stay.fork
        for child in (*fork.unfinished.values(), *fork.children.values()) if fork is not None else ():
            _move_frame_times(child, by)

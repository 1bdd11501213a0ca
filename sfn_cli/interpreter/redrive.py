"""What a redrive makes ready again: every thread of control that was entered and not left.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-behavior-states

Rule 1: what succeeded is kept. Of a Map or Parallel, the children that did not succeed go on, each
from where it stood, and the items that never began will. If the execution failed with
States.DataLimitExceeded, all run again. A Map Run is redriven itself: its children that did not
succeed go on.
Rule 2: a state that was entered and not left does its work again, without being entered again: a
Task is scheduled, a Choice asks its rules. A Fail is entered again, and fails again.
Rule 3: limits begin anew: Retriers have all their attempts, and the Seconds of a Wait count from
the redrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.moves import Fork
from sfn_cli.interpreter.execution import Execution, Frame, Phase
from sfn_cli.interpreter.visits import DATA_LIMIT_EXCEEDED

if TYPE_CHECKING:
    from collections.abc import Mapping


def go_on(execution: Execution, at: int) -> None:
    """Puts the frames of an execution that failed, was stopped or timed out back on its agenda, at
    this time.
    """
    root = execution.frames[0]
    execution.frames = {}
    if execution.failed_by == DATA_LIMIT_EXCEEDED:
        root.move = root.map_run_arn = None
    _go_on(execution, root, at)


def _go_on(execution: Execution, frame: Frame, at: int) -> None:
    stood = frame.stood if frame.phase in (Phase.ABORTED, Phase.ENDED) else frame.phase
    children = {**frame.unfinished, **frame.children}
    rejoins = _rejoins(frame, stood)
    distributed = _is_distributed(frame, stood)
    result = frame.result if distributed else None
    if distributed:
        frame.phase = Phase.DISTRIBUTING if result is None else Phase.JOINED
    elif rejoins:
        frame.phase = Phase.FORKED if children or stood is Phase.FORKED else Phase.JOINED
    elif stood in (Phase.STARTING, Phase.ENDING):
        frame.phase = stood
    elif frame.state.type == "Fail":
        frame.phase = Phase.STARTING
        frame.next = frame.state.name
    else:
        frame.phase = Phase.ENTERED
    _begin_anew(frame, at, keeps_move=rejoins)
    frame.result = result
    execution.frames[frame.serial] = frame
    execution.make_ready(frame)
    _bring_back(execution, frame, children if rejoins else {}, at)


def _rejoins(frame: Frame, stood: Phase) -> bool:
    """Whether the frame is a Map or Parallel that keeps what its children have done."""
    return stood not in (Phase.STARTING, Phase.ENTERED, Phase.ENDING) and isinstance(frame.move, Fork)


def _is_distributed(frame: Frame, stood: Phase) -> bool:
    """Whether the frame is a Map that keeps what its Map Run has done."""
    return stood not in (Phase.STARTING, Phase.ENTERED, Phase.ENDING) and frame.map_run_arn is not None


def _begin_anew(frame: Frame, at: int, *, keeps_move: bool) -> None:
    """Forgets the failure and the attempts. Its next event follows its own last one, as that of a
    retry does.
    """
    frame.last_at = at
    frame.error = None
    frame.gave_up = False
    frame.heartbeat_missed = False
    frame.join_failed = False
    frame.next_move = None
    frame.result = None
    frame.retried = {}
    frame.retry_count = 0
    if not keeps_move:
        frame.move = None


def _bring_back(execution: Execution, frame: Frame, children: Mapping[int, Frame], at: int) -> None:
    frame.children = {index: children[index] for index in sorted(children)}
    frame.unfinished = {}
    frame.failed_child = None
    frame.running = len(children)
    for child in frame.children.values():
        _go_on(execution, child, at)

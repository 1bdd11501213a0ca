"""Redrive: makes every thread of control whose state was entered but not exited ready again.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-behavior-states

Rule 1: successful results are retained. In a Map or Parallel, children that did not succeed continue
from where they stopped, and items that had not started run. After States.DataLimitExceeded, all
children run again. A Map Run is redriven: its children that did not succeed continue.
Rule 2: a state that was entered but not exited works again without being entered again: a Task is
scheduled, a Choice evaluates its rules, a Fail fails. Its next event follows its StateEntered.
Rule 3: limits start again: Retriers have all their attempts, and the Seconds of a Wait count from the
redrive.
Rule 4: ExecutionRedriven follows the last event. Histories of sfn 0.2 have 0 there: in them, a Task
continues after its own failure, and a Fail is entered again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.interpreter.visits import DATA_LIMIT_EXCEEDED

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame
    from sfn_cli.interpreter.phase import Phase


def redrive_execution(execution: Execution, redriven: HistoryEvent) -> None:
    """Puts the frames of a failed, stopped or timed-out execution back on its agenda."""
    root = execution.frames[0]
    execution.frames = {}
    if execution.failed_by == DATA_LIMIT_EXCEEDED and root.stay is not None:
        root.stay.fork = root.stay.map_run_arn = None
    _redrive_frame(execution, root, redriven)


def _redrive_frame(execution: Execution, frame: Frame, redriven: HistoryEvent) -> None:
    stood = frame.stood if frame.phase in ("ABORTED", "ENDED") else frame.phase
    frame.last_at = redriven.at
    if stood in ("STARTING", "ENDING"):
        frame.phase = stood
    else:
        _restart_redriven_frame(execution, frame, stood, redriven)
    execution.frames[frame.serial] = frame
    execution.make_ready(frame)


def _restart_redriven_frame(execution: Execution, frame: Frame, stood: Phase, redriven: HistoryEvent) -> None:
    """Discards the failure and the attempts, but not the results of the children or the Map Run."""
    stay = frame.stay
    as_in_0_2 = redriven.previous_event_id == 0
    fork = stay.fork if stood != "ENTERED" else None
    result = None
    if stood != "ENTERED" and stay.map_run_arn is not None:
        result = stay.result
        frame.phase = "DISTRIBUTING" if result is None else "JOINED"
    elif fork is not None:
        fork.resume()
        frame.phase = "FORKED" if fork.children or stood == "FORKED" else "JOINED"
    elif as_in_0_2 and stay.state.type == "Fail":
        frame.phase = "STARTING"
        frame.next = stay.state.name
    else:
        frame.phase = "ENTERED"
    if not as_in_0_2 and frame.phase in ("ENTERED", "DISTRIBUTING"):
        frame.last = stay.entered_id
    frame.stay = stay.for_redrive(fork=fork, result=result)
    if fork is not None:
        for child in fork.children.values():
            _redrive_frame(execution, child, redriven)

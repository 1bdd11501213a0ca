"""Replays a source's execution in an interpreter, for data that is not in the history.

An interpreter knows when a timer is due and what a state computed. It needs the definition. Without the
execution's seed, only UUIDs, random numbers and jitter differ from the original. It is expensive to import
and to run, and a view of an ended execution does not need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.state_machine import load_machine
from sfn_cli.interpreter.decide import frame_due_at
from sfn_cli.interpreter.interpreter import Interpreter

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.execution import Execution
    from sfn_cli.interpreter.frame import Frame
    from sfn_cli.views.source import ExecutionSource

_NO_ARN = "arn:aws:states:us-east-1:000000000000:execution:unknown:unknown"
"""A placeholder for the ARN if only the history of an execution is known."""


def replay_source(source: ExecutionSource, *, last_id: int | None = None) -> SourceReplay | None:
    """Returns a replay of the history up to the event `last_id`, by default of the whole history.

    None if there is no definition, or if the history does not match it.
    """
    replay = SourceReplay(source)
    for event in source.history:
        if last_id is not None and event.id > last_id:
            break
        replay.apply(event)
        if replay.execution is None:
            return None
    return replay


class SourceReplay:
    """Applies a history, event by event. `last_id` is the id of the last event."""

    __slots__ = ("_interpreter", "last_id")

    def __init__(self, source: ExecutionSource) -> None:
        self.last_id = 0
        self._interpreter = _interpreter_of_source(source)

    @property
    def execution(self) -> Execution | None:
        """The execution after the last event; None once an event could not be applied."""
        return None if self._interpreter is None else self._interpreter.execution

    def apply(self, event: HistoryEvent) -> None:
        """Applies the next event."""
        if self._interpreter is None:
            return
        try:
            self._interpreter.apply(event)
        except Exception:  # the history of another program or definition
            self._interpreter = None
        self.last_id = event.id

    def frame_in_visit(self, entered_id: int) -> Frame | None:
        """Returns the frame in the state that the event `entered_id` entered."""
        if self.execution is None:
            return None
        for frame in self.execution.frames.values():
            if frame.stay is not None and frame.stay.entered_id == entered_id:
                return frame
        return None

    def due_at(self, frame: Frame) -> int | None:
        """Returns when a timer of the frame is due: a Wait, a retry, or the timeout of a task.

        None if the frame waits for something else, can move immediately, or has failed for good.
        """
        if self.execution is None:
            return None
        try:
            if frame.phase == "FORKED":
                self._note_failed_children(frame)
            due_at = frame_due_at(self.execution, frame)
        except Exception:  # the execution ran another definition
            return None
        # The retry of a Map or Parallel is also a timer of the failed child.
        return None if frame.stay is None or frame.stay.memo.failed_for_good is not None else due_at

    def _note_failed_children(self, frame: Frame) -> None:
        """Records failed children, for which a Parallel has no event."""
        assert self.execution is not None
        if frame.stay.fork is not None:
            for child in frame.stay.fork.children.values():
                if child.phase in ("ENTERED", "FAILED", "WORKED", "JOINED"):
                    frame_due_at(self.execution, child)


def _interpreter_of_source(source: ExecutionSource) -> Interpreter | None:
    if source.definition is None:
        return None
    arn = source.arn or _NO_ARN
    machine_arn = source.state_machine_arn or _machine_arn_of_execution(arn)
    try:
        return Interpreter(arn, machine_arn, load_machine(source.definition), source.seed or "")
    except Exception:  # an invalid definition, for example from a file
        return None


def _machine_arn_of_execution(arn: str) -> str:
    parts = arn.split(":")
    return ":".join([*parts[:5], "stateMachine", *parts[6:7]])

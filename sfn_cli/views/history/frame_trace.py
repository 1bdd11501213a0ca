"""Reconstructs the frames of a public history: the thread of control of each event.

Frames are numbered as in `interpreter/evolve/children.py`: the branches of a Parallel when it starts
them, an iteration of a Map when it starts. An event follows the last event of its frame, with these
exceptions in AWS's grammar (`interpreter/decide/`):

1. The first StateEntered of a branch follows ParallelStateStarted, that of an iteration its
   MapIterationStarted. Branches are recognised by the names of their first states.
2. In histories of 2024, EvaluationFailed follows the same event as StateEntered of its state.
3. The next event of a Map or Parallel after its children follows the last event of one of them. After a
   Catcher's own error, it follows that event again.
4. Aborts follow the last event of the failed child. Its own TaskStateAborted comes first, and then those of
   its siblings in index order: the iteration, and then its innermost states first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.interpreter.events import EVENT_TYPES, HistoryEvent
from sfn_cli.views.execution.silent_failures import failure_in_output
from sfn_cli.views.history.traced_frame import TracedFrame, aborts_to_come, climb_frames, resume_traced_frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OF_TASKS = frozenset(
    name
    for name in EVENT_TYPES
    if name.startswith(("Task", "LambdaFunction", "Activity")) and "State" not in name
)
"""The types of events that follow the last event of their frame."""

_WITHOUT_EFFECT = frozenset(
    name for name in _OF_TASKS if name.endswith(("Started", "Submitted", "Succeeded"))
)


class FrameTrace:
    """Places the events of a public history, which are passed in order of their ids.

    `entered_after` has the names of entered states, by the previous event.
    """

    def __init__(
        self, definition: Mapping[str, Any] | None, entered_after: Mapping[int, Sequence[str]]
    ) -> None:
        self._root = TracedFrame(0, None, 0, definition)
        self._next_serial = 1
        self._entered_after = entered_after
        self._frame_of_event: dict[int, TracedFrame] = {}
        self._branches: dict[int, TracedFrame] = {}  # by ParallelStateStarted: the Parallel's frame
        self._iterations: dict[int, TracedFrame] = {}  # by MapIterationStarted

    def placed(self, event: HistoryEvent) -> HistoryEvent:
        """Returns the event with its frame and next state."""
        if event.type.startswith("Execution"):
            if event.type == "ExecutionRedriven":
                resume_traced_frame(self._root)
            return event
        frame = self._find(event)
        self._frame_of_event[event.id] = frame
        next = None
        if event.type.endswith("StateExited"):
            next = self._next_state(frame, event)
        if event.type not in _WITHOUT_EFFECT:
            self._follow(frame, event, next)
        return HistoryEvent(*event[:4], frame.serial, next, *event[6:])

    # Finding the frame

    def _find(self, event: HistoryEvent) -> TracedFrame:
        type, previous = event.type, event.previous_event_id
        near = self._frame_of_event.get(previous, self._root)
        if type in _OF_TASKS:
            return near
        details = event.details or {}
        if type.endswith("StateEntered"):
            return self._find_entering(near, previous, str(details.get("name")))
        if type.endswith("Aborted"):
            return self._find_aborted(near, type, details)
        if type == "EvaluationFailed":
            return self._find_evaluating(near, previous, str(details.get("state")))
        if type.startswith("MapIteration"):
            return self._find_iterating(near, type, details)
        kind, _, what = type.partition("State")
        if what == "Exited":
            return climb_frames(near, lambda frame: frame.is_in(kind, str(details.get("name")))) or near
        if what == "Started":
            return (
                climb_frames(near, lambda frame: frame.is_in(kind) and self._may_fork(frame, event.id))
                or near
            )
        if what:  # Succeeded, Failed, and Failed again if a field of a Catcher has failed

            def joins(frame: TracedFrame) -> bool:
                return frame.is_in(kind) and (frame.may_join or (frame.has_failed_join and frame is not near))

            return climb_frames(near, joins) or near
        return near

    def _may_fork(self, frame: TracedFrame, event_id: int) -> bool:
        """Whether the frame may start its children, for the first time or in another attempt.

        If not, an error without an event has failed the frame, and the Map or Parallel around it retries.
        """
        if frame.has_failed_join or (frame.has_forked and not (frame.is_redriven or frame.may_retry)):
            return False
        started, branches = self._entered_after.get(event_id), frame.definition.get("Branches")
        return (
            not started
            or not isinstance(branches, list)
            or any(_text_at(branch, "StartAt") in started for branch in branches)
        )

    def _find_entering(self, near: TracedFrame, previous: int, name: str) -> TracedFrame:
        if previous in self._iterations:
            return self._iterations[previous]
        if previous not in self._branches:
            return near
        waiting = [one for one in self._branches[previous].children.values() if not one.state]
        named = [one for one in waiting if one.machine is None or one.machine.get("StartAt") == name]
        return next(iter(named or waiting), near)

    def _find_evaluating(self, near: TracedFrame, previous: int, name: str) -> TracedFrame:
        if previous in self._iterations:
            return self._iterations[previous]
        if previous in self._branches:
            for child in self._branches[previous].children.values():
                if child.phase == "inside" and child.state == name and child.entered_previous == previous:
                    return child
        return climb_frames(near, lambda frame: frame.phase == "inside" and frame.state == name) or near

    def _find_iterating(self, near: TracedFrame, type: str, details: Mapping[str, Any]) -> TracedFrame:
        name, index = str(details.get("name")), details.get("index")
        if type == "MapIterationStarted":
            return climb_frames(near, lambda frame: frame.is_in("Map", name)) or near

        def is_this_iteration(frame: TracedFrame) -> bool:
            parent = frame.parent
            running = frame.phase not in ("ended", "failed")
            return running and parent is not None and parent.is_in("Map", name) and frame.index == index

        return climb_frames(near, is_this_iteration) or near

    def _find_aborted(self, near: TracedFrame, type: str, details: Mapping[str, Any]) -> TracedFrame:
        if type == "TaskStateAborted" and near.is_in("Task"):
            return near  # it has failed, and so has its branch
        failed: TracedFrame | None = near
        while failed is not None and failed.parent is not None:
            for frame, expected in aborts_to_come(failed.parent, spared=failed):
                if expected == type and (
                    type != "MapIterationAborted"
                    or (frame.parent and (frame.parent.state, frame.index))
                    == (details.get("name"), details.get("index"))
                ):
                    return frame
            failed = failed.parent
        return near

    # Following events

    def _next_state(self, frame: TracedFrame, event: HistoryEvent) -> str | None:
        entered = self._entered_after.get(event.id)
        if entered:
            return entered[0]
        definition = frame.definition
        catchers = definition.get("Catch")
        if isinstance(catchers, list) and catchers:
            error = (
                frame.error or failure_in_output(None if event.payload is None else event.payload.text).error
            )
            for catcher in catchers:
                if error is not None and _matches(catcher, error):
                    return _text_at(catcher, "Next")
        return _text_at(definition, "Next") or _text_at(definition, "Default")

    def _follow(self, frame: TracedFrame, event: HistoryEvent, next: str | None) -> None:
        type, details = event.type, event.details or {}
        if type.endswith("StateEntered"):
            frame.phase, frame.state = "inside", str(details.get("name"))
            frame.type = type.removesuffix("StateEntered")
            frame.entered_previous = event.previous_event_id
            frame.error, frame.has_map_run = None, False
            frame.has_forked = frame.has_joined = frame.has_failed_join = frame.is_redriven = False
            frame.children, frame.unfinished = {}, {}
        elif type.endswith("StateExited"):
            self._follow_exit(frame, next)
        elif type in ("MapStateStarted", "ParallelStateStarted"):
            self._follow_fork(frame, event)
        elif type.startswith("MapIteration"):
            self._follow_iteration(frame, event)
        elif type.endswith("StateAborted"):
            frame.phase = "aborted"
            frame.set_aside()
        elif type.endswith("StateSucceeded"):
            frame.has_joined = True
        elif type.endswith("StateFailed") or type == "EvaluationFailed":
            failed = self._frame_of_event.get(event.previous_event_id, frame)
            frame.error = str(details.get("error")) if "error" in details else failed.error
            frame.has_failed_join = frame.has_joined = type != "EvaluationFailed"
            frame.set_aside()
        elif type.startswith("MapRun"):
            frame.has_map_run = type in ("MapRunStarted", "MapRunRedriven")
            frame.error = details.get("error")
        elif type.endswith(("Failed", "TimedOut")):
            frame.error = str(details.get("error", "States.Timeout"))
        elif type.endswith("Scheduled"):
            frame.error = None

    def _follow_exit(self, frame: TracedFrame, next: str | None) -> None:
        frame.children, frame.unfinished = {}, {}
        if next is not None:
            frame.phase = "outside"
        elif frame.parent is not None and frame.parent.type == "Parallel":
            frame.phase = "ended"
            frame.parent.children.pop(frame.index, None)
        else:
            frame.phase = "ending"

    def _follow_fork(self, frame: TracedFrame, event: HistoryEvent) -> None:
        frame.error = None
        frame.has_forked = True
        frame.has_joined = frame.has_failed_join = frame.is_redriven = False
        frame.children, frame.unfinished = {}, {}
        if event.type == "MapStateStarted":
            return
        defined = frame.definition.get("Branches")
        machines: list[Any] = list(defined) if isinstance(defined, list) else []
        missing = len(self._entered_after.get(event.id, ())) - len(machines)
        for index, machine in enumerate(machines + [None] * missing):
            self._add_child(frame, index, machine)
        self._branches[event.id] = frame

    def _follow_iteration(self, frame: TracedFrame, event: HistoryEvent) -> None:
        if event.type == "MapIterationStarted":
            index = (event.details or {}).get("index")
            definition = frame.definition
            machine = definition.get("ItemProcessor") or definition.get("Iterator")
            self._iterations[event.id] = self._add_child(
                frame, index if isinstance(index, int) else len(frame.children), machine
            )
        elif frame.parent is None:  # out of place
            return
        elif event.type == "MapIterationFailed":
            frame.phase = "failed"
        elif event.type == "MapIterationAborted":
            frame.is_aborted = True
        else:
            frame.parent.children.pop(frame.index, None)
            frame.phase = "ended"

    def _add_child(self, frame: TracedFrame, index: int, machine: object) -> TracedFrame:
        child = TracedFrame(self._next_serial, frame, index, machine if isinstance(machine, dict) else None)
        self._next_serial += 1
        frame.children[index] = child
        return child


def _matches(catcher: object, error: str) -> bool:
    from sfn_cli.asl.retry import matches_error_equals

    names = catcher.get("ErrorEquals") if isinstance(catcher, dict) else None
    return isinstance(names, list) and matches_error_equals(names, error, heartbeat=False)


def _text_at(value: object, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None

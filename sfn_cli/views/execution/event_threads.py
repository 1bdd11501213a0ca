"""Finds the thread of control to which each event of a history belongs.

Law: the events of a frame follow each other, and the first StateEntered of a frame follows the event that
created the frame. So frames and previous events determine the tree of threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.execution.state_visit import Thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.state_visit import StateVisit


class EventThreads:
    """The threads of an execution, by frame and by event."""

    def __init__(self, root: Thread) -> None:
        self._root = root
        self._of_frame: dict[int, Thread] = {0: root}
        self._of_event: dict[int, Thread] = {}
        self._parallels: dict[int, StateVisit] = {}  # by the event that started the branches
        self._iterations: dict[int, Thread] = {}  # by MapIterationStarted
        self._first_frames: dict[int, int] = {}  # by the event that started the branches

    def copy(self, threads: Mapping[int, Thread], visits: Mapping[int, StateVisit]) -> EventThreads:
        """Returns these threads for a copy of the view.

        `threads` and `visits` are the copied ones, by the `id` of the original.
        """
        copied = EventThreads(threads.get(id(self._root), self._root))
        copied._of_frame = {key: threads.get(id(thread), thread) for key, thread in self._of_frame.items()}
        copied._of_event = {key: threads.get(id(thread), thread) for key, thread in self._of_event.items()}
        copied._parallels = {key: visits.get(id(visit), visit) for key, visit in self._parallels.items()}
        copied._iterations = {
            key: threads.get(id(thread), thread) for key, thread in self._iterations.items()
        }
        copied._first_frames = dict(self._first_frames)
        return copied

    def place(self, event: HistoryEvent) -> Thread:
        """Returns the thread of the event's frame; the first StateEntered of a frame creates it."""
        thread = self._of_frame.get(event.frame)
        if thread is None:
            thread = self._begun_thread(event)
            self._of_frame[event.frame] = thread
        self._of_event[event.id] = thread
        thread.last_at = event.at
        return thread

    def add_branches(self, event: HistoryEvent, visit: StateVisit) -> None:
        """Records that the event started the branches of this visit; each begins with its first state."""
        self._parallels[event.id] = visit

    def add_iteration(self, event: HistoryEvent, visit: StateVisit, index: int) -> None:
        """Adds an iteration to the visit of a Map."""
        thread = Thread("iteration", index, visit, event.at)
        visit.threads.append(thread)
        self._iterations[event.id] = thread

    def child_before(self, event: HistoryEvent, visit: StateVisit) -> Thread | None:
        """Returns the branch or iteration of the visit whose event this event follows, if any.

        For a failure or another attempt, it is the one that failed.
        """
        thread = self._of_event.get(event.previous_event_id)
        while thread is not None and thread.parent is not visit:
            thread = None if thread.parent is None else thread.parent.thread
        return thread

    def thread_before(self, event: HistoryEvent) -> Thread | None:
        """Returns the thread whose event this event follows, if any."""
        return self._of_event.get(event.previous_event_id)

    def _begun_thread(self, event: HistoryEvent) -> Thread:
        iteration = self._iterations.get(event.previous_event_id)
        if iteration is not None:
            return iteration
        parallel = self._parallels.get(event.previous_event_id)
        if parallel is not None:
            return self._begun_branch(parallel, event)
        if event.type.startswith("MapIteration"):  # the iteration ends before its first state
            return self._unstarted_iteration(event) or self._root
        return self._root

    def _begun_branch(self, visit: StateVisit, event: HistoryEvent) -> Thread:
        started_by = event.previous_event_id
        first = self._first_frames.setdefault(started_by, event.frame)
        if event.frame < first:  # AWS may record the branches in any order
            self._first_frames[started_by] = event.frame
            for thread in visit.threads:
                _renumber_branch(thread, thread.index + first - event.frame)
            first = event.frame
        branch = Thread("branch", event.frame - first, visit, event.at)
        visit.threads.append(branch)
        visit.threads.sort(key=lambda thread: thread.index)
        return branch

    def _unstarted_iteration(self, event: HistoryEvent) -> Thread | None:
        details = event.details or {}
        name, index = details.get("name"), details.get("index")
        near = self._of_event.get(event.previous_event_id)
        around = None if near is None else near.parent
        while around is not None and around.state != name:
            around = around.thread.parent
        if around is not None and isinstance(index, int) and index < len(around.threads):
            return around.threads[index]
        for thread in _running_threads(self._root):
            parent = thread.parent
            if not thread.visits and thread.index == index and parent is not None and parent.state == name:
                return thread
        return None


def _running_threads(thread: Thread) -> Iterator[Thread]:
    """Yields the threads inside this one that have not ended."""
    if thread.visits:
        for child in thread.visits[-1].threads:
            if child.ended_at is None:
                yield child
                yield from _running_threads(child)


def _renumber_branch(thread: Thread, index: int) -> None:
    """Corrects the index of a branch, and the paths of everything inside it."""
    assert thread.parent is not None
    thread.index, thread.path = index, f"{thread.parent.path}[{index}]"
    _correct_paths(thread)


def _correct_paths(thread: Thread) -> None:
    for visit in thread.visits:
        visit.path = f"{thread.path}/{visit.state}"
        for child in (*visit.former_threads, *visit.threads):
            child.path = f"{visit.path}[{child.index if child.kind == 'branch' else 0}]"
            _correct_paths(child)

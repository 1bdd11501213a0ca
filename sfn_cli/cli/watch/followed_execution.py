"""An execution that is followed to its end: its view grows with its history.

    followed = follow_execution(backend, source)
    while not followed.is_over:
        followed.wait(1.0)              # until there may be news
        for news in followed.read(): …  # the events that were stored since, already in followed.view

The last `read` has seen every event of an execution that is over.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sfn_cli.api import following, model
from sfn_cli.cli.output import local_zone
from sfn_cli.errors import ApiError
from sfn_cli.views.execution.fold import ExecutionFold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.api.views.running_executions import RunningExecution
    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.source import ExecutionSource

REMOTE_POLL_SECONDS = 2.0
"""How often an endpoint is polled."""

_QUIET_POLL_SECONDS = 0.08
"""How often this store is polled when nothing has changed for a while; users do not notice the delay."""


class ExecutionNews(NamedTuple):
    """An event, and the visit of a state that it changed, if it is about one."""

    event: HistoryEvent
    visit: StateVisit | None


class FollowedExecution(Protocol):
    """An execution in a store or at an endpoint.

    `is_over`: nothing follows, because it has ended or sfn has suspended it.
    """

    view: ExecutionView
    is_over: bool

    def wait(self, seconds: float) -> bool:
        """Waits until there may be news, at most this long; returns whether there may be."""

    def read(self) -> list[ExecutionNews]:
        """Applies the new events to the view, and returns them. The first call returns all."""

    def refresh(self) -> bool:
        """Updates the view's source with other changes, such as the counts of Map Runs.

        Returns whether something has changed.
        """

    def children(self, entered_ids: Collection[int]) -> list[RunningExecution]:
        """Returns the executions that visits of tasks started and await, with their states.

        None at an endpoint, where each execution would take further requests.
        """


def follow_execution(backend: Backend, source: ExecutionSource) -> FollowedExecution:
    """Follows the execution with the source's ARN, from its first event."""
    return RemoteExecution(backend, source) if backend.is_remote else LocalExecution(backend.service, source)


class LocalExecution:
    """An execution in this machine's store. While it is followed, a dead worker is replaced."""

    def __init__(self, service: Service, source: ExecutionSource) -> None:
        assert source.arn is not None
        self._service, self._arn = service, source.arn
        self._follower = following.Follower(service)
        self._changed_at = time.monotonic()
        self._unread: Sequence[HistoryEvent] = source.history
        self._history: list[HistoryEvent] = []
        self._fold = ExecutionFold(source._replace(history=self._history))
        self.view = self._fold.view
        self.is_over = False

    def wait(self, seconds: float) -> bool:
        is_quiet = time.monotonic() - self._changed_at > following.QUIET_SECONDS
        every = _QUIET_POLL_SECONDS if is_quiet else following.POLL_SECONDS
        may_have_changed = self._follower.wait(seconds, every=every)
        if may_have_changed:
            self._changed_at = time.monotonic()
        return may_have_changed

    def read(self) -> list[ExecutionNews]:
        unread, self._unread = self._unread, ()
        news = [ExecutionNews(event, self._apply(event)) for event in unread]
        events, self.is_over = following.new_events(self._service, self._arn, self.view.last_id)
        return [*news, *(ExecutionNews(event, self._apply(event)) for event in events)]

    def _apply(self, event: HistoryEvent) -> StateVisit | None:
        self._history.append(event)
        return self._fold.apply(event)

    def refresh(self) -> bool:
        from sfn_cli.api.views.execution_sources import refresh_execution_source

        try:
            refreshed = refresh_execution_source(self._service, self.view.source)
        except ApiError:  # damage: the next `read` says so
            return False
        has_changed = refreshed != self.view.source
        self.view.source = refreshed
        return has_changed

    def children(self, entered_ids: Collection[int]) -> list[RunningExecution]:
        from sfn_cli.api.views.running_executions import RunningExecution, read_running_states

        found = []
        for visit in self.view.visits():
            if visit.entered_id in entered_ids and visit.attempts:
                child = self._service.executions.child_of(self._arn, visit.attempts[-1].event)
                if child is not None and child.status == "RUNNING":
                    machine, now = child.state_machine_arn, self._service.clock()
                    plain = RunningExecution(child.arn, machine, child.name, child.started_at, now)
                    found.append(read_running_states(self._service, plain, local_zone()))
        return found


class RemoteExecution:
    """An execution at an endpoint, which is polled."""

    def __init__(self, backend: Backend, source: ExecutionSource) -> None:
        self._backend = backend
        self._fetched: ExecutionSource | None = source
        self._polls_at = time.monotonic() + REMOTE_POLL_SECONDS
        self.view = ExecutionFold(source).view
        self.is_over = False

    def wait(self, seconds: float) -> bool:
        if self._fetched is not None:
            return True
        left = self._polls_at - time.monotonic()
        time.sleep(max(0.0, min(seconds, left)))
        if left > seconds:
            return False
        self._fetched = self._poll()
        self._polls_at = time.monotonic() + REMOTE_POLL_SECONDS
        return self._fetched is not None

    def _poll(self) -> ExecutionSource | None:
        """Returns the execution as it is now, None if nothing has changed."""
        from sfn_cli.cli.show.sources import find_source

        arn = self.view.source.arn
        assert arn is not None
        request = {"executionArn": arn, "reverseOrder": True, "maxResults": 1}
        last = self._backend.call(model.load_model("stepfunctions", "GetExecutionHistory"), request)
        has_events = last["events"] and last["events"][0]["id"] > self.view.last_id
        counts_move = any(run.status == "RUNNING" for run in self.view.source.map_runs.values())
        return find_source(self._backend, arn) if has_events or counts_move else None

    def read(self) -> list[ExecutionNews]:
        source, self._fetched = self._fetched, None
        if source is None:
            return []
        # The frames of an endpoint's events follow from all of them: the view is built again.
        fold, last_id = ExecutionFold(source), self.view.last_id
        news = [ExecutionNews(event, fold.apply(event)) for event in source.history]
        self.view = fold.view
        self.is_over = self.view.is_over
        return [each for each in news if each.event.id > last_id]

    def refresh(self) -> bool:
        return False  # the counts come with the history

    def children(self, entered_ids: Collection[int]) -> list[RunningExecution]:
        return []


def follow_news(followed: FollowedExecution, *, every: float = 1.0) -> Iterator[list[ExecutionNews]]:
    """Yields the news of an execution as they come, until it is over."""
    while not followed.is_over:
        if followed.wait(every):
            yield followed.read()

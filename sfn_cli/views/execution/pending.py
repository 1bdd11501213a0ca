"""What the states of a running execution wait for, until when, and how to complete them."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.views.execution.failed_children import failed_child, has_running_children
from sfn_cli.views.execution.map_counts import format_map_counts, map_counts
from sfn_cli.views.execution.state_fields import definition_of_source, fields_of_visited_state
from sfn_cli.views.execution.task_names import name_of_activity, name_of_child, name_of_work
from sfn_cli.views.text.shell_words import shell_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import tzinfo

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import Attempt, StateVisit, WaitsFor
    from sfn_cli.views.history.replay import SourceReplay
    from sfn_cli.views.statuses import Status


class Pending(NamedTuple):
    """What a state waits for.

    `since` and `until` are by the execution's clock; `until` is None if it is unknown or if there is no
    limit. `words` describe the reason: "until 3 Dec 09:00 UTC", "attempt 3", "an answer", "a worker of
    activity approve", "job glue:startJobRun", "order/Child-1", "function Bank". `answer` is the command
    that completes the task, or None: "sfn tasks approve Pay/monday/Approve".
    """

    kind: "WaitsFor"
    since: int
    until: int | None
    words: str
    answer: str | None = None


def pending_of(
    view: "ExecutionView",
    *,
    zone: "tzinfo | None" = None,
    replay: "SourceReplay | None" = None,
    may_replay: bool = True,
) -> dict[int, Pending]:
    """Returns what each entered but not exited state waits for, by `entered_id`.

    States that are about to move, and a Map or Parallel with running children, have no entry. Times in
    words are in `zone`, by default UTC. `replay` has already applied the view's history; without it, the
    history is replayed if its timers cannot be read directly, unless `may_replay` is false.
    """
    if view.is_over:
        return {}
    reader = _PendingReader(view, zone, replay, may_replay=may_replay)
    found = {visit.entered_id: reader.pending(visit) for visit in reader.open_visits()}
    known = {entered_id: pending for entered_id, pending in found.items() if pending is not None}
    return reader.with_answers(known)


_RUNS: "tuple[WaitsFor, ...]" = ("function",)


def display_status(visit: "StateVisit", pending: "Mapping[int, Pending]") -> "Status":
    """Returns the status of a visit for output: WAITING if nothing is running for it.

    A Map or Parallel is waiting if some of its children are waiting and none is running.
    """
    if visit.ended_at is not None:
        return visit.status
    known = pending.get(visit.entered_id)
    if known is not None:
        return "RUNNING" if known.kind in _RUNS or visit.map_run_arn is not None else "WAITING"
    inside = {
        display_status(thread.visits[-1], pending)
        for thread in visit.threads
        if thread.ended_at is None and thread.visits
    }
    return "WAITING" if "WAITING" in inside and "RUNNING" not in inside else visit.status


class _PendingReader:
    """Finds what the visits of one view wait for."""

    def __init__(
        self,
        view: "ExecutionView",
        zone: "tzinfo | None",
        replay: "SourceReplay | None",
        *,
        may_replay: bool,
    ) -> None:
        self._view = view
        self._zone = zone
        self._replay = replay
        self._is_replayed = replay is not None or not may_replay
        self._definition: Mapping[str, Any] | None = None
        self._is_parsed = False

    def open_visits(self) -> "Iterator[StateVisit]":
        """Yields open visits, without a Map or Parallel whose children all continue."""
        for visit in self._view.visits():
            if visit.ended_at is not None:
                continue
            if not has_running_children(visit) or self._failed_child(visit) is not None:
                yield visit

    def _failed_child(self, visit: "StateVisit") -> "StateVisit | None":
        return failed_child(visit, lambda wait: self._pending_time(wait) is None)

    def pending(self, visit: "StateVisit") -> Pending | None:
        if visit.attempts:
            attempt = visit.attempts[-1]
            if has_running_children(visit):
                return self._pending_retry_of_children(visit)
            if attempt.ended_at is None:
                return self._pending_task(visit, attempt)
            # Also after successful work: a JSONPath expression may fail on its result, and the state
            # retries without an event.
            error = None if attempt.status == "SUCCEEDED" else attempt.error
            return self._pending_retry(visit, attempt.ended_at, _errors_of_attempts(visit, error))
        return self._pending_time(visit) if visit.type == "Wait" else None

    def with_answers(self, all_pending: dict[int, Pending]) -> dict[int, Pending]:
        """Adds the commands that complete tasks, if the store can complete them."""
        if self._view.source.seed is None:
            return all_pending
        answerable = {
            visit.entered_id: visit
            for visit in self.open_visits()
            if visit.entered_id in all_pending and all_pending[visit.entered_id].kind in ("answer", "worker")
        }
        visits_of_state: dict[str, int] = {}
        for visit in answerable.values():
            visits_of_state[visit.state] = visits_of_state.get(visit.state, 0) + 1
        for entered_id, visit in answerable.items():
            is_alone = visits_of_state[visit.state] == 1
            task = f"{self._view.source.name}/{visit.state}" if is_alone else self._handle(visit)
            if task is not None:
                command = f"sfn tasks approve {shell_word(task)}"
                all_pending[entered_id] = all_pending[entered_id]._replace(answer=command)
        return all_pending

    def _handle(self, visit: "StateVisit") -> str | None:
        """Returns the handle of the visit's task, as `sfn tasks list` shows it."""
        replay = self._replayed()
        if replay is None or replay.execution is None:
            return None
        task = replay.execution.open_tasks.get(visit.attempts[-1].event)
        return None if task is None or task.token is None else task.token[:_HANDLE_DIGITS]

    # Kinds

    def _pending_time(self, visit: "StateVisit") -> Pending | None:
        until = self._end_of_wait(visit)
        if until is None:
            return Pending("time", visit.entered_at, None, "a time")
        if until <= self._view.last_at:
            return None
        # Imported late, like the imports below, because most views have no such state.
        from sfn_cli.views.text.moments import format_moment

        words = f"until {format_moment(until, visit.entered_at, self._zone)}"
        return Pending("time", visit.entered_at, until, words)

    def _pending_retry_of_children(self, visit: "StateVisit") -> Pending | None:
        """Returns the delay before all children of a Map or Parallel run again."""
        failed = self._failed_child(visit)
        if failed is None:
            return None
        last = failed.attempts[-1] if failed.attempts else None
        failed_at = failed.ended_at or (None if last is None else last.ended_at) or failed.entered_at
        error = failed.error or self._fields(failed).get("Error")
        return self._pending_retry(visit, failed_at, _errors_of_attempts(visit, error))

    def _pending_retry(
        self, visit: "StateVisit", failed_at: int, errors: "Sequence[str | None]"
    ) -> Pending | None:
        replay = self._replayed()
        if replay is not None:
            frame = replay.frame_in_visit(visit.entered_id)
            until = None if frame is None else replay.due_at(frame)
            if until is None:
                return None  # no attempt is left
            if self._view.source.seed is None and self._has_random_delay(visit):
                until = None
        else:
            from sfn_cli.views.execution.retry_delays import delay_of_next_attempt

            # Without an error, the state or its child only appears to have failed.
            delay = None if errors[-1] is None else delay_of_next_attempt(self._fields(visit), errors)
            if delay is None:
                return None
            until = None if delay.milliseconds is None else failed_at + delay.milliseconds
        return Pending("retry", failed_at, until, f"attempt {len(visit.attempts) + 1}")

    def _has_random_delay(self, visit: "StateVisit") -> bool:
        retriers = self._fields(visit).get("Retry", ())
        return any(retrier.get("JitterStrategy") == "FULL" for retrier in retriers)

    def _pending_task(self, visit: "StateVisit", attempt: "Attempt") -> Pending | None:
        if visit.map_run_arn is not None:
            return self._pending_map_run(visit, attempt)
        resource = attempt.resource
        if resource is None:
            return None
        since, until = attempt.scheduled_at, self._timeout(attempt)
        if ":activity:" in resource:
            activity = name_of_activity(resource)
            if attempt.started_at is None:
                return Pending("worker", since, until, f"a worker of activity {activity}")
            worker = self._worker(attempt)
            taken_by = "the worker" if worker is None else f"worker {worker}"
            return Pending("worker", attempt.started_at, until, f"{taken_by} of activity {activity}")
        if resource.endswith(".waitForTaskToken"):
            return Pending("answer", since, until, "an answer")
        if attempt.submitted_at is not None and ".sync" in resource:
            child = name_of_child(attempt, resource)
            if child is not None:
                return Pending("child", attempt.submitted_at, until, child)
            return Pending("job", attempt.submitted_at, until, f"job {name_of_work(attempt)}")
        return Pending("function", attempt.started_at or since, until, name_of_work(attempt))

    def _pending_map_run(self, visit: "StateVisit", attempt: "Attempt") -> Pending:
        source = self._view.source
        counts = map_counts(visit, source) if visit.map_run_arn in source.map_runs else None
        words = "a Map Run" if counts is None else f"a Map Run: {format_map_counts(counts, is_open=True)}"
        return Pending("job", attempt.started_at or attempt.scheduled_at, None, words)

    # Times

    def _end_of_wait(self, visit: "StateVisit") -> int | None:
        fields = self._fields(visit)
        seconds, timestamp = fields.get("Seconds"), fields.get("Timestamp")
        if isinstance(seconds, int):
            return max(visit.entered_at, self._redriven_at()) + seconds * 1000
        if isinstance(timestamp, str):
            from sfn_cli.asl.timestamp import parse_timestamp

            nanoseconds = parse_timestamp(timestamp)
            if nanoseconds is not None:
                return -(-nanoseconds // 1_000_000)
        if self._view.source.seed is None and "$random" in f"{seconds}{timestamp}":
            return None
        replay = self._replayed()
        frame = None if replay is None else replay.frame_in_visit(visit.entered_id)
        return None if replay is None or frame is None else replay.due_at(frame)

    def _redriven_at(self) -> int:
        if not self._view.redrives:
            return 0
        history = self._view.source.history
        return max((event.at for event in history if event.type == "ExecutionRedriven"), default=0)

    def _timeout(self, attempt: "Attempt") -> int | None:
        """Returns when the task times out or misses a heartbeat, if nothing happens before."""
        limits: list[int] = []
        counted_from = attempt.scheduled_at
        if ":activity:" in (attempt.resource or ""):  # its limits count from its start
            if attempt.started_at is None:
                return None
            counted_from = attempt.started_at
        if attempt.timeout_seconds is not None:
            limits.append(counted_from + attempt.timeout_seconds * 1000)
        if attempt.heartbeat_seconds is not None:
            beat_at = max(counted_from, self._view.source.beats.get(attempt.event, 0))
            limits.append(beat_at + attempt.heartbeat_seconds * 1000)
        return min(limits, default=None)

    # The source

    def _worker(self, attempt: "Attempt") -> str | None:
        """Returns the name of the worker that received the task, if it has one."""
        for event in self._view.source.history[attempt.event :]:
            if event.type == "ActivityStarted" and event.previous_event_id == attempt.event:
                return (event.details or {}).get("workerName")
        return None

    def _fields(self, visit: "StateVisit") -> "Mapping[str, Any]":
        if not self._is_parsed:
            self._is_parsed = True
            self._definition = definition_of_source(self._view.source)
        return fields_of_visited_state(self._definition, visit)

    def _replayed(self) -> "SourceReplay | None":
        """Returns a replay of the view's history; None if it cannot be replayed."""
        if not self._is_replayed:
            # Imported late, because it loads the whole language, which simple timers do not need.
            from sfn_cli.views.history.replay import replay_source

            self._is_replayed = True
            self._replay = replay_source(self._view.source, last_id=self._view.last_id)
        replay = self._replay
        return replay if replay is not None and replay.last_id == self._view.last_id else None


def _errors_of_attempts(visit: "StateVisit", last: str | None) -> "list[str | None]":
    """Returns the errors of the earlier attempts, and `last`."""
    return [*(attempt.error for attempt in visit.failures if attempt is not visit.attempts[-1]), last]


_HANDLE_DIGITS = 8
"""The number of digits of a handle that `sfn tasks list` shows."""

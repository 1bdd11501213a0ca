"""The current states of a running execution, each with what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.execution.map_counts import MapCounts, map_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit, Thread, WaitsFor


class RunningMap(NamedTuple):
    """A Map with running iterations: its state, when it was entered, and its progress."""

    name: str
    since: int
    counts: MapCounts


class RunningState(NamedTuple):
    """A current state of an execution: one visit of it, or several that wait for the same thing.

    `visits` is their number. `since` is when the first of them started to wait, `until` when the first
    wait ends at the latest, both by the execution's clock. `words` and `answer` are as in `Pending`; if
    several visits need different answers, `answer` is the command that lists them. `map` is the outermost
    Map around them whose iterations are running, if any.
    """

    name: str
    path: str
    visits: int
    since: int
    until: int | None
    waits_for: WaitsFor | None
    words: str
    answer: str | None
    map: RunningMap | None = None


def running_states(view: ExecutionView, pending: Mapping[int, Pending]) -> list[RunningState]:
    """Returns the innermost open states, in tree order.

    A Map or Parallel that waits to run its children again is returned instead of the failed child.
    """
    found: dict[tuple[str, str], RunningState] = {}
    for visit in _innermost_running_visits(view.root, pending):
        state = _running_state(visit, pending.get(visit.entered_id))
        state = state._replace(map=_running_map_around(visit, view))
        same = found.get((state.path, state.words))
        found[state.path, state.words] = state if same is None else _join_running_states(same, state)
    return list(found.values())


def is_waiting_after(event_type: str | None) -> bool:
    """Whether an execution is probably waiting if its last event has this type.

    This is a guess for lists, which read no histories: another branch may still be running.
    """
    return event_type in _WAITING_AFTER or (
        event_type is not None and event_type.endswith(("Failed", "TimedOut"))  # before the next attempt
    )


_WAITING_AFTER = frozenset({"WaitStateEntered", "TaskSubmitted", "ActivityScheduled", "ActivityStarted"})


_LIST_TASKS = "sfn tasks list"


def _innermost_running_visits(thread: Thread, pending: Mapping[int, Pending]) -> Iterable[StateVisit]:
    for visit in thread.visits[-1:]:
        if visit.ended_at is not None:
            continue
        if visit.entered_id in pending:
            yield visit
            continue
        inner = [found for child in visit.threads for found in _innermost_running_visits(child, pending)]
        yield from inner or [visit]


def _running_map_around(visit: StateVisit, view: ExecutionView) -> RunningMap | None:
    """Returns the outermost Map around a visit, because several inner ones may be running."""
    found, around = None, visit.thread.parent
    while around is not None:
        found = around if around.type == "Map" else found
        around = around.thread.parent
    counts = None if found is None else map_counts(found, view.source)
    if found is None or counts is None:
        return None
    return RunningMap(found.state, found.entered_at, counts)


def _running_state(visit: StateVisit, pending: Pending | None) -> RunningState:
    if pending is None:
        return RunningState(visit.state, visit.path, 1, visit.entered_at, None, None, "", None)
    return RunningState(
        visit.state, visit.path, 1, pending.since, pending.until, pending.kind, pending.words, pending.answer
    )


def _join_running_states(one: RunningState, other: RunningState) -> RunningState:
    return one._replace(
        visits=one.visits + other.visits,
        since=min(one.since, other.since),
        until=min((until for until in (one.until, other.until) if until is not None), default=None),
        answer=one.answer if one.answer == other.answer else _LIST_TASKS,
    )

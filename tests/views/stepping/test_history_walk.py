"""Steps through a history: the view at every position is the one folded from the start."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.views.execution.as_json import view_to_json
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.source import ExecutionSource
from sfn_cli.views.stepping.copied_fold import CopiableFold
from sfn_cli.views.stepping.history_walk import STRIDE, HistoryWalk
from tests.views.recorded import source_of

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView

RECORDED = (
    "redriven", "catch-in-branch", "evaluation-failed", "nested-map", "parallel-retried", "order-declined",
    "payment-undone", "callback", "timed-out", "aborted", "migration-failed", "variables",
)  # fmt: skip


def as_data(view: ExecutionView) -> Any:
    data = view_to_json(view, view.last_at, pending={}, date=str)
    return data, [(visit.path, visit.error, visit.cause, visit.output) for visit in view.visits()]


def as_data_at(source: ExecutionSource, position: int) -> Any:
    return as_data(fold_execution(source, at=position))


@pytest.mark.parametrize("name", RECORDED)
def test_every_position_forwards_and_backwards(name: str) -> None:
    """The view does not depend on the way to a position."""
    source = source_of(name)
    wanted = {at: as_data_at(source, at) for at in range(1, len(source.history) + 1)}
    walk = HistoryWalk(source)
    there = [*wanted, *reversed(wanted), *list(wanted)[::3], *list(wanted)[::-2]]
    for position in there:
        walk.go_to(position)
        assert as_data(walk.view) == wanted[position], position


@pytest.mark.parametrize("name", RECORDED)
def test_a_copy_continues_on_its_own(name: str) -> None:
    """A fold that is copied after every event ends as one that never was, and no copy changes."""
    source = source_of(name)
    fold = CopiableFold(source)
    copies = []
    for event in source.history:
        copies.append(fold.copy())
        fold.apply(event)
    for position, copied in enumerate(copies):
        assert as_data(copied.view) == as_data_at(source, position)
        for event in source.history[position:]:
            copied.apply(event)
        assert as_data(copied.view) == as_data(fold.view)


def long_history(rounds: int) -> ExecutionSource:
    """A loop through a Task that fails in every tenth round."""
    events = [HistoryEvent(1, 0, 0, "ExecutionStarted")]

    def add(type: str, **details: Any) -> None:
        events.append(HistoryEvent(len(events) + 1, len(events), len(events), type, details=details))

    for number in range(rounds):
        add("TaskStateEntered", name="Loop")
        add("LambdaFunctionScheduled", resource="f")
        add("LambdaFunctionStarted")
        add(*["LambdaFunctionFailed"] if number % 10 == 9 else ["LambdaFunctionSucceeded"])
        add("TaskStateExited", name="Loop")
    return ExecutionSource("loop", events)


def test_a_long_history_is_not_folded_again_for_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step applies one event; a step back few events, whatever the length of the history."""
    applied = 0
    apply = CopiableFold.apply

    def counted(fold: CopiableFold, event: HistoryEvent) -> Any:
        nonlocal applied
        applied += 1
        return apply(fold, event)

    monkeypatch.setattr(CopiableFold, "apply", counted)
    walk = HistoryWalk(long_history(4_999))
    for position in range(2, 1_001):
        walk.go_to(position)
    assert applied == 1_000
    walk.go_to(walk.last)
    assert applied == walk.last == 24_996
    walk.go_to(walk.last - 100)
    applied = 0
    for position in range(walk.at - 1, walk.at - 21, -1):
        walk.go_to(position)
    assert applied <= 20 * STRIDE


def test_jumps() -> None:
    """Jumps lead to the next event of a kind, or return None if there is none."""
    walk = HistoryWalk(long_history(30))
    failures = []
    while (position := walk.next_failure()) is not None:
        walk.go_to(position)
        failures.append(position)
    assert [later - earlier for earlier, later in pairwise(failures)] == [50, 50]
    assert walk.previous_failure() == failures[-2]
    assert walk.visit is not None and walk.visit.status == "FAILED"
    walk.go_to(8)
    assert (walk.previous_state(), walk.next_state()) == (7, 12)
    walk.go_to(7)
    assert walk.previous_state() == 2
    walk.go_to(2)
    assert walk.previous_state() is None
    assert walk.next_with("FUNCTIONfail") == failures[0]
    assert walk.next_with("no such text") is None
    walk.go_to(walk.last)
    assert walk.next_with("ExecutionStarted") == 1


def test_new_events() -> None:
    """Events that are added later can be reached; the position is unchanged."""
    source = source_of("order")
    walk = HistoryWalk(source._replace(history=source.history[:5]))
    walk.go_to(99)
    assert walk.at == 5
    walk.add(source.history[5:])
    assert (walk.at, walk.last) == (5, len(source.history))
    walk.go_to(walk.last)
    assert as_data(walk.view) == as_data(fold_execution(source))

"""The laws of the fold, for recorded and generated histories and those of AWS."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from sfn_cli.jsonvalue import dumps, raise_recursion_limit
from sfn_cli.views.execution.as_json import view_to_json
from sfn_cli.views.execution.fold import ExecutionFold, fold_execution
from sfn_cli.views.source import ExecutionSource
from tests.interpreter.generated_machines import answered_by_name, machines, values
from tests.interpreter.hypotheses import tries
from tests.interpreter.manual_driver import redriven, run, stopped
from tests.views.recorded import NAMES, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit, Thread

raise_recursion_limit()  # at import: Hypothesis warns if the recursion limit changes during a test

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "cases" / "histories.json").read_text())


def every_thread(thread: Thread) -> Iterator[Thread]:
    """Yields a thread and all threads inside it, including those of earlier attempts."""
    yield thread
    for visit in thread.visits:
        for child in (*visit.former_threads, *visit.threads):
            yield from every_thread(child)


def every_visit(view: ExecutionView) -> list[StateVisit]:
    return [visit for thread in every_thread(view.root) for visit in thread.visits]


def check(view: ExecutionView, history: Sequence[HistoryEvent]) -> None:
    """Checks that a view matches the history from which it was folded."""
    threads, visits = list(every_thread(view.root)), every_visit(view)
    types = Counter(event.type for event in history)

    def count(ending: str) -> int:
        return sum(number for type, number in types.items() if type.endswith(ending))

    assert len(visits) == count("StateEntered")
    assert sum(visit.exited_id is not None for visit in visits) == count("StateExited")
    assert {visit.entered_id: visit.path.rpartition("/")[2] for visit in visits} == {
        event.id: (event.details or {})["name"] for event in history if event.type.endswith("StateEntered")
    }
    assert sum(thread.kind == "iteration" for thread in threads) == types["MapIterationStarted"]
    assert (
        sum(thread.kind == "iteration" and thread.status == "SUCCEEDED" for thread in threads)
        == (types["MapIterationSucceeded"])
    )
    assert sum(attempt.event > 0 for visit in visits for attempt in visit.attempts) == (
        count("Scheduled")
        + types["MapStateStarted"]
        + types["ParallelStateStarted"]
        + types["MapRunRedriven"]
    )
    for thread in threads:
        assert thread.parent is None or thread in (*thread.parent.threads, *thread.parent.former_threads)
        assert all(visit.exited_id is not None for visit in thread.visits[:-1] if visit.type != "Fail")
        for visit in thread.visits:
            assert (visit.ended_at is not None) == (visit.status not in ("RUNNING", *_failing(visit))), (
                visit.path
            )
            assert [child.index for child in visit.threads] == sorted(child.index for child in visit.threads)
            assert visit.status not in ("CAUGHT", "SUCCEEDED") or visit.exited_id is not None
            assert (visit.came_by == "start") == (visit.previous is None)
            assert visit.previous is None or visit.previous.exited_id is not None
            assert all(child.ended_at is not None for child in visit.former_threads)
            if visit.ended_at is not None:
                assert all(child.ended_at is not None for child in visit.threads), visit.path
        if thread.ended_at is not None:
            assert thread.status != "RUNNING"
            assert all(visit.ended_at is not None for visit in thread.visits)
    if view.is_over:
        assert all(thread.ended_at is not None for thread in threads)
        assert all(attempt.ended_at is not None for visit in visits for attempt in visit.attempts)
    if view.status == "FAILED":
        assert view.root.visits[-1].status in ("FAILED", "TIMED_OUT")
        assert view.root.visits[-1].error == view.error


def _failing(visit: StateVisit) -> tuple[str, ...]:
    """The statuses of a state that may still retry."""
    return () if visit.ended_at is not None else ("FAILED", "TIMED_OUT")


def check_all(history: Sequence[HistoryEvent], definition: Any, *, most: int = 40) -> None:
    """Checks prefixes of a history, and that folding event by event has the same result."""
    source = ExecutionSource("x", history, None if definition is None else dumps(definition))
    fold = ExecutionFold(source)
    step = max(1, len(history) // most)
    for number, event in enumerate(history, 1):
        fold.apply(event)
        if number % step == 0 or number == len(history):
            check(fold.view, history[:number])
            again = fold_execution(source, at=event.id)
            assert view_to_json(again, event.at) == view_to_json(fold.view, event.at)


@pytest.mark.parametrize("name", NAMES)
def test_recorded(name: str) -> None:
    """The laws hold for recorded executions, with and without their definitions."""
    source = source_of(name)
    check_all(source.history, json.loads(source.definition or ""))
    check_all(source.history, None, most=5)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    """The laws hold for the cases of the interpreter."""
    check_all(run(case["definition"], case["input"], case["answers"]), case["definition"])


@tries(100)
@given(machines(), values, answered_by_name)
def test_generated_machines(definition: Any, input: Any, answered: Any) -> None:
    """The laws hold for generated machines: at their end, stopped anywhere, and redriven."""
    whole = run(definition, input, answered, max_events=300)
    check_all(whole, definition)
    ends = [stopped(whole[:length]) for length in range(1, len(whole), max(1, len(whole) // 3))]
    for end in [*ends, *([whole] if whole[-1].type == "ExecutionFailed" else [])]:
        check_all(
            run(definition, input, answered, history=redriven(end), max_events=600), definition, most=10
        )

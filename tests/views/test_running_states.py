"""The current states of a running execution."""

from __future__ import annotations

import pytest

from sfn_cli.jsonvalue import dumps
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.map_counts import MapCounts
from sfn_cli.views.execution.pending import Pending, pending_of
from sfn_cli.views.running_states import is_waiting_after, running_states
from sfn_cli.views.source import ExecutionSource
from tests.interpreter.manual_driver import START, run
from tests.views.recorded import source_of

EVERY_PAGE = "/EachPage[0]/Fetch"


@pytest.mark.parametrize(
    "name, shown",
    [
        ("payment-waiting", [("/Approve", 1, "answer")]),
        (
            "waiting",
            [
                ("/All[0]/Answer", 1, "answer"),
                ("/All[1]/Pack", 1, "worker"),
                ("/All[2]/UntilMonday", 1, "time"),
                ("/All[3]/Ship", 1, "child"),
                ("/All[4]/TryAgain", 1, "retry"),
            ],
        ),
        ("map-running", [(EVERY_PAGE, 2, None), (EVERY_PAGE, 1, "function")]),
        ("order", []),
    ],
)
def test_innermost_states(name: str, shown: list[tuple[str, int, str | None]]) -> None:
    """Each branch has a current state; iterations that wait for the same thing are one entry."""
    view = fold_execution(source_of(name))
    states = running_states(view, pending_of(view))
    assert [(state.path, state.visits, state.waits_for) for state in states] == shown


def test_counts_of_a_map() -> None:
    """States inside a Map have its progress; others have no counts."""
    view = fold_execution(source_of("map-running"))
    maps = {state.map for state in running_states(view, {}) if state.map is not None}
    assert {(around.name, around.counts) for around in maps} == {
        ("EachPage", MapCounts(total=300, succeeded=138, running=8, failed=0, aborted=0))
    }
    waiting = fold_execution(source_of("waiting"))
    assert {state.map for state in running_states(waiting, {})} == {None}


def test_a_parallel_that_tries_again() -> None:
    """A Parallel that waits for a retry is the current state, not its failed branch."""
    fails = {"StartAt": "I", "States": {"I": {"Type": "Fail", "Error": "E"}}}
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5}]
    all_branches = {"Type": "Parallel", "Branches": [fails], "Retry": retry, "End": True}
    definition = {"StartAt": "All", "States": {"All": all_branches}}
    source = ExecutionSource("x", run(definition, {})[:4], dumps(definition))
    view = fold_execution(source)
    (state,) = running_states(view, pending_of(view))
    assert (state.path, state.words, state.until) == ("/All", "attempt 2", START + 5000)


def test_several_visits() -> None:
    """Combined visits have waited since the first one, and each needs its own answer."""
    view = fold_execution(source_of("map-running"))
    ids = [visit.entered_id for visit in view.visits() if visit.path == EVERY_PAGE and visit.ended_at is None]
    pending = {
        id: Pending("answer", 2000 + id, 9000 - id, "an answer", f"sfn tasks approve {id}") for id in ids
    }
    (state,) = running_states(view, pending)
    assert (state.visits, state.since, state.until, state.answer) == (
        3, 2000 + min(ids), 9000 - max(ids), "sfn tasks list",
    )  # fmt: skip


@pytest.mark.parametrize(
    "event, waits",
    [
        ("WaitStateEntered", True),
        ("TaskSubmitted", True),
        ("ActivityScheduled", True),
        ("LambdaFunctionFailed", True),  # before the next attempt
        ("TaskTimedOut", True),
        ("LambdaFunctionStarted", False),
        ("MapRunStarted", False),
        ("PassStateEntered", False),
        (None, False),
    ],
)
def test_the_last_event(event: str | None, waits: bool) -> None:
    """Lists guess from the last event whether an execution is waiting."""
    assert is_waiting_after(event) is waits

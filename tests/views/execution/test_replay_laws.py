"""Laws of values that are computed by a replay, on machines that Hypothesis builds.

1. With the execution's seed, computing a state again gives what was recorded: its parameters, and
   its output.
2. A state that waits for a time goes on at that time; one that goes on later had waited.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given

from sfn_cli.jsonvalue import dumps, raise_recursion_limit
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.execution.traced_dataflow import trace_dataflow
from sfn_cli.views.source import ExecutionSource
from tests.interpreter.generated_machines import answered_by_name, machines, values
from tests.interpreter.hypotheses import errors, tries
from tests.interpreter.manual_driver import EXECUTION_ARN, MACHINE_ARN, redriven, run

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent

raise_recursion_limit()  # at import: Hypothesis warns if the recursion limit changes during a test

MOST_EVENTS = 120


def source_of(definition: Any, history: list[HistoryEvent]) -> ExecutionSource:
    return ExecutionSource("x", history, dumps(definition), EXECUTION_ARN, MACHINE_ARN, seed="secret")


@tries(150)
@given(machines(), values, answered_by_name)
def test_a_state_is_computed_again_as_it_was(definition: Any, input: Any, answered: Any) -> None:
    """Law 1."""
    assume(not errors(dumps(definition)))
    history = run(definition, input, answered, max_events=MOST_EVENTS)
    if history[-1].type == "ExecutionFailed":
        history = run(definition, input, answered, history=redriven(history), max_events=2 * MOST_EVENTS)
    traces = trace_dataflow(source_of(definition, history), None)
    entered: dict[int, int] = {}
    for event in history:
        if event.type.endswith("StateEntered"):
            entered[event.frame] = event.id
        elif event.type.endswith("Scheduled"):
            steps = traces[entered[event.frame]].attempts[event.id].payloads
            assert event.payload in (steps.get("afterParameters"), steps.get("afterArguments"))
        elif event.type.endswith("StateExited"):
            assert traces[entered[event.frame]].exit is not None, event


@tries(60)
@given(machines(), values, answered_by_name)
def test_what_waits_for_a_time_goes_on_then(definition: Any, input: Any, answered: Any) -> None:
    """Law 2."""
    assume(not errors(dumps(definition)))
    history = run(definition, input, answered, max_events=MOST_EVENTS)
    source = source_of(definition, history)
    for before, later in pairwise(history):
        if later.at == before.at or later.type.startswith("Execution") or later.type.endswith("TimedOut"):
            continue
        view = fold_execution(source, at=before.id)
        waiting = {
            history[entered_id - 1].frame: one.until
            for entered_id, one in pending_of(view).items()
            if one.kind in ("time", "retry")
        }
        # Nothing else is due before: each step of this driver advances to the next timer.
        assert min((until for until in waiting.values() if until is not None), default=None) == later.at

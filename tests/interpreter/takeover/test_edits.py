"""What may be edited before a state is run from: edits that fit its history, and those that do not."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.takeover.prefix import PrefixError
from sfn_cli.jsonvalue import Payload
from tests.interpreter.generated_machines import FUNCTION
from tests.interpreter.manual_driver import EXECUTION_ARN, START, redriven, run, stopped
from tests.interpreter.takeover.taken_over import entries, taken_over

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent

WORK = {
    "Type": "Task",
    "Resource": FUNCTION,
    "Parameters": {"n.$": "$.n"},
    "TimeoutSeconds": 60,
    "Retry": [{"ErrorEquals": ["Boom"], "IntervalSeconds": 2}],
    "ResultPath": "$.worked",
    "Next": "Sleep",
}
DEFINITION: dict[str, Any] = {
    "StartAt": "Set",
    "TimeoutSeconds": 1000,
    "States": {
        "Set": {"Type": "Pass", "Assign": {"total.$": "$.n"}, "Next": "Pick"},
        "Pick": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "Work"}],
            "Default": "Small",
        },
        "Small": {"Type": "Succeed"},
        "Work": WORK,
        "Sleep": {"Type": "Wait", "Seconds": 30, "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "X", "States": {"X": {"Type": "Pass", "Result": 1, "End": True}}},
                {"StartAt": "Y", "States": {"Y": {"Type": "Pass", "Result": 0, "End": True}}},
            ],
            "ResultPath": "$.both",
            "Next": "Last",
        },
        "Last": {"Type": "Pass", "Parameters": {"gone.$": "$.gone"}, "End": True},
    },
}
INPUT = {"n": 7}
WOULD_WAIT = "the state would wait until"
WOULD_BE_MISSING = "its output would be missing instead of"
ANSWERS = {"Work": [{"error": "Boom"}, {"result": True}]}


def edited(*path: Any, to: Any) -> dict[str, Any]:
    """The definition with another value at a place below its States; None removes the place."""
    definition = deepcopy(DEFINITION)
    place: Any = definition if path[0] == "TimeoutSeconds" else definition["States"]
    for key in path[:-1]:
        place = place[key]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return definition


@pytest.fixture(scope="module")
def failed() -> list[HistoryEvent]:
    return run(DEFINITION, INPUT, ANSWERS)


def entry_of(history: list[HistoryEvent], state: str, visit: int = -1) -> HistoryEvent:
    return [event for event in entries(history) if (event.details or {}).get("name") == state][visit]


@pytest.mark.parametrize(
    "definition",
    [
        DEFINITION,
        edited("Last", to={"Type": "Pass", "Parameters": {"sum.$": "$total"}, "End": True}),
        edited("Last", to={"Type": "Task", "Resource": FUNCTION, "End": True}),
        edited("Sleep", "Seconds", to=20),
        edited("Work", "Retry", to=[{"ErrorEquals": ["Boom"], "IntervalSeconds": 1, "MaxAttempts": 5}]),
        edited("Work", "Catch", to=[{"ErrorEquals": ["Bang"], "Next": "Small"}]),
        edited("Small", to={"Type": "Fail"}),
        edited(
            "Set", to={"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"total": 7}, "Next": "Pick"}
        ),
        edited("Set", "Comment", to="a comment"),
        edited("Both", "Branches", 0, "States", "X", "Result", to=1),
        edited("TimeoutSeconds", to=40),
    ],
)
def test_edits_that_fit(failed: list[HistoryEvent], definition: Any) -> None:
    """Whatever the history does not depend on may change: also the type of the state itself."""
    first = taken_over(definition, failed, entry_of(failed, "Last"), started_at=START)
    assert first[1:-1] == failed[1 : len(first) - 1]
    on = run(definition, INPUT, {**ANSWERS, "Last": [{"result": 0}]}, first, EXECUTION_ARN, seed="other")
    assert on[: len(first)] == first
    assert on[len(first)].previous_event_id == first[-1].id


@pytest.mark.parametrize(
    "definition, reason",
    [
        (
            edited("Set", "Assign", to={"total": 8}),
            "event 3 (PassStateExited of 'Set'): the variable $total would be 8 instead of 7",
        ),
        (
            edited("Set", "Next", to="Work"),
            "event 3 (PassStateExited of 'Set'): the next state would be 'Work' instead of 'Pick'",
        ),
        (
            edited("Set", "Result", to={"n": 7, "m": [1]}),
            "event 3 (PassStateExited of 'Set'): its output would be [1] instead of missing at $.m",
        ),
        (
            edited("Pick", "Choices", 0, "NumericGreaterThan", to=8),
            "event 5 (ChoiceStateExited of 'Pick'): the next state would be 'Small' instead of 'Work'",
        ),
        (
            edited("Set", to={"Type": "Wait", "Seconds": 1, "Next": "Pick"}),
            "event 2 (PassStateEntered of 'Set'): event 2 (WaitStateEntered of 'Set') would come instead",
        ),
        (
            edited("Work", "Parameters", to={"n": 1}),
            "event 7 (LambdaFunctionScheduled of 'Work'): its input would be 1 instead of 7 at $.n",
        ),
        (
            edited("Work", "TimeoutSeconds", to=61),
            "event 7 (LambdaFunctionScheduled of 'Work'): timeoutInSeconds would be 61 instead of 60",
        ),
        (
            edited("Work", "TimeoutSeconds", to=None),
            "event 7 (LambdaFunctionScheduled of 'Work'): timeoutInSeconds would be missing instead of 60",
        ),
        (
            edited("Work", "Retry", to=None),
            "event 10 (LambdaFunctionScheduled of 'Work'): event 10 (ExecutionFailed) would come instead",
        ),
        (
            edited("Work", "Retry", 0, "IntervalSeconds", to=10),
            f"event 10 (LambdaFunctionScheduled of 'Work'): {WOULD_WAIT} 2023-11-14T22:13:30.000Z",
        ),
        (
            edited("Work", "ResultPath", to="$.done"),
            "event 13 (TaskStateExited of 'Work'): its output would be missing instead of true at $.worked",
        ),
        (
            edited("Sleep", "Seconds", to=60),
            f"event 15 (WaitStateExited of 'Sleep'): {WOULD_WAIT} 2023-11-14T22:14:22.000Z",
        ),
        (
            edited("TimeoutSeconds", to=30),
            "event 15 (WaitStateExited of 'Sleep'): the execution would have timed out before",
        ),
        (
            edited("Both", "Branches", 0, "States", "X", "Result", to=2),
            "event 19 (PassStateExited of 'X'): its output would be 2 instead of 1",
        ),
        (
            edited("Both", "Branches", 1, to={"StartAt": "Z", "States": {"Z": {"Type": "Succeed"}}}),
            "event 20 (PassStateEntered of 'Y'): event 20 (SucceedStateEntered of 'Z') would come instead",
        ),
        (
            edited("Both", "ResultPath", to="$.two"),
            f"event 23 (ParallelStateExited of 'Both'): {WOULD_BE_MISSING} [1,0] at $.both",
        ),
    ],
)
def test_edits_that_do_not_fit(failed: list[HistoryEvent], definition: Any, reason: str) -> None:
    """An edit that would have changed what happened is refused, with the first event that differs."""
    with pytest.raises(PrefixError) as refused:
        taken_over(definition, failed, entry_of(failed, "Last"), started_at=START)
    assert str(refused.value) == reason


def test_a_removed_state_cannot_be_run_from(failed: list[HistoryEvent]) -> None:
    """The state must still follow the one before it."""
    definition = edited("Both", "Next", to="Small")
    with pytest.raises(PrefixError, match="the next state would be 'Small' instead of 'Last'"):
        taken_over(definition, failed, entry_of(failed, "Last"), started_at=START)


def test_a_pending_task_of_another_branch_is_refused() -> None:
    """It would be called twice: it may still run for the old execution."""
    task = {"Type": "Task", "Resource": FUNCTION}
    slow = {"StartAt": "Slow", "States": {"Slow": {**task, "End": True}}}
    quick = {
        "StartAt": "Quick",
        "States": {"Quick": {**task, "Next": "Then"}, "Then": {**task, "End": True}},
    }
    both = {"Type": "Parallel", "Branches": [quick, slow], "End": True}
    definition = {"StartAt": "Both", "States": {"Both": both}}
    history = run(definition, {}, {"Quick": [{"result": 1}]})
    assert taken_over(definition, history, entry_of(history, "Quick"), started_at=START) != []
    with pytest.raises(PrefixError) as refused:
        taken_over(definition, history, entry_of(history, "Then"), started_at=START)
    assert str(refused.value) == (
        "when it was entered, tasks of other branches were running: 'Slow' (event 7). Run from 'Both' instead"
    )


def test_a_redrive_and_a_stop_are_part_of_the_history() -> None:
    """What came from outside is taken over, as long as it could come there."""
    definition = edited("Last", to={"Type": "Pass", "Next": "End"})
    definition["States"]["End"] = {"Type": "Succeed"}
    whole = run(definition, INPUT, ANSWERS)
    cut = stopped(whole[:13])
    again = run(definition, INPUT, ANSWERS, redriven(cut))
    first = taken_over(definition, again, entry_of(again, "End"), started_at=START + 5)
    on = run(definition, INPUT, ANSWERS, first, seed="other")
    assert on[-1].type == "ExecutionSucceeded"
    assert [event.type for event in on if event.frame == 0 and event.type.startswith("Execution")] == [
        *("ExecutionStarted", "ExecutionAborted", "ExecutionRedriven", "ExecutionSucceeded")
    ]


def test_the_prefix_keeps_the_names_of_its_origin(failed: list[HistoryEvent]) -> None:
    """`$$.Execution` of taken-over states is the old execution's, and then the new one's."""
    definition = edited(
        "Set", to={"Type": "Pass", "Parameters": {"n": 7, "by.$": "$$.Execution.Name"}, "Next": "Pick"}
    )
    definition["States"]["Last"] = {
        "Type": "Pass",
        "Parameters": {"by.$": "$.by", "now.$": "$$.Execution.Name"},
        "End": True,
    }
    whole = run(definition, INPUT, ANSWERS, arn=f"{EXECUTION_ARN}-old")
    last = entry_of(whole, "Last")
    first = taken_over(definition, whole, last, arn=f"{EXECUTION_ARN}-old", started_at=START)
    on = run(definition, INPUT, ANSWERS, first, f"{EXECUTION_ARN}-new")
    assert on[-1].payload == Payload({"by": "run-old", "now": "run-new"})


def test_the_input_of_the_state_can_be_replaced(failed: list[HistoryEvent]) -> None:
    """The new input is that of the entry; running from there again keeps it."""
    first = taken_over(
        DEFINITION, failed, entry_of(failed, "Last"), started_at=START, input=Payload({"gone": 1})
    )
    on = run(DEFINITION, INPUT, ANSWERS, first)
    assert on[-1].payload == Payload({"gone": 1})
    again = taken_over(DEFINITION, on, entry_of(on, "Last"), started_at=START)
    assert run(DEFINITION, INPUT, ANSWERS, again)[-1].payload == Payload({"gone": 1})


def test_a_damaged_history_is_refused(failed: list[HistoryEvent]) -> None:
    """It cannot be replayed by any definition."""
    damaged = [*failed[:4], failed[4]._replace(id=9), *failed[5:]]
    with pytest.raises(PrefixError, match="event 9"):
        taken_over(DEFINITION, damaged, entry_of(failed, "Last"), started_at=START)

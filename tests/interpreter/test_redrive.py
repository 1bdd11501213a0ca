"""Redriven executions: the events that follow ExecutionRedriven.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-behavior-states
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.interpreter.manual_driver import EXECUTION_ARN, START, interpreter_of, redriven, run, stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.interpreter.events import HistoryEvent

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
FAILS = {"error": "Boom", "cause": "bad"}
SUCCEEDS = {"result": 1}
HANGS: dict[str, Any] = {}

TASK = {"Type": "Task", "Resource": FUNCTION, "End": True}


def one(state: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": state}, **fields}


def parallel(*branches: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Returns a Parallel A with branches of one state each, named B, C, …"""
    made = [
        {"StartAt": name, "States": {name: branch}} for name, branch in zip("BCD", branches, strict=False)
    ]
    return one({"Type": "Parallel", "Branches": made, "End": True, **fields})


def map_of(state: dict[str, Any], **fields: Any) -> dict[str, Any]:
    processor = {"StartAt": "B", "States": {"B": state}}
    return one({"Type": "Map", "ItemProcessor": processor, "End": True, **fields})


def shown(events: Sequence[HistoryEvent]) -> list[str]:
    """Returns the events in short form: the type, and its state or iteration."""
    return [
        " ".join(
            [
                event.type,
                *(
                    str((event.details or {})[key])
                    for key in ("name", "index")
                    if key in (event.details or {})
                ),
            ]
        )
        for event in events
    ]


def after_redrive(
    definition: Any, input: Any, answers: Any, *, stop_after: int | None = None
) -> list[HistoryEvent]:
    """Returns the events starting with ExecutionRedriven.

    The execution failed, or was stopped after that many events.
    """
    first = run(definition, input, answers)
    end = stopped(first[:stop_after]) if stop_after is not None else first
    return run(definition, input, answers, history=redriven(end))[len(end) :]


def test_a_failed_task_is_scheduled_again() -> None:
    """The task's state is not entered again; earlier successes are not repeated."""
    states = {
        "A": {"Type": "Task", "Resource": FUNCTION, "ResultPath": "$.a", "Next": "B"},
        "B": {**TASK, "ResultPath": "$.b"},
    }
    definition = {"StartAt": "A", "States": states}
    events = after_redrive(definition, {}, {"A": [SUCCEEDS], "B": [FAILS, {"result": 2}]})
    assert shown(events) == [
        "ExecutionRedriven",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited B",
        "ExecutionSucceeded",
    ]
    assert events[0].details == {"redriveCount": 1}
    assert events[-1].payload is not None
    assert events[-1].payload.value == {"a": 1, "b": 2}


def test_what_follows_a_redrive() -> None:
    """ExecutionRedriven follows the last event; a Task is scheduled after its TaskStateEntered again.

    stackd, redrive_execution.json: 04-aborted-leased, 06-execution-timeout, 07-task-timeout.
    """
    first = run(one(TASK), {}, {"A": [FAILS]})
    redrive, scheduled, *_ = after_redrive(one(TASK), {}, {"A": [FAILS, SUCCEEDS]})
    assert first[-1].id == 6
    assert (redrive.id, redrive.previous_event_id) == (7, 6)
    assert (scheduled.id, scheduled.previous_event_id) == (8, 2)


def test_what_follows_a_redrive_in_a_branch() -> None:
    """A Task in a branch is scheduled after the TaskStateEntered of its own branch."""
    events = run(parallel(TASK, TASK), {}, {"B": [FAILS]})
    entered = {event.id for event in events if event.type == "TaskStateEntered"}
    again = redriven(events)
    following = run(parallel(TASK, TASK), {}, {"B": [FAILS, SUCCEEDS], "C": [SUCCEEDS]}, history=again)
    scheduled = [event for event in following[len(again) :] if event.type == "LambdaFunctionScheduled"]
    assert {event.previous_event_id for event in scheduled} == entered


def test_a_redriven_fail() -> None:
    """A Fail is not entered again, and its failure follows ExecutionRedriven.

    stackd, redrive_execution.json: 08-explicit-fail. In a branch, the failure follows the branch's
    FailStateEntered, so that every branch can be traced.
    """
    fail = {"Type": "Fail", "Error": "E"}
    assert [(event.id, event.previous_event_id) for event in after_redrive(one(fail), {}, {})] == [
        (4, 3),
        (5, 4),
    ]
    first = run(parallel(fail, {"Type": "Fail", "Error": "other"}), {}, {})
    again = redriven(first)
    events = run(parallel(fail, {"Type": "Fail", "Error": "other"}), {}, {}, history=again)[len(again) :]
    assert shown(events) == ["ParallelStateFailed", "ExecutionFailed"]
    entered = next(event.id for event in first if event.type == "FailStateEntered")
    assert events[0].previous_event_id == entered
    assert events[1].details == {"error": "E"}


def test_a_redrive_of_an_earlier_version_replays_as_it_happened() -> None:
    """A history with sfn 0.2's ExecutionRedriven, which follows 0, replays and continues."""
    fail = one({"Type": "Fail", "Error": "E"})
    first = run(fail, {}, {})
    again = [*first, redriven(first)[-1]._replace(previous_event_id=0)]
    events = run(fail, {}, {}, history=again)[len(again) :]
    assert shown(events) == ["FailStateEntered A", "ExecutionFailed"]
    first = run(one(TASK), {}, {"A": [FAILS]})
    again = [*first, redriven(first)[-1]._replace(previous_event_id=0)]
    assert run(one(TASK), {}, {"A": [FAILS, SUCCEEDS]}, history=again)[len(again)].previous_event_id == 5


@pytest.mark.parametrize(
    "state, input, followed_by",
    [
        ({"Type": "Fail", "Error": "E"}, {}, ["ExecutionFailed"]),
        (
            {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "A"}]},
            {"x": 1},
            ["ExecutionFailed"],
        ),
        ({"Type": "Pass", "InputPath": "$.gone", "End": True}, {}, ["ExecutionFailed"]),
        (
            {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $error() %}", "End": True},
            {},
            ["EvaluationFailed", "ExecutionFailed"],
        ),
        ({**TASK, "InputPath": "$.gone"}, {}, ["ExecutionFailed"]),
        ({"Type": "Wait", "SecondsPath": "$.gone", "End": True}, {}, ["ExecutionFailed"]),
        ({"Type": "Map", "ItemProcessor": one({"Type": "Succeed"}), "End": True}, {}, ["ExecutionFailed"]),
    ],
)
def test_a_state_that_fails_again(state: Any, input: Any, followed_by: list[str]) -> None:
    """No state is entered again: each is evaluated again, in the visit that failed."""
    definition = {"StartAt": "A", "States": {"A": state}}
    assert shown(after_redrive(definition, input, {})) == ["ExecutionRedriven", *followed_by]


@pytest.mark.parametrize(
    "wait, exits_after",
    [
        ({"Seconds": 60}, 60_000),  # the full time again
        ({"Timestamp": "2023-11-14T22:13:50Z"}, 19_000),  # 30 seconds after the start
        ({"Timestamp": "2023-11-14T22:13:25Z"}, 0),  # passed while it was stopped
    ],
)
def test_a_wait(wait: Any, exits_after: int) -> None:
    """Seconds count from the redrive; a Timestamp that has passed does not wait."""
    began = run(one({"Type": "Wait", "End": True, **wait}), {})[:2]
    again = redriven(stopped(began), after_ms=11_000)
    events = run(one({"Type": "Wait", "End": True, **wait}), {}, history=again)[len(again) :]
    assert shown(events) == ["WaitStateExited A", "ExecutionSucceeded"]
    assert events[0].at - again[-1].at == exits_after


def test_only_the_branches_that_did_not_succeed_run_again() -> None:
    """Failed and aborted branches continue where they stopped; the outputs of the others remain."""
    wait = {"Type": "Wait", "Seconds": 5, "End": True}
    definition = parallel({"Type": "Pass", "Result": "kept", "End": True}, TASK, wait)
    events = after_redrive(definition, {}, {"C": [FAILS, {"result": "late"}]})
    assert shown(events) == [
        "ExecutionRedriven",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited C",
        "WaitStateExited D",
        "ParallelStateSucceeded",
        "ParallelStateExited A",
        "ExecutionSucceeded",
    ]
    assert events[-1].payload is not None
    assert events[-1].payload.value == ["kept", "late", {}]


def test_only_the_iterations_that_did_not_succeed_run_again() -> None:
    """Iterations that had not started run; MaxConcurrency applies."""
    events = after_redrive(
        map_of(TASK, MaxConcurrency=1),
        ["x", "y", "z"],
        {"B": [{"result": 0}, FAILS, {"result": 1}, {"result": 2}]},
    )
    assert shown(events) == [
        "ExecutionRedriven",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited B",
        "MapIterationSucceeded A 1",
        "MapIterationStarted A 2",
        "TaskStateEntered B",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited B",
        "MapIterationSucceeded A 2",
        "MapStateSucceeded",
        "MapStateExited A",
        "ExecutionSucceeded",
    ]
    assert events[-1].payload is not None
    assert events[-1].payload.value == [0, 1, 2]


def test_a_branch_that_failed_with_states_runtime_runs_again() -> None:
    """States.Runtime fails the execution at once; a redrive continues every branch where it was."""
    definition = parallel(
        {**TASK, "ResultSelector": {"v.$": "$.v"}}, {"Type": "Wait", "Seconds": 9, "End": True}
    )
    answers = {"B": [{"result": {}}, {"result": {"v": 1}}]}
    failed = run(definition, {}, answers)
    assert (failed[-1].type, failed[-1].previous_event_id) == ("ExecutionFailed", failed[-2].id)
    assert failed[-2].type == "LambdaFunctionSucceeded"
    again = redriven(failed)
    on = run(definition, {}, answers, history=again)
    assert shown(on[len(again) :]) == [
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited B",
        "WaitStateExited C",
        "ParallelStateSucceeded",
        "ParallelStateExited A",
        "ExecutionSucceeded",
    ]
    for length in range(len(again), len(on)):
        assert run(definition, {}, answers, history=on[:length]) == on


def test_iterations_that_were_aborted_run_again() -> None:
    """Each aborted child runs again, in addition to the one that failed."""
    definition = map_of({**TASK, "TimeoutSeconds": 60})
    events = after_redrive(definition, [1, 2], {"B": [FAILS, {"result": 0}, {"result": 1}]})
    assert [name for name in shown(events) if name.startswith(("Map", "LambdaFunctionScheduled"))] == [
        "LambdaFunctionScheduled",
        "LambdaFunctionScheduled",
        "MapIterationSucceeded A 0",
        "MapIterationSucceeded A 1",
        "MapStateSucceeded",
        "MapStateExited A",
    ]


@pytest.mark.parametrize("state", ["Parallel", "Map"])
def test_after_data_limit_exceeded_all_run_again(state: str) -> None:
    """After DataLimitExceeded, a Map or Parallel reruns all children, including successful ones."""
    big = {"bytes": 200_000}
    definition = parallel(TASK, TASK) if state == "Parallel" else map_of(TASK)
    first = run(definition, [1, 2], {"B": [big, big], "C": [big]})
    assert (first[-1].details or {})["error"] == "States.DataLimitExceeded"
    small = (
        {"B": [big, big, SUCCEEDS, SUCCEEDS], "C": [big, SUCCEEDS]}
        if state == "Map"
        else {"B": [big, SUCCEEDS], "C": [big, SUCCEEDS]}
    )
    events = run(definition, [1, 2], small, history=redriven(first))[len(first) :]
    assert shown(events)[:2] == ["ExecutionRedriven", f"{state}StateStarted"]
    assert shown(events).count("LambdaFunctionScheduled") == 2
    assert events[-1].type == "ExecutionSucceeded"


def test_a_join_that_failed_is_evaluated_again() -> None:
    """If all branches succeeded and only the state's output failed, only the output is evaluated again."""
    definition = parallel({"Type": "Pass", "End": True}, ResultSelector={"a.$": "$[7].gone"})
    assert shown(after_redrive(definition, {}, {})) == ["ExecutionRedriven", "ExecutionFailed"]


def test_a_map_in_a_branch_that_was_aborted_keeps_its_results() -> None:
    """A deeply nested frame continues, with the results of its children."""
    inner = {
        "Type": "Map",
        "ItemProcessor": {"StartAt": "I", "States": {"I": TASK}},
        "MaxConcurrency": 1,
        "End": True,
    }
    definition = parallel({**TASK, "TimeoutSeconds": 9}, inner)
    answers = {"I": [{"result": "first"}, HANGS], "B": [HANGS]}
    first = run(definition, ["x", "y"], answers)
    assert (first[-1].details or {})["error"] == "States.Timeout"
    answers = {"I": [{"result": "first"}, {"result": "second"}], "B": [{"result": "b"}]}
    events = run(definition, ["x", "y"], answers, history=redriven(first))[len(first) :]
    assert [name for name in shown(events) if name.startswith("Map")] == [
        "MapIterationSucceeded C 1",
        "MapStateSucceeded",
        "MapStateExited C",
    ]
    assert events[-1].payload is not None
    assert events[-1].payload.value == ["b", ["first", "second"]]


def test_a_stopped_execution_continues_where_it_stopped() -> None:
    """An execution can be stopped before any state, between two states, or in a running task."""
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "A"}, "A": TASK}}
    whole = [
        "PassStateEntered P",
        "PassStateExited P",
        "TaskStateEntered A",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
    ]
    rest = ["LambdaFunctionSucceeded", "TaskStateExited A", "ExecutionSucceeded"]
    for stop_after, rest_of_states in {
        1: whole,
        2: whole[1:],
        3: whole[2:],
        4: whole[3:],
        5: whole[3:],
        6: whole[3:],
    }.items():
        events = after_redrive(definition, {}, {"A": [SUCCEEDS]}, stop_after=stop_after)
        assert shown(events) == ["ExecutionRedriven", *rest_of_states, *rest], stop_after


def test_retriers_have_all_their_attempts_again() -> None:
    """MaxAttempts counts from the start, and so does $$.State.RetryCount."""
    retry = [{"ErrorEquals": ["Boom"], "MaxAttempts": 2, "IntervalSeconds": 1}]
    events = after_redrive(
        one({**TASK, "Retry": retry, "Parameters": {"n.$": "$$.State.RetryCount"}}), {}, {"A": [FAILS]}
    )
    scheduled = [
        event.payload.value
        for event in events
        if event.type == "LambdaFunctionScheduled" and event.payload is not None
    ]
    assert scheduled == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert events[-1].type == "ExecutionFailed"


def test_time_limits_restart() -> None:
    """The machine's and the task's TimeoutSeconds count from the redrive."""
    definition = one({**TASK, "TimeoutSeconds": 5}, TimeoutSeconds=8)
    first = run(definition, {}, {"A": [HANGS]})
    assert [first[-1].type, first[-1].at - START] == ["ExecutionFailed", 5_000]
    again = redriven(first)
    assert run(definition, {}, {"A": [HANGS]}, history=again)[-1].at - again[-1].at == 5_000
    whole = one({**TASK}, TimeoutSeconds=8)
    again = redriven(run(whole, {}, {"A": [HANGS]}))
    last = run(whole, {}, {"A": [HANGS]}, history=again)[-1]
    assert (last.type, last.at - again[-1].at) == ("ExecutionTimedOut", 8_000)


def test_the_context_object_tells_of_the_redrive() -> None:
    """The Context Object has RedriveCount and, after a redrive, RedriveTime."""
    definition = one(
        {**TASK, "Parameters": {"execution.$": "$$.Execution", "entered.$": "$$.State.EnteredTime"}}
    )
    events = run(definition, {}, {"A": [FAILS]})
    for count in (1, 2):
        again = redriven(events)
        events = run(definition, {}, {"A": [FAILS]}, history=again)
        scheduled = events[len(again)]
        assert scheduled.payload is not None
        reported = scheduled.payload.value
        assert (reported["execution"]["RedriveCount"], reported["entered"]) == (
            count,
            "2023-11-14T22:13:20Z",
        )
        assert reported["execution"]["RedriveTime"] == f"2023-11-14T22:13:{20 + count}Z"
    assert events[2].payload is not None
    assert events[2].payload.value["execution"].keys() & {"RedriveCount", "RedriveTime"} == {"RedriveCount"}


def test_the_context_object_of_an_express_execution() -> None:
    """RedriveCount is 0. (LocalStack, express/test_express_async.py::test_query_runtime_memory)"""
    state = {"Type": "Pass", "Parameters": {"n.$": "$$.Execution.RedriveCount"}, "End": True}
    arn = "arn:aws:states:us-east-1:123456789012:express:Case:run:id"
    last = run(one(state), {}, arn=arn)[-1]
    assert last.payload is not None
    assert last.payload.value == {"n": 0}


def test_a_token_of_before_is_none_now() -> None:
    """Each redrive has different task tokens and random numbers."""
    resource = "arn:aws:states:::lambda:invoke.waitForTaskToken"
    parameters = {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token", "id.$": "States.UUID()"}}
    definition = one({**TASK, "Resource": resource, "Parameters": parameters})
    events = run(definition, {}, {"A": [FAILS]})
    events = run(definition, {}, {"A": [FAILS]}, history=redriven(events))
    events = run(definition, {}, {"A": [FAILS]}, history=redriven(stopped(events[:-2])))
    payloads = [
        event.payload.value["Payload"]
        for event in events
        if event.type == "TaskScheduled" and event.payload is not None
    ]
    assert len(payloads) == 3
    assert (
        len({payload["token"] for payload in payloads}) == len({payload["id"] for payload in payloads}) == 3
    )


def test_two_branches_of_a_redrive_draw_their_own_randomness() -> None:
    """Two frames that continue at the same moment draw different random numbers."""
    state = {**TASK, "Parameters": {"id.$": "States.UUID()"}}
    events = after_redrive(parallel(state, state), {}, {"B": [FAILS, SUCCEEDS], "C": [HANGS]})
    drawn = [
        json.dumps(event.payload.value)
        for event in events
        if event.type == "LambdaFunctionScheduled" and event.payload is not None
    ]
    assert len(set(drawn)) == 2


def test_a_state_that_draws_again_may_succeed() -> None:
    """The next attempt draws other numbers, although no event comes between it and the failure."""
    pick = "States.ArrayGetItem(States.Array('1', 'no', 'no', 'no'), States.MathRandom(0, 4))"
    drawn = f"States.StringToJson({pick})"
    definition = one({"Type": "Pass", "Parameters": {"n.$": drawn}, "End": True})
    events = run(definition, {})
    for _ in range(40):
        if events[-1].type == "ExecutionFailed":
            events = run(definition, {}, history=redriven(events))
    assert shown(events)[2:].count("ExecutionRedriven") > 0
    assert events[-1].type == "ExecutionSucceeded"


def test_what_has_ended_holds_nothing_back() -> None:
    """A succeeded execution has no frames in memory: it cannot be redriven."""
    ended = interpreter_of(
        map_of({"Type": "Pass", "End": True}),
        run(map_of({"Type": "Pass", "End": True}), [1, 2]),
        EXECUTION_ARN,
    )
    assert ended.execution.frames == {}

"""Executions in this process: the same history that a worker would store, run to the end or step by step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.drivers.in_process.answers import (
    Answer,
    answers_by_calling,
    integrated_answers,
    leave_unanswered,
    mocked_answers,
)
from sfn_cli.drivers.in_process.execution import InProcessExecution
from sfn_cli.errors import StatesError
from sfn_cli.integrations.run_synchronously import synchronous_context
from sfn_cli.interpreter.mocks import read_mocks
from sfn_cli.interpreter.signals import TaskFailed, TaskStarted, TaskSucceeded
from sfn_cli.jsonvalue import Payload, dumps
from tests.driven_store import Store
from tests.interpreter import manual_driver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import Signal

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "cases" / "histories.json").read_text())
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:F"
DAY = 24 * 60 * 60 * 1000


def execution(
    definition: Mapping[str, Any], input: Any = None, answer: Answer = leave_unanswered, **options: Any
) -> InProcessExecution:
    """An execution that starts at 0."""
    return InProcessExecution(dumps(definition), Payload(input), answer, **options)


def machine(**states: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a machine of these states, in sequence."""
    names = list(states)
    linked = {
        name: {**state, "Next": after} if after else {**state, "End": True}
        for (name, state), after in zip(states.items(), [*names[1:], None], strict=True)
    }
    return {"StartAt": names[0], "States": linked}


def types(events: Sequence[HistoryEvent]) -> list[str]:
    return [event.type for event in events]


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": FUNCTION, **fields}


def wait(seconds: int) -> dict[str, Any]:
    return {"Type": "Wait", "Seconds": seconds}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_history_is_the_same_as_with_any_driver(case: dict[str, Any]) -> None:
    """Each case of the interpreter's tests has the same history here, even after any crash."""
    whole = manual_driver.run(case["definition"], case["input"], case["answers"])
    for length in range(len(whole)):
        history = [manual_driver.stored(event) for event in whole[:length]]
        again = InProcessExecution(
            dumps(case["definition"]),
            Payload(case["input"]),
            case_answer(case, history),
            arn=manual_driver.EXECUTION_ARN,
            state_machine_arn=manual_driver.MACHINE_ARN,
            seed="secret",
            started_at=manual_driver.START,
            history=history,
        )
        again.run()
        if again.is_waiting and again.interpreter.wake_at is not None:
            again.skip_to(again.interpreter.wake_at)
            again.run()
        assert again.history == whole, f"cut after event {length}"


def case_answer(case: dict[str, Any], history: Sequence[HistoryEvent]) -> Answer:
    """Returns the answer to the tasks of a case with this history."""
    interpreter = manual_driver.interpreter_of(case["definition"], history)
    answered = manual_driver.answered_so_far(interpreter, history)

    def answer(task: OpenTask) -> Sequence[Signal]:
        signal = manual_driver.answer_of(task, case["answers"], answered)
        return [] if signal is None else [signal]

    return answer


def test_waits_take_no_time() -> None:
    """The clock jumps to the next due time: a wait of half a year takes no real time."""
    run = execution(machine(A=wait(3600), B=wait(180 * 24 * 3600), C={"Type": "Pass"}), {"n": 1})
    assert (run.run(), run.output and run.output.value) == ("SUCCEEDED", {"n": 1})
    assert [event.at for event in run.history if event.type == "WaitStateExited"] == [
        3_600_000,
        3_600_000 + 180 * DAY,
    ]
    assert (run.now, run.history[-1].at) == (3_600_000 + 180 * DAY,) * 2


def test_each_step_is_one_turn() -> None:
    """A debugger sees each step: the entry, the task's start, its result, the delayed retry."""
    results = iter([StatesError("Busy", "later"), {"paid": True}])

    def pay(order: Any) -> Any:
        result = next(results)
        if isinstance(result, StatesError):
            raise result
        return result

    retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 30}]
    run = execution(
        machine(Pay=task(Retry=retry), W=wait(60)), {"order": 7}, answers_by_calling({"Pay": pay})
    )
    steps = []
    while not run.ended:
        steps.append((run.now, types(run.step().events)))
    assert [(seconds // 1000, made) for seconds, made in steps] == [
        (0, ["TaskStateEntered", "LambdaFunctionScheduled"]),
        (0, ["LambdaFunctionStarted"]),
        (0, ["LambdaFunctionFailed"]),
        (0, ["LambdaFunctionScheduled"]),
        (30, ["LambdaFunctionStarted"]),
        (30, ["LambdaFunctionSucceeded", "TaskStateExited", "WaitStateEntered"]),
        (30, ["WaitStateExited", "ExecutionSucceeded"]),
    ]
    assert (run.now, run.status) == (90_000, "SUCCEEDED")
    assert run.step().events == []


def test_functions_are_called_by_state_or_resource() -> None:
    """A function gets the task's arguments. One named for the state wins over one for the resource."""
    calls: list[Any] = []

    def called(name: str) -> Any:
        return lambda arguments: calls.append((name, arguments)) or {"by": name}

    answer = answers_by_calling({"Mine": called("state"), FUNCTION: called("resource")})
    parallel = {
        "Type": "Parallel",
        "Branches": [machine(Mine=task()), machine(Other=task(Parameters={"p": 1}))],
    }
    run = execution(machine(P=parallel), {"i": 0}, answer)
    assert run.run() == "SUCCEEDED"
    assert (calls, run.output and run.output.value) == (
        [("state", {"i": 0}), ("resource", {"p": 1})],
        [{"by": "state"}, {"by": "resource"}],
    )


def test_an_error_of_a_function() -> None:
    """A StatesError fails the task, which may catch it; any other error propagates from `step`."""
    catch = [{"ErrorEquals": ["Declined"], "Next": "Sorry"}]
    definition = machine(Pay=task(Catch=catch), Thanks={"Type": "Pass"})
    definition["States"]["Sorry"] = {"Type": "Fail", "Error": "NotPaid", "Cause": "sorry"}

    def declined(arguments: Any) -> Any:
        raise StatesError("Declined", "no funds")

    def broken(arguments: Any) -> Any:
        raise ZeroDivisionError

    run = execution(definition, {}, answers_by_calling({"Pay": declined}))
    assert (run.run(), run.error, run.output) == ("FAILED", ("NotPaid", "sorry"), None)
    with pytest.raises(ZeroDivisionError):
        execution(definition, {}, answers_by_calling({"Pay": broken})).run()


CALLBACK = task(
    Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters={"QueueUrl": "q", "MessageBody": "m"},
)


def test_a_task_that_an_outside_caller_answers() -> None:
    """The execution waits until a signal is sent; its token can be read."""
    run = execution(machine(Ask=CALLBACK, W=wait(5)))
    assert (run.run(), run.is_waiting) == ("RUNNING", True)
    assert run.step().events == []
    (pending,) = run.waiting_tasks
    assert pending.token is not None
    run.send(TaskSucceeded(pending.id, Payload({"yes": True})))
    assert (run.is_waiting, run.run(), run.now) == (False, "SUCCEEDED", 5_000)


def test_a_task_without_an_answer_times_out() -> None:
    """The clock jumps to TimeoutSeconds; without one, only to the execution's deadline."""
    run = execution(machine(Ask={**CALLBACK, "TimeoutSeconds": 60}))
    assert (run.run(), run.error[0], run.now) == ("FAILED", "States.Timeout", 60_000)
    run = execution(machine(Ask=CALLBACK))
    run.run()
    run.skip_to(365 * DAY)
    assert (run.run(), run.history[-1].type) == ("TIMED_OUT", "ExecutionTimedOut")


def test_an_execution_that_is_stopped() -> None:
    """A stopped execution is ABORTED, and takes no further steps."""
    run = execution(machine(Ask=CALLBACK))
    run.run()
    run.stop("E", "enough")
    assert (run.run(), run.error, types(run.step().events)) == ("ABORTED", ("E", "enough"), [])
    run.stop()
    assert types(run.history)[-2:] == ["TaskStarted", "ExecutionAborted"]


def test_signals_come_before_a_timeout_that_is_skipped_to() -> None:
    """An answer sent at the time of a timeout is accepted."""
    run = execution(machine(Ask={**CALLBACK, "TimeoutSeconds": 60}))
    while not run.waiting_tasks:
        run.step()
    run.send(TaskSucceeded(run.waiting_tasks[0].id, Payload({})))
    run.skip_to(60_000)
    assert run.run() == "SUCCEEDED"


def test_an_activity_starts_when_it_is_answered() -> None:
    """An activity task starts when a client takes it, or answers it."""
    activity = task(Resource="arn:aws:states:us-east-1:123456789012:activity:A")
    run = execution(machine(A=activity), {}, answers_by_calling({"A": lambda _: {"done": True}}))
    assert run.run() == "SUCCEEDED"
    assert types(run.history)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    waiting = execution(machine(A=activity))
    waiting.run()
    assert types(waiting.history)[2:] == ["ActivityScheduled"]
    (pending,) = waiting.waiting_tasks
    waiting.send(TaskStarted(pending.id, "w"), TaskFailed(pending.id, "E", None))
    assert (waiting.run(), waiting.error) == ("FAILED", ("E", None))


def test_mocks_answer_first() -> None:
    """A mocked response or an injected fault answers first; any other task is answered normally."""
    stored = {
        "testCase": "Case",
        "responses": {"A": {"name": "R", "response": {"0": {"Return": {"mocked": True}}}}},
        "faults": [{"state": "B", "error": "States.Timeout", "first": 1, "last": 1}],
    }
    retry = [{"ErrorEquals": ["States.Timeout"]}]
    real = answers_by_calling({"B": lambda arguments: {**arguments, "real": True}})
    definition = machine(A=task(), B=task(Retry=retry))
    run = execution(definition, {}, mocked_answers(read_mocks(dumps(stored)), otherwise=real))
    assert (run.run(), run.output and run.output.value) == ("SUCCEEDED", {"mocked": True, "real": True})
    assert types(run.history).count("LambdaFunctionTimedOut") == 1


def test_the_real_integrations(tmp_path: Path) -> None:
    """A task calls sfn's own operations on the store, without a worker."""
    store = Store(tmp_path)
    definition = machine(List=task(Resource="arn:aws:states:::aws-sdk:sfn:listStateMachines"))
    run = execution(definition, {}, integrated_answers(store.service))
    assert (run.run(), run.output and run.output.value) == ("SUCCEEDED", {"StateMachines": []})
    store.service.close()


def distributed(child: Mapping[str, Any], execution_type: str = "STANDARD", **fields: Any) -> dict[str, Any]:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": execution_type}
    return machine(M={"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **child}, **fields})


def test_a_distributed_map_runs_in_memory() -> None:
    """Its children wait concurrently, up to the maximum, and are answered like other executions."""
    child = machine(W={"Type": "Wait", "SecondsPath": "$"}, T=task())
    run = execution(
        distributed(child, MaxConcurrency=2), [10, 20, 30], answers_by_calling({"T": lambda n: n + 1})
    )
    assert (run.run(), run.output and run.output.value) == ("SUCCEEDED", [11, 21, 31])
    assert run.now == 40_000
    assert types(run.history)[2:7] == [
        "MapStateStarted",
        "MapRunStarted",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
    ]


FAILS = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Bad", "Cause": "c"}}}


@pytest.mark.parametrize(
    "fields, status, error",
    [
        ({}, "FAILED", "States.ExceedToleratedFailureThreshold"),
        ({"ToleratedFailurePercentage": 100}, "SUCCEEDED", None),
        ({"ItemReader": {"Resource": "arn:aws:states:::s3:getObject"}}, "FAILED", "States.Runtime"),
    ],
    ids=["none may fail", "all may fail", "a dataset without a store"],
)
@pytest.mark.parametrize("execution_type", ["STANDARD", "EXPRESS"])
def test_children_that_fail(
    fields: dict[str, Any], execution_type: str, status: str, error: str | None
) -> None:
    """Tolerated failures and error descriptions are the same as in a worker."""
    run = execution(distributed(FAILS, execution_type, **fields), [1, 2])
    assert (run.run(), run.error[0]) == (status, error)
    if run.output is not None:
        assert [(one["Status"], one["Error"], one["Input"]) for one in run.output.value] == [
            ("FAILED", "Bad", "1"),
            ("FAILED", "Bad", "2"),
        ]


def test_a_dataset_of_a_folder(tmp_path: Path) -> None:
    """With a `context`, items are read and results are written as by a worker."""
    store = Store(tmp_path / "home")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "items.json").write_text("[3, 4]")
    bucket = f"file://{tmp_path}/data"
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": bucket, "Key": "items.json"},
    }
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": bucket, "Prefix": "out"}}
    definition = distributed(machine(P={"Type": "Pass"}), ItemReader=reader, ResultWriter=writer)
    run = execution(definition, {}, context=synchronous_context(store.service))
    assert run.run() == "SUCCEEDED", run.error
    assert run.output is not None
    manifest = json.loads((tmp_path / "data" / run.output.value["ResultWriterDetails"]["Key"]).read_text())
    (file,) = manifest["ResultFiles"]["SUCCEEDED"]
    assert [one["Output"] for one in json.loads((tmp_path / "data" / file["Key"]).read_text())] == ["3", "4"]
    store.service.close()

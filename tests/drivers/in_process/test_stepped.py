"""Stepped executions: where they stop, what can be changed there, and the histories that follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.drivers.in_process.answers import Answer, answers_by_calling, leave_unanswered
from sfn_cli.drivers.in_process.stepped import BeforeState, BeforeTask, Skip, SteppedExecution, WaitingTasks
from sfn_cli.errors import StatesError
from sfn_cli.interpreter.events import execution_started_event
from sfn_cli.interpreter.mocks import Return, Throw
from sfn_cli.jsonvalue import Payload, dumps
from tests.interpreter import manual_driver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.drivers.in_process.stepped import Stop
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import Signal

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "cases" / "histories.json").read_text())
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:F"
INVOKE = "arn:aws:states:::lambda:invoke"


def stepped(
    definition: Mapping[str, Any], input: Any = None, answer: Answer = leave_unanswered, **options: Any
) -> SteppedExecution:
    started = execution_started_event(Payload(input), "arn:aws:iam::123456789012:role/any", 0)
    return SteppedExecution(dumps(definition), started, answer, **options)


def replays(execution: SteppedExecution, definition: Mapping[str, Any]) -> None:
    """Checks that a worker accepts the history: each event follows from those before it."""
    history = [manual_driver.stored(event) for event in execution.history]
    again = manual_driver.interpreter_of(definition, history)
    assert again.ended is execution.ended


def shown(stop: Stop | None) -> str:
    """Returns a stop in words."""
    match stop:
        case BeforeState():
            place = "".join(f"{state}[{index}]/" for state, index in stop.place)
            again = f" attempt {stop.attempt} after {stop.error}" if stop.attempt > 1 else ""
            return f"{place}{stop.state}{again} {stop.input.text}"
        case BeforeTask():
            return f"call {stop.task.state_name} {stop.task.arguments.text}"
        case WaitingTasks():
            names = ", ".join(task.state_name for task in stop.tasks)
            return f"waiting {names} until {stop.until}"
    return "end"


def every_stop(execution: SteppedExecution) -> list[str]:
    stops = []
    while True:
        stop = execution.proceed()
        stops.append(shown(stop))
        if stop is None or (isinstance(stop, WaitingTasks) and stop.until is None):
            return stops


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_history_is_that_of_any_driver(case: dict[str, Any]) -> None:
    """Without an intervention, each case of the interpreter's tests has the same history."""
    whole = manual_driver.run(case["definition"], case["input"], case["answers"])
    answered: dict[str, int] = {}

    def answer(task: OpenTask) -> Sequence[Signal]:
        signal = manual_driver.answer_of(task, case["answers"], answered)
        return [] if signal is None else [signal]

    execution = SteppedExecution(
        dumps(case["definition"]),
        whole[0],
        answer,
        arn=manual_driver.EXECUTION_ARN,
        state_machine_arn=manual_driver.MACHINE_ARN,
        seed="secret",
    )
    stops = every_stop(execution)
    if not execution.ended and execution.interpreter.wake_at is not None:
        execution.skip_to(execution.interpreter.wake_at)
        stops += every_stop(execution)
    assert execution.history == whole
    entered = sum(event.type.endswith("StateEntered") for event in whole)
    assert sum(not stop.startswith(("call", "waiting", "end")) for stop in stops) >= entered


def chain(**states: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a machine of these states, in sequence."""
    names = list(states)
    linked = {
        name: {**state, "Next": after} if after else {**state, "End": True}
        for (name, state), after in zip(states.items(), [*names[1:], None], strict=True)
    }
    return {"StartAt": names[0], "States": linked}


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": FUNCTION, **fields}


RETRY = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3}]
PASS = {"Type": "Pass"}
TOKEN = {
    "Type": "Task",
    "Resource": f"{INVOKE}.waitForTaskToken",
    "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
}


def fails_once(arguments: Any, failed: list[int]) -> Any:
    failed.append(1)
    if len(failed) == 1:
        raise StatesError("Busy", "later")
    return {"paid": arguments}


STOPS = {
    "a retry": (
        chain(Pay=task(Retry=RETRY), Rest={"Type": "Wait", "Seconds": 60}),
        7,
        ["Pay 7", "call Pay 7", "Pay attempt 2 after Busy 7", "call Pay 7", 'Rest {"paid":7}', "end"],
    ),
    "a map": (
        chain(Each={"Type": "Map", "ItemProcessor": chain(A=PASS, B=PASS), "MaxConcurrency": 1}, After=PASS),
        [1, 2],
        ["Each [1,2]", "Each[0]/A 1", "Each[0]/B 1", "Each[1]/A 2", "Each[1]/B 2", "After [1,2]", "end"],
    ),
    "a map whose iterations run at the same time": (
        chain(Each={"Type": "Map", "ItemProcessor": chain(A=PASS, B=PASS)}),
        [1, 2],
        ["Each [1,2]", "Each[0]/A 1", "Each[0]/B 1", "Each[1]/A 2", "Each[1]/B 2", "end"],
    ),
    "a parallel": (
        chain(Both={"Type": "Parallel", "Branches": [chain(L=PASS), chain(R=PASS)]}),
        {},
        ["Both {}", "Both[0]/L {}", "Both[1]/R {}", "end"],
    ),
    "a map in a map": (
        chain(
            Rows={
                "Type": "Map",
                "ItemProcessor": chain(Cells={"Type": "Map", "ItemProcessor": chain(C=PASS)}),
            }
        ),
        [[1], [2]],
        [
            *("Rows [[1],[2]]", "Rows[0]/Cells [1]", "Rows[1]/Cells [2]"),
            *("Rows[0]/Cells[0]/C 1", "Rows[1]/Cells[0]/C 2", "end"),
        ],
    ),
    "a callback without a timeout": (chain(Ask=TOKEN), {}, ["Ask {}", "call Ask", "waiting Ask until None"]),
    "a callback that times out": (
        chain(Ask={**TOKEN, "TimeoutSeconds": 60}),
        {},
        ["Ask {}", "call Ask", "waiting Ask until 60000", "end"],
    ),
    "a wait beside a callback": (
        chain(
            Both={"Type": "Parallel", "Branches": [chain(Ask=TOKEN), chain(W={"Type": "Wait", "Seconds": 9})]}
        ),
        {},
        [
            *("Both {}", "Both[0]/Ask {}", "Both[1]/W {}", "call Ask"),
            *("waiting Ask until 9000", "waiting Ask until None"),
        ],
    ),
}


@pytest.mark.parametrize("name", STOPS)
def test_where_it_stops(name: str) -> None:
    """It stops before each state, each retry, each call, and where only an answer can continue it."""
    definition, input, expected = STOPS[name]
    failed: list[int] = []
    execution = stepped(definition, input, answers_by_calling({"Pay": lambda n: fails_once(n, failed)}))
    stops = every_stop(execution)
    assert [stop if "call Ask" not in stop else "call Ask" for stop in stops] == expected
    replays(execution, definition)


def proceed_to(execution: SteppedExecution, state: str) -> BeforeState:
    while True:
        stop = execution.proceed()
        assert stop is not None, f"no stop before {state}"
        if isinstance(stop, BeforeState) and stop.state == state:
            return stop


def test_a_changed_input() -> None:
    """A changed input is the input of StateEntered; the state before it keeps its output."""
    definition = chain(A={"Type": "Pass", "Result": {"n": 1}}, B={"Type": "Pass"})
    execution = stepped(definition, {})
    assert proceed_to(execution, "B").input.value == {"n": 1}
    execution.change_input(Payload({"n": 2}))
    assert execution.proceed() is None
    payloads = [event.payload and event.payload.value for event in execution.history]
    assert payloads == [{}, {}, {"n": 1}, {"n": 2}, {"n": 2}, {"n": 2}]
    assert execution.output == Payload({"n": 2})
    replays(execution, definition)


LAMBDA = ["LambdaFunctionScheduled", "LambdaFunctionStarted"]

REPLACED: dict[str, Any] = {
    "a result": (
        task(),
        [Return(Payload({"mocked": 1}))],
        {"mocked": 1},
        [*LAMBDA, "LambdaFunctionSucceeded"],
    ),
    "an error that is not caught": (
        task(),
        [Throw("Bad", "why")],
        ("Bad", "why"),
        [*LAMBDA, "LambdaFunctionFailed"],
    ),
    "an error, then a result": (
        task(Retry=RETRY),
        [Throw("Busy", None), Return(Payload(5))],
        5,
        [*LAMBDA, "LambdaFunctionFailed", *LAMBDA, "LambdaFunctionSucceeded"],
    ),
    "a timeout": (
        task(),
        [Throw("States.Timeout", None)],
        ("States.Timeout", None),
        [*LAMBDA, "LambdaFunctionTimedOut"],
    ),
    "skipped": (task(), [Skip()], {"in": 1}, [*LAMBDA, "LambdaFunctionSucceeded"]),
    "skipped with a result path": (
        task(ResultPath="$.out"),
        [Skip()],
        {"in": 1, "out": {"in": 1}},
        [*LAMBDA, "LambdaFunctionSucceeded"],
    ),
    "skipped in the form of an invocation": (
        {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": "F"}, "OutputPath": "$.Payload"},
        [Skip()],
        {"in": 1},
        ["TaskScheduled", "TaskStarted", "TaskSucceeded"],
    ),
    "a callback": (
        TOKEN,
        [Return(Payload("yes"))],
        "yes",
        ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"],
    ),
}


@pytest.mark.parametrize("name", REPLACED)
def test_a_replaced_task(name: str) -> None:
    """A mocked or skipped task is not called, and its events are those of a task."""
    state, answers, expected, types = REPLACED[name]
    definition = chain(T=state)
    execution = stepped(definition, {"in": 1})
    for answer in answers:
        assert isinstance(execution.proceed(), BeforeState)
        execution.replace(answer)
    assert execution.proceed() is None
    assert (execution.error if isinstance(expected, tuple) else execution.output) == (
        expected if isinstance(expected, tuple) else Payload(expected)
    )
    between = [event.type for event in execution.history if "Execution" not in event.type]
    assert [type for type in between if "State" not in type] == types
    replays(execution, definition)


def test_a_replacement_is_for_one_iteration_and_one_attempt() -> None:
    """The next iteration and the next visit are called again; None takes a replacement back."""
    calls: list[Any] = []

    def pay(n: Any) -> Any:
        calls.append(n)
        return n

    definition = chain(Each={"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": chain(Pay=task())})
    execution = stepped(definition, [1, 2, 3], answers_by_calling({"Pay": pay}))
    for replacement in (Return(Payload("mocked")), None, Skip()):
        proceed_to(execution, "Pay")
        execution.replace(Return(Payload("taken back")))
        execution.replace(replacement)
    assert every_stop(execution) == ["end"]
    assert calls == [2]
    assert execution.output == Payload(["mocked", 2, 3])


@pytest.mark.parametrize(
    "answer, status, last",
    [
        (Return(Payload({"ok": True})), "SUCCEEDED", "TaskSucceeded"),
        (Throw("Refused", "no"), "FAILED", "TaskFailed"),
        (None, "FAILED", "TaskTimedOut"),
    ],
)
def test_an_answered_callback(answer: Any, status: str, last: str) -> None:
    """A callback is answered at its stop, or times out when time passes."""
    definition = chain(Ask={**TOKEN, "TimeoutSeconds": 60})
    execution = stepped(definition)
    stop = None
    while not isinstance(stop, WaitingTasks):
        stop = execution.proceed()
    if answer is not None:
        execution.answer_task(stop.tasks[0], answer)
    assert execution.proceed() is None
    assert execution.status == status
    assert last in [event.type for event in execution.history]
    replays(execution, definition)


def test_two_callbacks_are_answered_in_any_order() -> None:
    """Each waiting task can be answered; the others go on waiting."""
    branches = [chain(Ask={**TOKEN}), chain(Tell={**TOKEN})]
    definition = chain(Both={"Type": "Parallel", "Branches": branches})
    execution = stepped(definition)
    assert every_stop(execution)[-1] == "waiting Ask, Tell until None"
    second = execution.waiting_tasks[1]
    assert execution.place_of(second) == (("Both", 1),)
    execution.answer_task(second, Return(Payload(2)))
    assert every_stop(execution) == ["waiting Ask until None"]
    execution.answer_task(execution.waiting_tasks[0], Return(Payload(1)))
    assert every_stop(execution) == ["end"]
    assert execution.output == Payload([1, 2])


def test_what_a_stop_shows() -> None:
    """A stop has the variables, and the Context Object as the state will see it."""
    inner = chain(
        Set={"Type": "Pass", "Assign": {"rate.$": "$$.Map.Item.Value"}},
        Use={"Type": "Pass", "Parameters": {"seen.$": "$$"}},
    )
    definition = chain(Each={"Type": "Map", "ItemProcessor": inner})
    execution = stepped(definition, [30, 40])
    stop = proceed_to(execution, "Use")
    assert (stop.place, stop.variables) == ((("Each", 0),), {"rate": 30})
    execution.proceed()
    while not execution.ended:
        execution.proceed()
    assert isinstance(execution.output, Payload)
    (seen, _) = execution.output.value  # type: ignore[misc]
    assert stop.context == seen["seen"]


def test_a_stopped_execution_is_aborted() -> None:
    """A user may stop anywhere: the history ends as after StopExecution."""
    execution = stepped(chain(A=PASS, B=PASS))
    proceed_to(execution, "B")
    execution.stop()
    assert execution.proceed() is None
    assert (execution.status, execution.history[-1].type) == ("ABORTED", "ExecutionAborted")
    replays(execution, chain(A=PASS, B=PASS))

"""Stepped executions of stored machines: what their tasks call, and what is not stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.drivers.in_process.answers import ended_child_answer
from sfn_cli.drivers.in_process.stepped import WaitingTasks
from sfn_cli.drivers.in_process.unstored import unstored_execution
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import Payload
from tests.driven_store import Store, drive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfn_cli.drivers.in_process.stepped import SteppedExecution, Stop

CHILD = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 7, "End": True}}}
MANY = {
    "Type": "Map",
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **CHILD},
    "End": True,
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.service.close()


def one_state(state: Mapping[str, Any]) -> dict[str, Any]:
    return {"StartAt": "S", "States": {"S": {**state, "End": True}}}


def unstored(store: Store, definition: Any, **request: Any) -> SteppedExecution:
    """Returns an execution of a new machine."""
    machine = store.machine("Main", definition)
    return unstored_execution(store.service, {"stateMachineArn": machine.arn, **request})


def run(execution: SteppedExecution) -> Stop | None:
    """Proceeds to the end, or to a task that only another can answer."""
    while (stop := execution.proceed()) is not None:
        if isinstance(stop, WaitingTasks) and stop.until is None:
            return stop
    return None


def start_execution(store: Store, pattern: str = "") -> dict[str, Any]:
    child = store.machine("Child", CHILD).arn
    return one_state(
        {
            "Type": "Task",
            "Resource": f"arn:aws:states:::states:startExecution{pattern}",
            "Parameters": {"StateMachineArn": child},
        }
    )


def test_only_what_it_starts_is_stored(store: Store) -> None:
    """A task starts a real execution; the stepped one is not in the store."""
    execution = unstored(store, start_execution(store), name="monday")
    assert run(execution) is None
    assert execution.status == "SUCCEEDED"
    assert execution.output is not None
    started = execution.output.value["ExecutionArn"]  # type: ignore[call-overload, index]
    assert store.service.executions.find(started) is not None
    assert execution.interpreter.execution.name == "monday"
    assert store.service.executions.find(execution.interpreter.execution.arn) is None


def test_a_child_that_it_waits_for(store: Store) -> None:
    """A .sync task is answered with the end of the execution that it started."""
    execution = unstored(store, start_execution(store, ".sync:2"))
    stop = run(execution)
    assert isinstance(stop, WaitingTasks)
    (task,) = stop.tasks
    response = execution.response_of(task)
    assert response is not None
    assert ended_child_answer(store.service, task, response) is None
    drive(store.scheduler())
    answer = ended_child_answer(store.service, task, response)
    assert answer is not None
    execution.send(answer)
    assert run(execution) is None
    assert execution.output is not None
    assert execution.output.value["Output"] == 7  # type: ignore[call-overload, index]


def test_a_map_run(store: Store) -> None:
    """The children of a distributed Map run in memory."""
    execution = unstored(store, {"StartAt": "Each", "States": {"Each": MANY}}, input="[1, 2, 3]")
    assert run(execution) is None
    assert execution.output == Payload([7, 7, 7])
    assert "MapRunSucceeded" in [event.type for event in execution.history]


def test_an_activity(store: Store) -> None:
    """A task of an activity waits to be answered at its stop: its workers do not see it."""
    activity = store.call("CreateActivity", name="approve")["activityArn"]
    execution = unstored(store, one_state({"Type": "Task", "Resource": activity}))
    stop = run(execution)
    assert isinstance(stop, WaitingTasks)
    assert [task.activity for task in stop.tasks] == [activity]


def test_a_task_that_cannot_be_called(store: Store) -> None:
    """The task fails as it does in a worker."""
    missing = "arn:aws:lambda:us-east-1:123456789012:function:none"
    execution = unstored(store, one_state({"Type": "Task", "Resource": missing}))
    assert run(execution) is None
    assert execution.error[0] == "Lambda.ResourceNotFoundException"


def test_injected_faults(store: Store) -> None:
    """--inject fails a task as in a stored execution."""
    execution = unstored(store, start_execution(store), inject=["S:Declined"])
    assert run(execution) is None
    assert execution.error == ("Declined", "Injected into attempt 1 of the state 'S'.")


@pytest.mark.parametrize(
    "request_, code",
    [({"input": "{"}, "InvalidExecutionInput"), ({"name": "a b"}, "InvalidName")],
)
def test_refusals(store: Store, request_: dict[str, str], code: str) -> None:
    """The request is checked as StartExecution checks it."""
    with pytest.raises(ApiError) as refused:
        unstored(store, CHILD, **request_)
    assert refused.value.code == code

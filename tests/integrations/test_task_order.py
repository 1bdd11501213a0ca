"""Tasks carried out without a worker: orders are plain data, answers are signals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.integrations.run_synchronously import run_synchronously, synchronous_context
from sfn_cli.integrations.task_order import TaskOrder
from sfn_cli.interpreter.signals import TaskFailed, TaskStarted, TaskSubmitted, TaskSucceeded
from sfn_cli.interpreter.turn import turn
from tests.driven_store import Store
from tests.interpreter.manual_driver import START, begin, interpreter_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.interpreter.open_task import OpenTask

STATES = "arn:aws:states:::"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Gone"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:A"


def open_task(resource: str, parameters: dict[str, Any], **fields: Any) -> OpenTask:
    """Returns a started task of an execution."""
    state = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **fields}
    interpreter = interpreter_of({"StartAt": "T", "States": {"T": state}}, begin({}))
    (task,) = turn(interpreter, [], START).opened
    turn(interpreter, [TaskStarted(task.id)], START + 5)
    return task


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.service.close()


@pytest.mark.parametrize(
    "task",
    [
        open_task(FUNCTION, {"a": [1, "ü"]}, TimeoutSeconds=60),
        open_task(
            f"{STATES}sqs:sendMessage.waitForTaskToken", {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}
        ),
        open_task(f"{STATES}states:startExecution.sync:2", {"StateMachineArn": "x"}),
        open_task(ACTIVITY, {}),
    ],
    ids=["function", "token", "child", "activity"],
)
def test_an_order_is_plain_data(task: OpenTask) -> None:
    """An order survives JSON, and has every field of the task that integrations read."""
    order = TaskOrder.of(task)
    again = TaskOrder.from_data(json.loads(json.dumps(order.data())))
    names = (*TaskOrder._fields, "awaits_child", "plan", "map_run_arn")
    plain = [getattr(again, name) for name in names if name != "arguments"]
    assert plain == [getattr(task, name) for name in names if name != "arguments"]
    assert again.arguments.text == task.arguments.text
    assert again.at == START + 5


def test_a_map_run_has_no_order() -> None:
    """The plan of a Map Run contains functions of its Map state."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    }
    state = {"Type": "Map", "ItemProcessor": processor, "End": True}
    interpreter = interpreter_of({"StartAt": "M", "States": {"M": state}}, begin([1]))
    (task,) = turn(interpreter, [], START).opened
    with pytest.raises(ValueError, match="Map Run"):
        TaskOrder.of(task)


def described(signal: Any) -> tuple[str, Any]:
    """Returns the type of a signal with its error or output."""
    match signal:
        case TaskFailed(error=error):
            return ("TaskFailed", error)
        case TaskSucceeded(output=output):
            return ("TaskSucceeded", output.value)
        case TaskSubmitted(output=output):
            return ("TaskSubmitted", sorted(output.value))
    raise AssertionError(signal)


LIST = f"{STATES}aws-sdk:sfn:listStateMachines"
NOT_FOUND = "Lambda.ResourceNotFoundException"


@pytest.mark.parametrize(
    "resource, parameters, signals",
    [
        (LIST, {}, [("TaskSucceeded", {"StateMachines": []})]),
        (f"{LIST}.waitForTaskToken", {}, [("TaskSubmitted", ["StateMachines"])]),
        (LIST, {"MaxResults": -1}, [("TaskFailed", "Sfn.ValidationException")]),
        (FUNCTION, {}, [("TaskFailed", NOT_FOUND)]),
        (f"{STATES}lambda:invoke", {"FunctionName": "Gone"}, [("TaskFailed", NOT_FOUND)]),
        (f"{STATES}glue:startJobRun", {}, [("TaskFailed", "States.TaskFailed")]),
        (ACTIVITY, {}, []),
    ],
)
def test_a_task_needs_no_loop(
    store: Store, resource: str, parameters: dict[str, Any], signals: list[tuple[str, Any]]
) -> None:
    """Runs an order in the caller's thread, and returns its signals."""
    order = TaskOrder.from_data(TaskOrder.of(open_task(resource, parameters)).data())
    answered = run_synchronously(order, synchronous_context(store.service))
    assert [described(signal) for signal in answered] == signals
    assert all(signal.task == order.id for signal in answered)

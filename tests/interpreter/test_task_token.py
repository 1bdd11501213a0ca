"""Task tokens: the holder of a token may complete its task, wherever the execution is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.interpreter.task_token import (
    handle_of_task_token,
    is_genuine_task_token,
    locator_of_task_token,
    task_token,
    task_token_of_handle,
)
from sfn_cli.interpreter.turn import turn
from tests.interpreter.manual_driver import START, begin, interpreter_of

if TYPE_CHECKING:
    from sfn_cli.interpreter.open_task import OpenTask

CALLBACK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
    "End": True,
}


def open_task(locator: str) -> OpenTask:
    """The task of an execution with this locator."""
    interpreter = interpreter_of({"StartAt": "T", "States": {"T": CALLBACK}}, begin({}))
    interpreter.execution.locator = locator
    (task,) = turn(interpreter, [], START).opened
    return task


@pytest.mark.parametrize("locator", ["", "arn:aws:states:us-east-1:123456789012:execution:Case:run"])
def test_a_locator_ends_the_token(locator: str) -> None:
    """The locator of an execution is the suffix of its tokens, as its states see them.

    The rest is the same as without one.
    """
    task = open_task(locator)
    assert task.token is not None
    assert task.arguments.value == {"QueueUrl": "q", "MessageBody": task.token}
    assert (locator_of_task_token(task.token), task.token.removesuffix(locator)) == (
        locator,
        open_task("").token,
    )
    assert task_token_of_handle("secret", handle_of_task_token(task.token), locator) == task.token


@pytest.mark.parametrize(
    "token, locator, genuine",
    [
        (task_token("seed", "a task"), "", True),
        (task_token("seed", "a task", "here"), "here", True),
        (task_token("other", "a task"), "", False),
        (task_token("seed", "a task", "here"), "", False),
        (task_token("seed", "a task"), "here", False),
        (task_token("seed", "a task") + "x", "", False),
        (task_token("seed", "a task")[:-1], "", False),
        ("\ud800", "", False),
        ("", "", False),
    ],
)
def test_genuine(token: str, locator: str, genuine: bool) -> None:
    """Only the whole token, with the locator of its execution, is accepted."""
    assert is_genuine_task_token(token, "seed", locator) is genuine

"""The events of mocked tasks, whose invocation numbers a replay recounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.drivers.in_process.answers import mocked_answers
from sfn_cli.drivers.in_process.execution import InProcessExecution
from sfn_cli.interpreter.mocks import read_mocks
from sfn_cli.jsonvalue import Payload, dumps
from tests.interpreter.manual_driver import START, stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.interpreter.events import HistoryEvent

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def machine(**fields: Any) -> dict[str, Any]:
    """Returns a machine of one Task state, T; each Catcher continues with a state named for its error."""
    task = {"Type": "Task", "Resource": FUNCTION, "End": True, **fields}
    caught = {
        name: {"Type": "Pass", "End": True} for name in ("Heartbeat", "Timeout", "Task", "Refused", "All")
    }
    return {"StartAt": "T", "States": {"T": task, **caught}}


def mocks(response: dict[str, Any] | None = None, *faults: tuple[str, int, int | None]) -> str:
    responses = {} if response is None else {"T": {"name": "R", "response": response}}
    return dumps(
        {
            "testCase": "Case",
            "responses": responses,
            "faults": [
                {"state": "T", "error": error, "first": first, "last": last} for error, first, last in faults
            ],
        }
    )


def run(
    definition: dict[str, Any], input: Any, mocked: str, history: Sequence[HistoryEvent] = ()
) -> list[HistoryEvent]:
    """Returns the whole history, from the start or continued from `history`, with mocked answers."""
    cut = [stored(event) for event in history]
    execution = InProcessExecution(
        dumps(definition), Payload(input), mocked_answers(read_mocks(mocked)), started_at=START, history=cut
    )
    execution.run()
    return execution.history


RETRY = {"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}]}
EACH = {
    "StartAt": "Each",
    "States": {"Each": {"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": machine(**RETRY), "End": True}},
}


@pytest.mark.parametrize(
    "mocked",
    [
        mocks({"0": {"Return": "a"}, "1-3": {"Throw": {"Error": "Busy"}}, "4-9": {"Return": "b"}}),
        mocks({"0-9": {"Return": "a"}}, ("Busy", 2, 3), ("States.Timeout", 1, 1)),
        mocks({"0-1": {"Throw": {"Error": "Busy"}}}),
    ],
)
def test_crash_after_every_event(mocked: str) -> None:
    """After a crash at any event, the next worker answers every task in the same way."""
    whole = run(EACH, [1, 2, 3], mocked)
    assert [stored(event) for event in whole] == [stored(event) for event in run(EACH, [1, 2, 3], mocked)]
    for length in range(1, len(whole)):
        assert run(EACH, [1, 2, 3], mocked, history=whole[:length]) == whole, f"cut after event {length}"


CATCH = [
    {"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Heartbeat"},
    {"ErrorEquals": ["States.Timeout"], "Next": "Timeout"},
    {"ErrorEquals": ["States.TaskFailed"], "Next": "Task"},
    {"ErrorEquals": ["States.ALL"], "Next": "All"},
]
LIMITS = {"TimeoutSeconds": 60, "HeartbeatSeconds": 10}
QUEUE = {
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {"QueueUrl": "q", "MessageBody": "m"},
}


@pytest.mark.parametrize(
    "fields, error, recorded, next_state",
    [
        ({}, "Busy", "LambdaFunctionFailed", "Task"),
        ({}, "States.Timeout", "LambdaFunctionTimedOut", "Timeout"),
        (LIMITS, "States.Timeout", "LambdaFunctionTimedOut", "Timeout"),
        (LIMITS, "States.HeartbeatTimeout", "LambdaFunctionTimedOut", "Heartbeat"),
        (QUEUE, "States.Timeout", "TaskTimedOut", "Timeout"),
        (QUEUE, "States.TaskFailed", "TaskFailed", "Task"),
    ],
)
def test_faults_are_caught_like_real_errors(
    fields: dict[str, Any], error: str, recorded: str, next_state: str
) -> None:
    """A timeout is recorded and caught like a real one."""
    events = run(machine(Catch=CATCH, **fields), {}, mocks(None, (error, 1, None)))
    (failed,) = [event for event in events if event.type.endswith(("Failed", "TimedOut"))]
    assert (failed.type, (failed.details or {})["error"]) == (recorded, error)
    assert [(event.details or {})["name"] for event in events if event.type == "PassStateEntered"] == [
        next_state
    ]

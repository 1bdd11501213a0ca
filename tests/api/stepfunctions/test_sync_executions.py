"""StartSyncExecution's validation, and its answer after the execution's end, without a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import api
from sfn_cli.api import model
from sfn_cli.api.protocol.long_polls import AwaitedEnd
from sfn_cli.errors import ApiError
from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.jsonvalue import Payload
from sfn_cli.store.records.stepfunctions.worker_commits import ExecutionChanges
from sfn_cli.store.sqlite.stepfunctions.worker_commits import SqliteWorkerCommits
from sfn_cli.store.sqlite.workers import SqliteWorkers
from tests.api.fakes import EXECUTION, MACHINE

if TYPE_CHECKING:
    from tests.api.fakes import Caller

UNSUPPORTED = "This operation is not supported by this type of state machine"


def begin(call: Caller, **request: Any) -> AwaitedEnd:
    begun = api.begin_api(
        call.service,
        model.load_model("stepfunctions", "StartSyncExecution"),
        {"stateMachineArn": MACHINE + "m", **request},
    )
    assert isinstance(begun, AwaitedEnd)
    return begun


def answered(call: Caller, awaited: AwaitedEnd, *, after_ms: int = 0, output: str = "{}") -> dict[str, Any]:
    """Returns the answer for an execution that succeeds this many milliseconds after its state."""
    turns = SqliteWorkerCommits(
        call.service.store.database, SqliteWorkers(call.service.store.database).register(0, 1, 0)
    )
    (claimed,) = turns.claim_new(10)
    at = call.service.clock()
    entered = HistoryEvent(2, 0, at, "PassStateEntered", payload=Payload({}), details={"name": "P"})
    succeeded = HistoryEvent(
        3, 2, at + after_ms, "ExecutionSucceeded", payload=Payload(text=output), details={}
    )
    turns.commit([ExecutionChanges(claimed.id, [entered, succeeded])])
    return awaited.wait(call.service)


@pytest.mark.parametrize(
    "request_, code, message",
    [
        ({"stateMachineArn": "x"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'"),
        (
            {"stateMachineArn": EXECUTION + "m:e"},
            "InvalidArn",
            "Invalid Arn: 'Resource type not valid in this context: execution'",
        ),
        (
            {"stateMachineArn": MACHINE + "none"},
            "StateMachineDoesNotExist",
            f"State Machine Does Not Exist: '{MACHINE}none'",
        ),
        ({"stateMachineArn": MACHINE + "slow"}, "StateMachineTypeNotSupported", UNSUPPORTED),
        ({"name": "a b"}, "InvalidName", "Invalid Name: 'a b'"),
        ({"input": "{"}, "InvalidExecutionInput", None),
    ],
)
def test_refused(call: Caller, request_: dict[str, Any], code: str, message: str | None) -> None:
    """Each error has AWS's code and message, and nothing is started."""
    call.create(type="EXPRESS")
    call.create("slow")
    with pytest.raises(ApiError) as error:
        begin(call, **request_)
    assert error.value.code == code
    assert message in (None, error.value.message)
    assert not call.service.executions.any_running()


def test_answer(call: Caller) -> None:
    """The answer has the execution's description, its data, and what AWS would bill."""
    call.create(type="EXPRESS")
    awaited = begin(call, name="e", input='{"a": 1}', traceHeader="Root=1-6ab4a2f4-c293c2aff58345818a700d56")
    answer = answered(call, awaited, output='{"b":2}')
    assert answer.pop("executionArn").startswith(EXECUTION.replace("execution", "express") + "m:e:")
    assert answer.pop("stopDate") > answer.pop("startDate")
    assert answer == {
        "stateMachineArn": MACHINE + "m",
        "name": "e",
        "status": "SUCCEEDED",
        "input": '{"a": 1}',
        "inputDetails": {"included": True},
        "output": '{"b":2}',
        "outputDetails": {"included": True},
        "error": None,
        "cause": None,
        "traceHeader": "Root=1-6ab4a2f4-c293c2aff58345818a700d56;Sampled=1",
        "billingDetails": {"billedDurationInMilliseconds": 100, "billedMemoryUsedInMB": 64},
    }


def test_metadata_only(call: Caller) -> None:
    """The data is left out, and the details say so."""
    call.create(type="EXPRESS")
    answer = answered(call, begin(call, includedData="METADATA_ONLY"))
    assert (answer["inputDetails"], answer["outputDetails"]) == ({"included": False}, {"included": False})
    assert not {"input", "output", "error", "cause"} & set(answer)


@pytest.mark.parametrize("took, billed", [(0, 100), (1, 100), (100, 100), (101, 200), (299_950, 300_000)])
def test_billed_duration(call: Caller, took: int, billed: int) -> None:
    """The duration is rounded up to 100 ms."""
    call.create(type="EXPRESS")
    assert (
        answered(call, begin(call), after_ms=took)["billingDetails"]["billedDurationInMilliseconds"] == billed
    )


@pytest.mark.parametrize(
    "megabytes, billed", [(1, 64), (13, 64), (14, 128), pytest.param(79, 192, marks=pytest.mark.slow)]
)
def test_billed_memory(call: Caller, megabytes: int, billed: int) -> None:
    """The memory is rounded up to 64 MB, and includes the data that the execution handled."""
    call.create(type="EXPRESS")
    answer = answered(call, begin(call), output='"' + "x" * (megabytes << 20) + '"')
    assert answer["billingDetails"]["billedMemoryUsedInMB"] == billed

"""RedriveExecution: its conditions, its changes to the store, and repeated requests."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError
from sfn_cli.store.sqlite.keys import event_key
from tests.api.fakes import EXECUTION, MACHINE, Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service

DAY = 24 * 60 * 60 * 1000
ARN = EXECUTION + "m:e"


def start(call: Caller) -> str:
    call.create()
    answer = call("StartExecution", stateMachineArn=MACHINE + "m", name="e", input='{"a": 1}')
    arn: str = answer["executionArn"]
    return arn


def stop(call: Caller) -> None:
    start(call)
    call("StopExecution", executionArn=ARN, error="E", cause="c")


def refused(call: Caller, **request: Any) -> tuple[str, str]:
    with pytest.raises(ApiError) as refusal:
        call("RedriveExecution", **request)
    return refusal.value.code, refusal.value.message


def change(call: Caller, column: str, value: object) -> None:
    with call.service.store.database.transaction() as connection:
        connection.execute(f"UPDATE execution SET {column} = ?", (value,))


def test_it_runs_again(call: Caller) -> None:
    """The row and the event are stored together, the end is cleared, and the runner is woken."""
    stop(call)
    wakes = call.service.runner.wakes  # type: ignore[attr-defined]
    redriven = call("RedriveExecution", executionArn=ARN)
    assert call.service.runner.wakes > wakes  # type: ignore[attr-defined]
    described = call("DescribeExecution", executionArn=ARN)
    assert {
        name: described[name]
        for name in ("status", "stopDate", "error", "cause", "input", "redriveCount", "redriveStatus")
    } == {
        "status": "RUNNING",
        "stopDate": None,
        "error": None,
        "cause": None,
        "input": '{"a": 1}',
        "redriveCount": 1,
        "redriveStatus": "NOT_REDRIVABLE",
    }
    assert described["redriveDate"] == redriven["redriveDate"]
    assert call("GetExecutionHistory", executionArn=ARN)["events"][-1] == {
        "timestamp": redriven["redriveDate"],
        "type": "ExecutionRedriven",
        "id": 3,
        "previousEventId": 2,
        "executionRedrivenEventDetails": {"redriveCount": 1},
    }
    listed = call("ListExecutions", stateMachineArn=MACHINE + "m", statusFilter="RUNNING")["executions"]
    assert [(one["redriveCount"], one["redriveDate"], one["stopDate"]) for one in listed] == [
        (1, redriven["redriveDate"], None)
    ]


def running(call: Caller) -> None:
    start(call)


def succeeded(call: Caller) -> None:
    call.end(start(call))


def deleting(call: Caller) -> None:
    stop(call)
    call("DeleteStateMachine", stateMachineArn=MACHINE + "m")


def two_weeks_later(call: Caller) -> None:
    stop(call)
    call.service.clock.now += 14 * DAY + 1  # type: ignore[attr-defined]


def a_year_later(call: Caller) -> None:
    stop(call)
    change(call, "started_at", call.service.clock() - 365 * DAY)


def a_thousand_times(call: Caller) -> None:
    stop(call)
    change(call, "redrive_count", 1_000)


def with_24_999_events(call: Caller) -> None:
    stop(call)
    with call.service.store.database.transaction() as connection:
        connection.execute(
            "UPDATE event SET key = ? WHERE type = 'ExecutionAborted'", (event_key(1, 24_999),)
        )


@pytest.mark.parametrize(
    "become, reason",
    [
        (running, "Execution is RUNNING and cannot be redriven"),
        (succeeded, "Execution is SUCCEEDED and cannot be redriven"),
        (two_weeks_later, "Execution redrivable period exceeded"),
        (a_year_later, "Execution has exceeded the max execution time"),
        (a_thousand_times, "Execution redrive limit exceeded"),
        # stackd, variable_limits.json: history-cap
        (with_24_999_events, "Execution has exceeded the maximum history event limit"),
    ],
)
def test_not_redrivable(call: Caller, become: Callable[[Caller], None], reason: str) -> None:
    """DescribeExecution returns the reason beforehand; a refusal changes nothing."""
    become(call)
    before = call("DescribeExecution", executionArn=ARN)
    assert (before["redriveStatus"], before["redriveStatusReason"]) == ("NOT_REDRIVABLE", reason)
    assert refused(call, executionArn=ARN) == (
        "ExecutionNotRedrivable",
        f"Execution ARN invalid for redrive as: {reason}",
    )
    assert call("DescribeExecution", executionArn=ARN) == before


def test_the_redrive_of_a_deleted_machine(call: Caller) -> None:
    """DescribeExecution does not look at the machine. (stackd, deletion_lifecycle.json)"""
    deleting(call)
    assert call("DescribeExecution", executionArn=ARN)["redriveStatus"] == "REDRIVABLE"
    assert refused(call, executionArn=ARN) == (
        "ExecutionNotRedrivable",
        "Execution ARN invalid for redrive as: State machine is in DELETING status",
    )


def test_the_last_moment(call: Caller) -> None:
    """Fourteen days after its end, it can still be redriven."""
    stop(call)
    stopped_at = call("DescribeExecution", executionArn=ARN)["stopDate"]
    call.service.clock.now = stopped_at + 14 * DAY - 1  # type: ignore[attr-defined]
    assert call("RedriveExecution", executionArn=ARN)["redriveDate"] == stopped_at + 14 * DAY


@pytest.mark.parametrize(
    "request_, code, message",
    [
        ({"executionArn": "x"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'"),
        ({"executionArn": ARN}, "ExecutionDoesNotExist", f"Execution Does Not Exist: '{ARN}'"),
        (
            {"executionArn": EXECUTION.replace("execution", "express") + "m:e:id"},
            "InvalidArn",
            "Invalid Arn: 'Resource type not valid in this context: express'",
        ),
        # stackd, redrive_map.json: standard-map-resumes-unsuccessful-work
        (
            {"executionArn": EXECUTION + "m/Label:e"},
            "ValidationException",
            "Labeled Execution ARNs are not supported for this API",
        ),
    ],
)
def test_what_is_not_there(call: Caller, request_: Any, code: str, message: str) -> None:
    """The errors are those of other operations on executions."""
    assert refused(call, **request_) == (code, message)


def test_a_client_token_redrives_once(call: Caller) -> None:
    """A client token returns the answer of its redrive for 15 minutes, whatever else happens.

    Another token redrives again.
    """
    stop(call)
    first = call("RedriveExecution", executionArn=ARN, clientToken="t")
    assert call("RedriveExecution", executionArn=ARN, clientToken="t") == first
    call("StopExecution", executionArn=ARN)
    assert call("RedriveExecution", executionArn=ARN, clientToken="t") == first
    assert call("DescribeExecution", executionArn=ARN)["status"] == "ABORTED"
    assert call("RedriveExecution", executionArn=ARN, clientToken="u")["redriveDate"] > first["redriveDate"]
    call("StopExecution", executionArn=ARN)
    call.service.clock.now += 15 * 60 * 1000  # type: ignore[attr-defined]
    assert (
        call("RedriveExecution", executionArn=ARN, clientToken="t")["redriveDate"]
        > first["redriveDate"] + 15 * 60 * 1000
    )
    assert call("DescribeExecution", executionArn=ARN)["redriveCount"] == 3


def test_the_last_ten_client_tokens(call: Caller) -> None:
    """An older token redrives again."""
    stop(call)
    for n in range(11):
        call("RedriveExecution", executionArn=ARN, clientToken=f"t{n}")
        call("StopExecution", executionArn=ARN)
    call("RedriveExecution", executionArn=ARN, clientToken="t1")
    assert call("DescribeExecution", executionArn=ARN)["redriveCount"] == 11
    call("RedriveExecution", executionArn=ARN, clientToken="t0")
    assert call("DescribeExecution", executionArn=ARN)["redriveCount"] == 12


def test_of_many_at_once_one_wins(call: Caller) -> None:
    """All other requests fail because the execution is running."""
    stop(call)
    siblings: list[Service] = [call.service.sibling() for _ in range(8)]

    def redrive(service: Service) -> str:
        try:
            Caller(service)("RedriveExecution", executionArn=ARN)
        except ApiError as error:
            return error.message
        return "redriven"

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(redrive, siblings))
    for service in siblings:
        service.close()
    assert answers == [
        "Execution ARN invalid for redrive as: Execution is RUNNING and cannot be redriven"
    ] * 7 + ["redriven"]
    assert call("DescribeExecution", executionArn=ARN)["redriveCount"] == 1


def test_it_keeps_its_definition(call: Caller) -> None:
    """An update of the machine applies to new executions."""
    stop(call)
    other = {"StartAt": "Q", "States": {"Q": {"Type": "Succeed"}}}
    call("UpdateStateMachine", stateMachineArn=MACHINE + "m", definition=json.dumps(other))
    call("RedriveExecution", executionArn=ARN)
    assert '"P"' in call("DescribeStateMachineForExecution", executionArn=ARN)["definition"]


@pytest.mark.parametrize("clock, factor", [(None, 1), ("virtual", 1), ("60", 60)])
def test_the_time_of_a_redrive(call: Caller, clock: str | None, factor: int) -> None:
    """The time is that of the execution's own clock: its time limits start there."""
    stop(call)
    change(call, "clock", clock)
    started_at = call("DescribeExecution", executionArn=ARN)["startDate"]
    call.service.clock.now = started_at + 99_999  # type: ignore[attr-defined]
    assert call("RedriveExecution", executionArn=ARN)["redriveDate"] == started_at + 100_000 * factor


def test_no_time_before_the_end(call: Caller) -> None:
    """The execution's clock had jumped ahead."""
    stop(call)
    with call.service.store.database.transaction() as connection:
        connection.execute("UPDATE event SET at = at + 1000000 WHERE type = 'ExecutionAborted'")
    last = call("GetExecutionHistory", executionArn=ARN)["events"][-1]
    assert call("RedriveExecution", executionArn=ARN)["redriveDate"] == last["timestamp"]


def test_redrive_filter(call: Caller) -> None:
    """redriveFilter applies to the executions of a Map Run; with a state machine it is refused."""
    stop(call)
    with pytest.raises(ApiError) as refusal:
        call("ListExecutions", stateMachineArn=MACHINE + "m", redriveFilter="REDRIVEN")
    assert refusal.value.code == "ValidationException"

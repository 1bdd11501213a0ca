"""Executions: start, stop, describe, list and read as in AWS."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.api.protocol import paging
from tests.api.fakes import EXECUTION, MACHINE, ROLE, Caller
from tests.api.refusals import refused

RUNNING = {
    "redriveStatus": "NOT_REDRIVABLE",
    "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
}
SUCCEEDED = {
    "redriveStatus": "NOT_REDRIVABLE",
    "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
}
TRACE = "Root=1-6ab4a2f4-c293c2aff58345818a700d56;Sampled=1"
VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


def test_start(call: Caller) -> None:
    """The row and the first event are stored, and the runner is woken."""
    arn = call.create()
    started = call("StartExecution", stateMachineArn=arn, name="e", input='{"a": 1}', traceHeader=TRACE)
    assert call.service.runner.wakes == 1  # type: ignore[attr-defined]
    assert call("DescribeExecution", executionArn=EXECUTION + "m:e") == {
        "executionArn": EXECUTION + "m:e",
        "stateMachineArn": arn,
        "name": "e",
        "status": "RUNNING",
        "startDate": started["startDate"],
        "stopDate": None,
        "input": '{"a": 1}',
        "inputDetails": {"included": True},
        "output": None,
        "error": None,
        "cause": None,
        "traceHeader": TRACE,
        "mapRunArn": None,
        "redriveCount": 0,
        "redriveDate": None,
        **RUNNING,
    }
    assert call("GetExecutionHistory", executionArn=EXECUTION + "m:e") == {
        "events": [
            {
                "timestamp": started["startDate"],
                "type": "ExecutionStarted",
                "id": 1,
                "previousEventId": 0,
                "executionStartedEventDetails": {
                    "input": '{"a": 1}',
                    "inputDetails": {"truncated": False},
                    "roleArn": ROLE,
                },
            }
        ],
        "nextToken": None,
    }


def test_start_without_name_and_input(call: Caller) -> None:
    """The name is a UUID, and the input is {}."""
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m")["executionArn"]
    described = call("DescribeExecution", executionArn=arn)
    assert (len(described["name"]), described["input"]) == (36, "{}")


def test_start_again_is_idempotent_while_it_runs(call: Caller) -> None:
    """The same name and input return the first answer.

    Another input, or an ended execution, is refused.
    """
    call.create()
    taken = ("ExecutionAlreadyExists", f"Execution Already Exists: '{EXECUTION}m:e'")
    first = call("StartExecution", stateMachineArn=MACHINE + "m", name="e", input="[1]")
    assert call("StartExecution", stateMachineArn=MACHINE + "m", name="e", input="[1]") == first
    assert refused(call, "StartExecution", stateMachineArn=MACHINE + "m", name="e", input="[2]") == taken
    call.end(first["executionArn"])
    assert refused(call, "StartExecution", stateMachineArn=MACHINE + "m", name="e", input="[1]") == taken


def test_a_name_is_free_after_90_days(call: Caller) -> None:
    """The name of an execution that ended 90 days ago can be used again (documented).

    The earlier one is removed: it would have the same ARN.
    """
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m", name="e")["executionArn"]
    call.end(arn)
    ended_at = call("DescribeExecution", executionArn=arn)["stopDate"]
    for days, is_free in ((90 - 0.1, False), (90, True)):
        call.service.clock.now = ended_at + int(days * 24 * 60 * 60 * 1000)  # type: ignore[attr-defined]
        if is_free:
            assert call("StartExecution", stateMachineArn=MACHINE + "m", name="e", input="[2]")
        else:
            assert refused(call, "StartExecution", stateMachineArn=MACHINE + "m", name="e")[0] == (
                "ExecutionAlreadyExists"
            )
    described = call("DescribeExecution", executionArn=arn)
    assert (described["status"], described["input"]) == ("RUNNING", "[2]")
    assert len(call("GetExecutionHistory", executionArn=arn)["events"]) == 1
    assert len(call("ListExecutions", stateMachineArn=MACHINE + "m")["executions"]) == 1


@pytest.mark.parametrize(
    "input_, message",
    [
        ("not some json", f"Unrecognized token 'not': was expecting {VALUES}"),
        (
            "{'not': 'json'",
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
        ),
        ("", "Invalid execution input."),
    ],
)
def test_input_that_is_not_json(call: Caller, input_: str, message: str) -> None:
    """Recorded from AWS."""
    call.create()
    expected = ("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{message}'")
    assert refused(call, "StartExecution", stateMachineArn=MACHINE + "m", input=input_) == expected


@pytest.mark.parametrize("input_", ["2", '"text"', "null", "[]", ' {"a" :1}\n', '{"é":"\\ud800"}'])
def test_input_of_any_json(call: Caller, input_: str) -> None:
    """Any JSON value is accepted, and stored as it was written."""
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m", input=input_)["executionArn"]
    assert call("DescribeExecution", executionArn=arn)["input"] == input_


@pytest.mark.parametrize(
    "request_, code, message",
    [
        ({"stateMachineArn": "x"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'"),
        (
            {"stateMachineArn": MACHINE + "x"},
            "StateMachineDoesNotExist",
            f"State Machine Does Not Exist: '{MACHINE}x'",
        ),
        ({"stateMachineArn": MACHINE + "m", "name": "a/b"}, "InvalidName", "Invalid Name: 'a/b'"),
    ],
)
def test_refused_starts(call: Caller, request_: dict[str, Any], code: str, message: str) -> None:
    """Each refusal has AWS's code and message, and wakes no worker."""
    call.create()
    assert refused(call, "StartExecution", **request_) == (code, message)
    assert call.service.runner.wakes == 0  # type: ignore[attr-defined]


def test_stop(call: Caller) -> None:
    """The execution is aborted immediately, and its worker gets a message.

    The event's previous event is 0.
    """
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m")["executionArn"]
    stopped = call("StopExecution", executionArn=arn, error="E", cause="c")
    described = call("DescribeExecution", executionArn=arn)
    assert (
        described["status"],
        described["stopDate"],
        described["error"],
        described["cause"],
        described["redriveStatus"],
    ) == (
        "ABORTED",
        stopped["stopDate"],
        "E",
        "c",
        "REDRIVABLE",
    )
    assert call("GetExecutionHistory", executionArn=arn)["events"][-1] == {
        "timestamp": stopped["stopDate"],
        "type": "ExecutionAborted",
        "id": 2,
        "previousEventId": 0,
        "executionAbortedEventDetails": {"error": "E", "cause": "c"},
    }
    # No worker drives it.
    assert call.service.store.database.connection.execute("SELECT kind FROM inbox").fetchall() == []


def test_stop_again(call: Caller) -> None:
    """An ended execution does not change."""
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m")["executionArn"]
    first = call("StopExecution", executionArn=arn)
    assert call("StopExecution", executionArn=arn, error="late") == first
    assert call("DescribeExecution", executionArn=arn)["error"] is None
    assert call("GetExecutionHistory", executionArn=arn)["events"][-1]["executionAbortedEventDetails"] == {}


@pytest.mark.parametrize(
    "operation",
    ["DescribeExecution", "StopExecution", "GetExecutionHistory", "DescribeStateMachineForExecution"],
)
@pytest.mark.parametrize(
    "arn, code, message",
    [
        ("x", "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'"),
        (EXECUTION + "m:gone", "ExecutionDoesNotExist", f"Execution Does Not Exist: '{EXECUTION}m:gone'"),
        (
            EXECUTION.replace("execution", "express") + "m:e:id",
            "InvalidArn",
            "Invalid Arn: 'Resource type not valid in this context: express'",
        ),
    ],
)
def test_what_is_not_there(call: Caller, operation: str, arn: str, code: str, message: str) -> None:
    """The ARN is checked before it is looked up (recorded)."""
    assert refused(call, operation, executionArn=arn) == (code, message)


def test_describe_succeeded(call: Caller) -> None:
    """The output, its details, and why it cannot be redriven.

    METADATA_ONLY leaves out the data and its details (stackd).
    """
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m")["executionArn"]
    call.end(arn, output='{"a":1}')
    described = call("DescribeExecution", executionArn=arn)
    assert (
        described.items() >= {"output": '{"a":1}', "outputDetails": {"included": True}, **SUCCEEDED}.items()
    )
    metadata = call("DescribeExecution", executionArn=arn, includedData="METADATA_ONLY")
    assert not {"input", "inputDetails", "output", "outputDetails"} & metadata.keys()


def test_an_execution_keeps_its_revision(call: Caller) -> None:
    """An update of the machine does not change executions that were started before."""
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m")["executionArn"]
    call("UpdateStateMachine", stateMachineArn=MACHINE + "m", roleArn=ROLE + "2")
    described = call("DescribeStateMachineForExecution", executionArn=arn)
    assert (described["name"], described["roleArn"], described["revisionId"]) == ("m", ROLE, None)


def test_list_newest_first_in_pages(call: Caller) -> None:
    """Each execution is listed once, even if others start between the pages."""
    call.create()
    for name in "abcde":
        call("StartExecution", stateMachineArn=MACHINE + "m", name=name)
    pages = [call("ListExecutions", stateMachineArn=MACHINE + "m", maxResults=2)]
    call("StartExecution", stateMachineArn=MACHINE + "m", name="new")
    while token := pages[-1]["nextToken"]:
        pages.append(call("ListExecutions", stateMachineArn=MACHINE + "m", maxResults=2, nextToken=token))
    assert [execution["name"] for page in pages for execution in page["executions"]] == list("edcba")


def test_list_by_status(call: Caller) -> None:
    """Only the executions of that machine with that status are listed."""
    call.create()
    call.create("other")
    for name in "ab":
        call("StartExecution", stateMachineArn=MACHINE + "m", name=name)
    call("StartExecution", stateMachineArn=MACHINE + "other", name="c")
    call.end(EXECUTION + "m:a")
    answer = call("ListExecutions", stateMachineArn=MACHINE + "m", statusFilter="RUNNING", maxResults=0)
    listed = answer["executions"]
    assert [execution["name"] for execution in listed] == ["b"]


@pytest.mark.parametrize(
    "request_, code, message",
    [
        ({}, "ValidationException", "Must provide a StateMachine ARN or MapRun ARN"),
        ({"stateMachineArn": "x"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'"),
        (
            {"stateMachineArn": MACHINE + "x"},
            "StateMachineDoesNotExist",
            f"State Machine Does Not Exist: '{MACHINE}x'",
        ),
        (
            {"stateMachineArn": MACHINE + "fast"},
            "StateMachineTypeNotSupported",
            "This operation is not supported by this type of state machine",
        ),
        (
            {"stateMachineArn": MACHINE + "m", "mapRunArn": "x"},
            "ValidationException",
            "Must provide a StateMachine ARN or MapRun ARN",
        ),
        (
            {"stateMachineArn": MACHINE + "m", "redriveFilter": "REDRIVEN"},
            "ValidationException",
            "redriveFilter is only supported with mapRunArn",
        ),
        (
            {"stateMachineArn": MACHINE + "m", "statusFilter": "PENDING_REDRIVE"},
            "ValidationException",
            "statusFilter PENDING_REDRIVE is only supported with mapRunArn",
        ),
        (
            {"stateMachineArn": MACHINE + "m", "nextToken": "abc"},
            "InvalidToken",
            "Invalid Token: 'Invalid token'",
        ),
    ],
)
def test_refused_lists(call: Caller, request_: dict[str, Any], code: str, message: str) -> None:
    """Each error has AWS's code and message."""
    call.create()
    call.create("fast", type="EXPRESS")
    assert refused(call, "ListExecutions", **request_) == (code, message)


def test_history_in_pages_both_ways(call: Caller) -> None:
    """A token is valid for one direction."""
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m")["executionArn"]
    call("StopExecution", executionArn=arn)
    for reverse, ids in ((False, [1, 2]), (True, [2, 1])):
        first = call("GetExecutionHistory", executionArn=arn, maxResults=1, reverseOrder=reverse)
        second = call(
            "GetExecutionHistory",
            executionArn=arn,
            maxResults=1,
            reverseOrder=reverse,
            nextToken=first["nextToken"],
        )
        assert [event["id"] for page in (first, second) for event in page["events"]] == ids
        assert second["nextToken"] is None
        other = refused(
            call,
            "GetExecutionHistory",
            executionArn=arn,
            reverseOrder=not reverse,
            nextToken=first["nextToken"],
        )
        assert other == ("InvalidToken", "Invalid Token: 'Invalid token'")


def test_history_without_data(call: Caller) -> None:
    """Inputs and outputs are left out."""
    call.create()
    arn = call("StartExecution", stateMachineArn=MACHINE + "m")["executionArn"]
    event = call("GetExecutionHistory", executionArn=arn, includeExecutionData=False)["events"][0]
    assert "input" not in event["executionStartedEventDetails"]


def test_histories_are_separate(call: Caller) -> None:
    """The events of one execution do not appear in another's history."""
    call.create()
    arns = [
        call("StartExecution", stateMachineArn=MACHINE + "m", input=str(n))["executionArn"] for n in range(3)
    ]
    call("StopExecution", executionArn=arns[1])
    assert [len(call("GetExecutionHistory", executionArn=arn)["events"]) for arn in arns] == [1, 2, 1]


def test_express_names_may_be_used_again(call: Caller) -> None:
    """Each execution of an EXPRESS machine has its own ARN."""
    call.create(type="EXPRESS")
    arns = {call("StartExecution", stateMachineArn=MACHINE + "m", name="e")["executionArn"] for _ in range(2)}
    assert len(arns) == 2
    assert all(arn.startswith(EXECUTION.replace("execution", "express") + "m:e:") for arn in arns)


def test_a_page_of_a_token_of_an_earlier_version(call: Caller) -> None:
    """Tokens of an earlier version are valid for a day.

    They contained the row of the last item, and the list's filter under its old name.
    """
    machine = call.create()
    arns = [call("StartExecution", stateMachineArn=machine)["executionArn"] for _ in range(3)]
    last = call.service.executions.find(arns[2])
    assert last is not None
    scope = (
        f"ListExecutions Whose(state_machine_arn={machine!r}, map_run=None, version=None, alias=None, "
        "status=None, redriven=None)"
    )
    token = paging.page_token(scope, f"{last.started_at}.{last.id}", call.service.clock())
    page = call("ListExecutions", stateMachineArn=machine, nextToken=token)
    assert [execution["executionArn"] for execution in page["executions"]] == [arns[1], arns[0]]

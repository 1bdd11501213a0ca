"""The lines of execution logs: the events of each level, and their form."""

from __future__ import annotations

import json

import pytest

from sfn_cli.interpreter.events import EVENT_TYPES, HistoryEvent
from sfn_cli.interpreter.execution_log import execution_log, execution_log_line, execution_log_stream
from sfn_cli.jsonvalue import Json, Payload
from sfn_cli.quotas import REPORTED_DATA_BYTES
from tests.interpreter.manual_driver import EXECUTION_ARN, MACHINE_ARN

GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/states/g"
AT = 1_787_541_942_901


def configuration(level: str, *, include: bool = True, group: str = f"{GROUP}:*") -> str:
    destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]
    return json.dumps({"level": level, "includeExecutionData": include, "destinations": destinations})


@pytest.mark.parametrize(
    "type, levels",
    [
        ("ExecutionStarted", {"ALL"}),
        ("ExecutionSucceeded", {"ALL"}),
        ("ExecutionFailed", {"ALL", "ERROR", "FATAL"}),
        ("ExecutionAborted", {"ALL", "ERROR", "FATAL"}),
        ("ExecutionTimedOut", {"ALL", "ERROR", "FATAL"}),
        ("FailStateEntered", {"ALL", "ERROR"}),
        ("PassStateEntered", {"ALL"}),
        ("TaskStateExited", {"ALL"}),
        ("TaskScheduled", {"ALL"}),
        ("TaskFailed", {"ALL", "ERROR"}),
        ("TaskTimedOut", {"ALL", "ERROR"}),
        ("TaskStartFailed", {"ALL", "ERROR"}),
        ("TaskStateAborted", {"ALL", "ERROR"}),
        ("LambdaFunctionFailed", {"ALL", "ERROR"}),
        ("LambdaFunctionSucceeded", {"ALL"}),
        ("ActivityTimedOut", {"ALL", "ERROR"}),
        ("MapIterationFailed", {"ALL", "ERROR"}),
        ("MapIterationAborted", {"ALL", "ERROR"}),
        ("MapRunFailed", {"ALL", "ERROR"}),
        ("ParallelStateFailed", {"ALL", "ERROR"}),
        ("WaitStateAborted", {"ALL", "ERROR"}),
        ("EvaluationFailed", {"ALL", "ERROR"}),
    ],
)
def test_levels(type: str, levels: set[str]) -> None:
    """Each level logs the documented types of events."""
    logs = {level: execution_log(configuration(level)) for level in ("ALL", "ERROR", "FATAL")}
    assert {level for level, log in logs.items() if log is not None and type in log.types} == levels


def test_all_and_off() -> None:
    """ALL logs every type; OFF, and a machine without a configuration, have no log."""
    log = execution_log(configuration("ALL"))
    assert log is not None
    assert log.types == set(EVENT_TYPES)
    assert execution_log(configuration("OFF")) is None
    assert execution_log('{"level": "OFF", "includeExecutionData": false}') is None


@pytest.mark.parametrize("arn", [GROUP, f"{GROUP}:*"])
def test_group(arn: str) -> None:
    """The group's ARN may end with ":*", as on AWS."""
    log = execution_log(configuration("ALL", group=arn))
    assert log is not None
    assert log.group == "/aws/vendedlogs/states/g"


@pytest.mark.parametrize("machine", [MACHINE_ARN, f"{MACHINE_ARN}:3", f"{MACHINE_ARN}:PROD"])
def test_stream(machine: str) -> None:
    """A machine has one stream per hour for all its versions and aliases."""
    assert execution_log_stream(machine, AT) == "states/Case/2026-08-24-03/00000000"


def logged(event: HistoryEvent, *, include: bool = True) -> Json:
    return json.loads(execution_log_line(event, EXECUTION_ARN, include_execution_data=include))


def test_line() -> None:
    """The line is as recorded on AWS: every member except the details is a string."""
    event = HistoryEvent(
        2, 0, AT, "TaskStateEntered", payload=Payload(text='{"a": 1}'), details={"name": "Intake"}
    )
    assert logged(event) == {
        "details": {"input": '{"a": 1}', "inputDetails": {"truncated": False}, "name": "Intake"},
        "redrive_count": "0",
        "id": "2",
        "type": "TaskStateEntered",
        "previous_event_id": "0",
        "event_timestamp": "1787541942901",
        "execution_arn": EXECUTION_ARN,
    }


@pytest.mark.parametrize(
    "event, shown",
    [
        (
            HistoryEvent(1, 0, AT, "ExecutionStarted", payload=Payload({}), details={"roleArn": "r"}),
            {"roleArn": "r"},
        ),
        (
            HistoryEvent(
                3,
                2,
                AT,
                "TaskScheduled",
                payload=Payload({}),
                details={"resource": "invoke", "resourceType": "lambda"},
            ),
            {"resource": "invoke", "resourceType": "lambda"},
        ),
        (
            HistoryEvent(
                4,
                3,
                AT,
                "PassStateExited",
                payload=Payload({}),
                details={"name": "P", "assignedVariables": {"x": "1"}},
            ),
            {"name": "P"},
        ),
        (
            HistoryEvent(5, 4, AT, "ExecutionFailed", details={"error": "E", "cause": "C"}),
            {"error": "E", "cause": "C"},
        ),
        (HistoryEvent(5, 4, AT, "ExecutionSucceeded", payload=Payload({}), details={}), {}),
        (HistoryEvent(6, 5, AT, "MapStateSucceeded"), {}),
    ],
)
def test_without_execution_data(event: HistoryEvent, shown: Json) -> None:
    """Neither data nor their details are logged, but errors and causes are."""
    assert logged(event, include=False)["details"] == shown


@pytest.mark.parametrize("character, bytes", [("a", 1), ("é", 2), ('"', 2), ("\x01", 6), ("😀", 4)])
def test_long_payloads_are_cut(character: str, bytes: int) -> None:
    """Payloads are shortened to 248 KB of the line, but not within a character."""
    fitting = REPORTED_DATA_BYTES // bytes
    for length, truncated in ((fitting, False), (fitting + 1, True)):
        event = HistoryEvent(
            4, 3, AT, "ExecutionSucceeded", payload=Payload(text=character * length), details={}
        )
        details = logged(event)["details"]
        assert details == {"output": character * fitting, "outputDetails": {"truncated": truncated}}

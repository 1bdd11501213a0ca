"""Execution logs: each event's line is stored with the event, whatever is killed in between."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.execution_log import FATAL
from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.logs.logs import SqliteLogs
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from tests.processes import ROLE, SFN, ended, environment_of, kill_workers, sfn_json, start_execution, until

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "/aws/vendedlogs/states/Logged"
EXECUTIONS = 40
KILLS = 5

FAIL = {
    "StartAt": "P",
    "States": {"P": {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail", "Error": "Oops", "Cause": "C"}},
}
SLEEP = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86400, "End": True}}}
WAITS = {
    "StartAt": "M",
    "States": {
        "M": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "W",
                "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": True}},
            },
            "End": True,
        }
    },
}


def configuration(level: str) -> str:
    destination = {
        "cloudWatchLogsLogGroup": {"logGroupArn": f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:*"}
    }
    return json.dumps({"level": level, "includeExecutionData": True, "destinations": [destination]})


def create(home: Path, definition: object, level: str, type: str = "STANDARD") -> str:
    """Creates a machine that logs to the group, and the group. Returns the machine's ARN."""
    sfn_json(home, "logs", "create-log-group", "--log-group-name", GROUP)
    created = sfn_json(
        home, "create-state-machine", "--name", "Logged", "--role-arn", ROLE, "--type", type,
        "--definition", json.dumps(definition), "--logging-configuration", configuration(level),
    )  # fmt: skip
    return str(created["stateMachineArn"])


def logged(home: Path) -> list[dict[str, Any]]:
    """The lines of the group, in the order of their writing."""
    database = Database(home)
    try:
        return [json.loads(event.message) for event in SqliteLogs(database).after(GROUP, 0)]
    finally:
        database.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "level, types",
    [
        (
            "ALL",
            [
                "ExecutionStarted",
                "PassStateEntered",
                "PassStateExited",
                "FailStateEntered",
                "ExecutionFailed",
            ],
        ),
        ("ERROR", ["FailStateEntered", "ExecutionFailed"]),
        ("FATAL", ["ExecutionFailed"]),
        ("OFF", []),
    ],
)
def test_levels(home: Path, level: str, types: list[str]) -> None:
    """Each log level has its event types."""
    execution = start_execution(home, create(home, FAIL, level))
    assert ended(home, execution)["status"] == "FAILED"
    lines = logged(home)
    assert [line["type"] for line in lines] == types
    assert {line["execution_arn"] for line in lines} <= {execution}


def test_an_abort_is_logged(home: Path) -> None:
    """The line of an abort by another process is logged at once."""
    execution = start_execution(home, create(home, SLEEP, "FATAL"))
    sfn_json(home, "stop-execution", "--execution-arn", execution, "--error", "E", "--cause", "C")
    ((line),) = logged(home)
    assert (line["type"], line["details"], line["execution_arn"]) == (
        "ExecutionAborted",
        {"cause": "C", "error": "E"},
        execution,
    )


def test_an_update_is_for_executions_that_start_later(home: Path) -> None:
    """An execution logs as configured when it started; an update applies to later ones."""
    machine = create(home, FAIL, "FATAL")
    sfn_json(
        home,
        "update-state-machine",
        "--state-machine-arn",
        machine,
        "--logging-configuration",
        '{"level": "OFF"}',
    )
    assert ended(home, start_execution(home, machine))["status"] == "FAILED"
    assert logged(home) == []


def test_a_deleted_group_is_not_created_again(home: Path) -> None:
    """An execution whose log group was deleted still runs."""
    machine = create(home, FAIL, "ALL")
    sfn_json(home, "logs", "delete-log-group", "--log-group-name", GROUP)
    assert ended(home, start_execution(home, machine))["status"] == "FAILED"
    assert sfn_json(home, "logs", "describe-log-groups")["logGroups"] == []


def test_tail_follows_an_express_execution(home: Path) -> None:
    """`logs tail --follow` shows an EXPRESS execution, which cannot be described, while it runs."""
    machine = create(home, FAIL, "ALL", "EXPRESS")
    command = [SFN, "logs", "tail", GROUP, "--follow", "--format", "short"]
    with subprocess.Popen(command, env=environment_of(home), stdout=subprocess.PIPE, text=True) as follower:
        try:
            execution = start_execution(home, machine)
            assert follower.stdout is not None
            lines = [json.loads(follower.stdout.readline().partition(" ")[2]) for _ in range(5)]
        finally:
            follower.terminate()
    assert [line["type"] for line in lines][-1] == "ExecutionFailed"
    assert {line["execution_arn"] for line in lines} == {execution}


@pytest.mark.slow
@pytest.mark.parametrize("type", ["STANDARD", "EXPRESS"])
def test_a_kill_loses_and_doubles_nothing(home: Path, type: str) -> None:
    """Every event has exactly one line, even if the worker is killed repeatedly."""
    machine = create(home, WAITS, "ALL", type)
    for n in range(EXECUTIONS):
        start_execution(home, machine, "--input", json.dumps([n % 3, 1, n % 2]))
        if n % (EXECUTIONS // KILLS) == 0:
            kill_workers(home)
    database = Database(home)
    executions = SqliteExecutions(database)
    try:
        until(lambda: _bring_worker(home) or not executions.any_running(), "all executions end")
        with database.reading() as connection:
            arns = [arn for (arn,) in connection.execute("SELECT arn FROM execution")]
        assert len(arns) == EXECUTIONS
        events = {(arn, str(event.id), event.type) for arn in arns for event in executions.history(arn)}
    finally:
        database.close()
    lines = [(line["execution_arn"], line["id"], line["type"]) for line in logged(home)]
    assert len(lines) == len(events)
    assert set(lines) == events
    assert not any(type in FATAL for _, _, type in lines)


def _bring_worker(home: Path) -> None:
    sfn_json(home, "list-state-machines")

"""EXPRESS machines: started and awaited, at the terminal and over HTTP.

Also by many clients at once, and through a kill of the worker.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.store.sqlite.database import Database
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from tests.processes import ROLE, SFN, environment_of, kill_workers, sfn, sfn_json, until, worker_pids

if TYPE_CHECKING:
    from pathlib import Path

PASS = {
    "StartAt": "P",
    "States": {
        "P": {"Type": "Pass", "Parameters": {"name.$": "$$.Execution.Name", "in.$": "$"}, "End": True}
    },
}
FAIL = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Oops", "Cause": "it was to be"}}}


def wait(seconds: int) -> dict[str, Any]:
    return {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": seconds, "End": True}}}


def create(home: Path, name: str, definition: object) -> str:
    text = json.dumps(definition)
    arguments = ("--name", name, "--role-arn", ROLE, "--type", "EXPRESS", "--definition", text)
    return str(sfn_json(home, "create-state-machine", *arguments)["stateMachineArn"])


def test_the_execution_in_the_context_object(home: Path) -> None:
    """A synchronous execution has no RedriveCount. (LocalStack, test_express_sync.py, 2024-07-15)"""
    shown = {
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "Parameters": {"in.$": "$$.Execution"}, "End": True}},
    }
    machine = create(home, "Context", shown)
    answer = sfn_json(home, "start-sync-execution", "--state-machine-arn", machine)
    assert json.loads(answer["output"])["in"].keys() == {"Id", "Input", "Name", "RoleArn", "StartTime"}


def test_success(home: Path) -> None:
    """The response comes when the execution has ended; a name may be used again."""
    machine = create(home, "Express", PASS)
    arns = set()
    for _ in range(2):
        answer = sfn_json(
            home,
            "start-sync-execution",
            "--state-machine-arn",
            machine,
            "--name",
            "n",
            "--input",
            '{"a": "ä"}',
        )
        assert answer["status"] == "SUCCEEDED"
        assert json.loads(answer["output"]) == {"name": "n", "in": {"a": "ä"}}
        assert answer["billingDetails"]["billedMemoryUsedInMB"] == 64
        arns.add(answer["executionArn"])
    assert len(arns) == 2


def test_a_failed_execution_exits_with_0(home: Path) -> None:
    """The command exits with 0, as AWS's does, and reports the execution's error."""
    machine = create(home, "Express", FAIL)
    answer = sfn_json(home, "start-sync-execution", "--state-machine-arn", machine)
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "Oops", "it was to be")
    assert "output" not in answer


def test_five_minutes(home: Path) -> None:
    """An EXPRESS execution times out after five minutes."""
    machine = create(home, "Express", wait(301))
    answer = sfn_json(
        home, "start-sync-execution", "--state-machine-arn", machine, environment={"SFN_CLOCK": "virtual"}
    )
    assert (answer["status"], answer["error"]) == ("TIMED_OUT", "States.Timeout")
    # The wait for a worker is not billed.
    assert 200_000 < answer["billingDetails"]["billedDurationInMilliseconds"] <= 300_000


def test_express_arns_are_refused(home: Path) -> None:
    """AWS's operations refuse the ARN of an EXPRESS execution."""
    machine = create(home, "Express", PASS)
    execution = sfn_json(home, "start-execution", "--state-machine-arn", machine)["executionArn"]
    for command in (
        "describe-execution",
        "stop-execution",
        "get-execution-history",
        "describe-state-machine-for-execution",
    ):
        done = sfn(home, command, "--execution-arn", execution)
        assert done.returncode == 254
        assert "Invalid Arn: 'Resource type not valid in this context: express'" in done.stderr


@pytest.mark.slow
def test_the_worker_is_killed(home: Path) -> None:
    """The waiting command starts another worker, and gets its response."""
    machine = create(home, "Express", wait(3))
    command = [SFN, "start-sync-execution", "--state-machine-arn", machine]
    with subprocess.Popen(command, env=environment_of(home), stdout=subprocess.PIPE, text=True) as waiting:
        until(lambda: worker_pids(home) and _is_waiting(home), "the execution waits in its state")
        kill_workers(home)
        assert waiting.stdout is not None
        assert json.loads(waiting.stdout.read())["status"] == "SUCCEEDED"


def _is_waiting(home: Path) -> bool:
    database = Database(home)
    try:
        (arn,) = database.connection.execute("SELECT arn FROM execution").fetchone()
        return [event.type for event in SqliteExecutions(database).history(arn)] == [
            "ExecutionStarted",
            "WaitStateEntered",
        ]
    finally:
        database.close()


@pytest.mark.parametrize("machine", ["STANDARD", "none"])
def test_refused(home: Path, machine: str) -> None:
    """A refused request has exit code 254."""
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:"
    sfn_json(
        home,
        "create-state-machine",
        "--name",
        "STANDARD",
        "--role-arn",
        ROLE,
        "--definition",
        json.dumps(PASS),
    )
    done = sfn(home, "start-sync-execution", "--state-machine-arn", arn + machine)
    assert done.returncode == 254
    assert "when calling the StartSyncExecution operation" in done.stderr

"""Test cases of a mock configuration file, and injected faults, with real workers.

No integration is called, and no invocation count is lost.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from tests.processes import (
    create_function,
    create_machine,
    ended,
    kill_workers,
    serving,
    sfn,
    sfn_json,
    start_execution,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:Approve"
NOBODY = "arn:aws:lambda:us-east-1:123456789012:function:Nobody"
AGAIN = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]


def task(resource: str = NOBODY, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, **fields}


def chain(**states: dict[str, Any]) -> dict[str, Any]:
    """A machine of these states, one after the other."""
    names = list(states)
    follows = [{"Next": name} for name in names[1:]] + [{"End": True}]
    return {
        "StartAt": names[0],
        "States": {name: {**states[name], **next_} for name, next_ in zip(names, follows, strict=True)},
    }


class Mocked:
    """A store, and a mock configuration file with one test case, Case, of each machine."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        self.file = folder / "mocks.json"
        self.environment = {"SFN_MOCK_CONFIG": str(self.file), "SFN_CLOCK": "virtual"}

    def create(self, definition: dict[str, Any], **responses: Any) -> str:
        """The ARN of a new machine, M; Case has a response for each state of `responses`."""
        cases = {"M": {"TestCases": {"Case": {state: f"Mocked{state}" for state in responses}}}}
        mocked = {f"Mocked{state}": response for state, response in responses.items()}
        self.file.write_text(json.dumps({"StateMachines": cases, "MockedResponses": mocked}))
        return create_machine(self.home, "M", definition, environment=self.environment)

    def start(self, machine: str, *arguments: str) -> str:
        return start_execution(self.home, machine, *arguments, environment=self.environment)

    def run(self, machine: str, *arguments: str) -> tuple[str, Any]:
        """(status, output or error) of a new execution that has ended."""
        return outcome(ended(self.home, self.start(machine, *arguments)))

    def events(self, execution: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = sfn_json(
            self.home, "get-execution-history", "--execution-arn", execution
        )["events"]
        return found


@pytest.fixture
def mocked(home: Path, tmp_path: Path) -> Mocked:
    return Mocked(home, tmp_path)


def outcome(described: dict[str, Any]) -> tuple[str, Any]:
    succeeded = described["status"] == "SUCCEEDED"
    return described["status"], json.loads(described["output"]) if succeeded else described.get("error")


def returns(*results: Any) -> dict[str, Any]:
    return {str(number): {"Return": result} for number, result in enumerate(results)}


def throws(error: str, cause: str = "because") -> dict[str, Any]:
    return {"Throw": {"Error": error, "Cause": cause}}


BY_TOKEN = {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}
JOB = {"TaskDefinition": "t"}
KINDS = {
    "Function": (task(), ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"]),
    "Invoke": (
        task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName": "f"}, OutputPath="$.Payload"),
        ["TaskScheduled", "TaskStarted", "TaskSucceeded"],
    ),
    "Queue": (
        task("arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": "q", "MessageBody": "m"}),
        ["TaskScheduled", "TaskStarted", "TaskSucceeded"],
    ),
    "Sdk": (
        task("arn:aws:states:::aws-sdk:s3:getObject", Parameters={"Bucket": "b", "Key": "k"}),
        ["TaskScheduled", "TaskStarted", "TaskSucceeded"],
    ),
    "Work": (task(ACTIVITY), ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]),
    "Job": (
        task("arn:aws:states:::ecs:runTask.sync", Parameters=JOB),  # which sfn itself cannot run
        ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"],
    ),
    "Callback": (
        task("arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters=BY_TOKEN),
        ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"],
    ),
    "Child": (
        task(
            "arn:aws:states:::states:startExecution.sync:2",
            Parameters={"StateMachineArn": "none"},
            ResultSelector={"all.$": "$"},
        ),
        ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"],
    ),
}
"""State → its fields, and the events of its task."""


def test_every_kind_of_task(mocked: Mocked) -> None:
    """Each task records its integration's events and passes its result through the state's fields.

    No integration is called.
    """
    responses = {name: returns({"from": name}) for name in KINDS}
    responses["Invoke"] = returns({"StatusCode": 200, "Payload": {"from": "Invoke"}})
    machine = mocked.create(chain(**{name: fields for name, (fields, _) in KINDS.items()}), **responses)
    execution = mocked.start(f"{machine}#Case")
    assert "#" not in execution
    assert outcome(ended(mocked.home, execution)) == ("SUCCEEDED", {"all": {"from": "Child"}})
    events = mocked.events(execution)
    within = [
        event["type"] for event in events if "State" not in event["type"] and "Execution" not in event["type"]
    ]
    assert within == [type for _, types in KINDS.values() for type in types]
    outputs = [
        json.loads(event["stateExitedEventDetails"]["output"])
        for event in events
        if event["type"] == "TaskStateExited"
    ]
    assert outputs == [*({"from": name} for name in KINDS if name != "Child"), {"all": {"from": "Child"}}]


@pytest.mark.slow
def test_retries_by_number_and_range(mocked: Mocked) -> None:
    """Invocations count from 0.

    One beyond the last fails the execution, despite Retry and Catch.
    """
    caught = {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Charge"}]}
    machine = mocked.create(
        chain(
            Charge=task(
                "arn:aws:states:::glue:startJobRun.sync", Parameters={"JobName": "j"}, Retry=AGAIN, **caught
            )
        ),
        Charge={
            "0": throws("Glue.ThrottlingException"),
            "1-2": throws("States.TaskFailed"),
            "3": {"Return": "charged"},
        },
    )
    execution = mocked.start(f"{machine}#Case")
    assert outcome(ended(mocked.home, execution)) == ("SUCCEEDED", "charged")
    types = [event["type"].removeprefix("Task") for event in mocked.events(execution)[2:-2]]
    # A request that was refused has no receipt; a job that failed has one.
    failed_job = ["Scheduled", "Started", "Submitted", "Failed"]
    assert types == [
        "Scheduled",
        "Started",
        "Failed",
        *failed_job,
        *failed_job,
        "Scheduled",
        "Started",
        "Submitted",
        "Succeeded",
    ]

    mocked.file.write_text(mocked.file.read_text().replace(', "3": {"Return": "charged"}', ""))
    unanswered = ended(mocked.home, mocked.start(f"{machine}#Case"))
    assert (unanswered["status"], unanswered["error"]) == ("FAILED", "States.Runtime")
    assert (
        "'MockedCharge' of the test case 'Case' has no answer for invocation 3 of the state 'Charge'"
        in unanswered["cause"]
    )


def test_items_of_maps(mocked: Mocked) -> None:
    """Each iteration of an inline Map is the next invocation.

    Each child of a DISTRIBUTED one counts its own.
    """
    inline = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": chain(One=task(Retry=AGAIN))}
    distributed = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    spread = {"Type": "Map", "ItemProcessor": {**distributed, **chain(Far=task())}}
    machine = mocked.create(
        chain(Each=inline, Spread=spread),
        One={"0": {"Return": "a"}, "1": throws("Busy"), "2-3": {"Return": "b"}},
        Far=returns("far"),
    )
    assert mocked.run(f"{machine}#Case", "--input", "[1, 2, 3]") == ("SUCCEEDED", ["far"] * 3)
    each = sfn_json(mocked.home, "get-execution-history", "--execution-arn", "M/last")["events"]
    results = [
        json.loads(event["stateExitedEventDetails"]["output"])
        for event in each
        if event["type"] == "MapStateExited"
    ]
    assert results[0] == ["a", "b", "b"]


@pytest.mark.slow
def test_a_worker_that_is_killed(mocked: Mocked) -> None:
    """An execution keeps its mocks if its worker is killed or the file is deleted."""
    sfn_json(mocked.home, "create-activity", "--name", "Approve")
    machine = mocked.create(
        chain(First=task(), Ask=task(ACTIVITY), Last=task(Retry=AGAIN)),
        First=returns(1),
        Last={"0": throws("Busy"), "1": {"Return": 2}},
    )
    execution = mocked.start(f"{machine}#Case")
    until(
        lambda: [event for event in mocked.events(execution) if event["type"] == "ActivityScheduled"],
        "the real task",
    )
    kill_workers(mocked.home)
    mocked.file.unlink()
    taken = sfn_json(mocked.home, "get-activity-task", "--activity-arn", ACTIVITY)
    assert taken["input"] == "1"
    kill_workers(mocked.home)
    sfn_json(mocked.home, "send-task-success", "--task-token", taken["taskToken"], "--task-output", '"yes"')
    assert outcome(ended(mocked.home, execution)) == ("SUCCEEDED", 2)


@pytest.mark.slow
def test_a_redrive_uses_the_mocks(mocked: Mocked) -> None:
    """Invocations and attempts continue to count: an injected failure is not repeated."""
    machine = mocked.create(chain(Charge=task()), Charge={"0": throws("Busy"), "1-2": {"Return": "charged"}})
    for arguments in ((), ("--inject", "Charge:Broken@1")):
        execution = mocked.start(f"{machine}#Case", *arguments)
        assert ended(mocked.home, execution)["error"] == ("Broken" if arguments else "Busy")
        sfn_json(mocked.home, "redrive-execution", "--execution-arn", execution)
        assert outcome(ended(mocked.home, execution)) == ("SUCCEEDED", "charged")


@pytest.mark.slow
def test_faults_and_then_the_real_function(mocked: Mocked, tmp_path: Path) -> None:
    """An injected fault fails attempts with its error; the next attempt calls the function.

    Each iteration has its own attempts.
    """
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("def handler(event, context): return event * 10\n")
    create_function(mocked.home, "Nobody", tmp_path / "code")
    machine = mocked.create(chain(Each={"Type": "Map", "ItemProcessor": chain(Charge=task(Retry=AGAIN))}))
    execution = mocked.start(
        "M", "--input", "[1, 2]", "--inject", "Charge:States.Timeout@1", "--inject", "Charge:Broken@2-3"
    )
    assert outcome(ended(mocked.home, execution)) == ("SUCCEEDED", [10, 20])
    events = mocked.events(execution)
    timed_out = [
        event["lambdaFunctionTimedOutEventDetails"]
        for event in events
        if event["type"] == "LambdaFunctionTimedOut"
    ]
    assert timed_out == [{"error": "States.Timeout"}] * 2
    failed = [
        event["lambdaFunctionFailedEventDetails"]
        for event in events
        if event["type"] == "LambdaFunctionFailed"
    ]
    assert [details["error"] for details in failed] == ["Broken"] * 4
    assert failed[0]["cause"] == "Injected into attempt 2 of the state 'Charge'."
    assert mocked.run(machine, "--inject", "Charge:Broken,Charge:Never", "--input", "[1]") == (
        "FAILED",
        "Broken",
    )
    assert mocked.run(machine, "--input", "[1]") == ("SUCCEEDED", [10])


def test_over_http(mocked: Mocked) -> None:
    """Clients can start a test case, also synchronously.

    A missing test case is refused.
    """
    machine = mocked.create(chain(Charge=task()), Charge=returns("charged"))
    fast = sfn_json(
        mocked.home, "create-state-machine", "--name", "F", "--type", "EXPRESS",
        "--role-arn", "arn:aws:iam::123456789012:role/any",
        "--definition", json.dumps(chain(Charge=task())),
    )["stateMachineArn"]  # fmt: skip
    config = json.loads(mocked.file.read_text())
    config["StateMachines"]["F"] = config["StateMachines"]["M"]
    mocked.file.write_text(json.dumps(config))
    with serving(mocked.home, environment=mocked.environment) as url:
        client: Any = boto3.client(
            "stepfunctions",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=Config(inject_host_prefix=False),
        )
        execution = client.start_execution(stateMachineArn=f"{machine}#Case")["executionArn"]
        assert outcome(ended(mocked.home, execution)) == ("SUCCEEDED", "charged")
        assert client.start_sync_execution(stateMachineArn=f"{fast}#Case")["output"] == '"charged"'
        with pytest.raises(
            client.exceptions.ValidationException, match="there is no test case 'Cas'; choose from 'Case'"
        ):
            client.start_execution(stateMachineArn=f"{machine}#Cas")


def test_many_at_once(mocked: Mocked, tmp_path: Path) -> None:
    """start-executions applies a test case and injected faults to all executions."""
    machine = mocked.create(chain(Charge=task(Retry=AGAIN)), Charge={"0-9": {"Return": "charged"}})
    (tmp_path / "inputs").write_text("1\n2\n3\n")
    many = (
        "start-executions",
        "--inputs",
        str(tmp_path / "inputs"),
        "--wait",
        "--state-machine-arn",
        f"{machine}#Case",
    )
    assert (
        sfn(mocked.home, *many, "--inject", "Charge:Busy@1", environment=mocked.environment).returncode == 0
    )
    all_failed = sfn(mocked.home, *many, "--inject", "Charge:Busy", environment=mocked.environment)
    assert (all_failed.returncode, all_failed.stderr) == (255, '{"FAILED": 3}\n')
    refused = sfn(mocked.home, *many, "--inject", "Charg:Busy", environment=mocked.environment)
    assert (refused.returncode, refused.stdout) == (252, "")


def test_sfn_run(home: Path, tmp_path: Path) -> None:
    """A folder may have its own test cases; those of SFN_MOCK_CONFIG have priority."""
    folder = tmp_path / "M"
    folder.mkdir()
    (folder / "m.asl.json").write_text(json.dumps(chain(Charge=task(Retry=AGAIN))))
    config = {
        "StateMachines": {"M": {"TestCases": {"Case": {"Charge": "R"}}}},
        "MockedResponses": {"R": {"0-1": {"Return": "charged"}}},
    }
    (folder / "MockConfigFile.json").write_text(json.dumps(config))
    run = ("run", str(folder), "--virtual-time", "--test-case", "Case", "--inject", "Charge:Busy@1")
    done = sfn(home, *run)
    assert (done.returncode, done.stdout) == (0, '"charged"\n')
    assert "LambdaFunctionFailed" in done.stderr
    other = tmp_path / "other.json"
    refused = sfn(home, *run, environment={"SFN_MOCK_CONFIG": str(other)})
    assert refused.returncode == 254
    assert (
        f"The mock configuration file {other} cannot be read: No such file or directory. "
        "Set its path with SFN_MOCK_CONFIG"
    ) in refused.stderr

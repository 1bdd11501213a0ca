"""A task that calls sfn's own operations (aws-sdk) gets the same response as a command."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import (
    ROLE,
    create_function,
    create_machine,
    describe,
    ended,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine"
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
GLUE = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun", "Parameters": {}, "End": True}
LACKING = {"StartAt": "Job", "States": {"Job": GLUE}}
BROKEN = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "Gone"}}}
INVOKE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "Halve", "Payload.$": "$"},
    "OutputPath": "$.Payload",
    "End": True,
}
LIST_ACTIVITIES = "arn:aws:states:::aws-sdk:sfn:listActivities"
LIST = {"Type": "Task", "Resource": LIST_ACTIVITIES, "Parameters": {}, "End": True}
APP = """
def handler(event, context):
    if event["n"] % 2:
        raise ValueError("odd")
    return event["n"] // 2
"""


def definition(value: object) -> dict[str, str]:
    return {"definition": json.dumps(value)}


REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("createStateMachine", {"name": "N", "roleArn": ROLE, **definition(LACKING)}),
    ("createStateMachine", {"name": "N", "roleArn": ROLE, **definition(BROKEN)}),
    ("createStateMachine", {"name": "a b", "roleArn": ROLE, **definition(PASS)}),
    ("createStateMachine", {"name": "M", "roleArn": ROLE, **definition(PASS)}),
    ("createStateMachine", {"name": "M", "roleArn": ROLE, **definition(BROKEN)}),
    ("updateStateMachine", {"stateMachineArn": f"{MACHINE}:M", **definition(LACKING)}),
    ("validateStateMachineDefinition", {"severity": "WARNING", **definition(LACKING)}),
    ("validateStateMachineDefinition", definition(BROKEN)),
    ("testState", {"roleArn": ROLE, "input": '{"a": 1}', **definition(PASS["States"]["P"])}),
    ("testState", {"roleArn": ROLE, **definition({"Type": "Wait", "Seconds": 0, "End": True})}),
    ("testState", {"roleArn": ROLE, "mock": {"result": '{"JobRunId": "r"}'}, **definition(GLUE)}),
    ("testState", {"roleArn": ROLE, **definition(GLUE)}),
    ("testState", {"roleArn": ROLE, **definition({"Type": "Nap"})}),
    ("testState", {"roleArn": ROLE, "input": '{"n": 4}', **definition(INVOKE)}),
    ("testState", {"roleArn": ROLE, "input": '{"n": []}', "inspectionLevel": "DEBUG", **definition(INVOKE)}),
    ("testState", {"roleArn": ROLE, **definition(LIST)}),
    ("startSyncExecution", {"stateMachineArn": f"{MACHINE}:Fast", "input": '{"b": 2}'}),
    ("startSyncExecution", {"stateMachineArn": f"{MACHINE}:M"}),
    ("startSyncExecution", {"stateMachineArn": f"{MACHINE}:Gone"}),
    ("startExecution", {"stateMachineArn": f"{MACHINE}:M#Case"}),
    ("describeStateMachine", {"stateMachineArn": f"{MACHINE}:Gone"}),
]
PASSING = {"executionArn", "name", "startDate", "stopDate", "creationDate", "traceHeader", "billingDetails"}
"""The values that differ from one call to the next."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store with a function and two state machines."""
    place = tmp_path_factory.mktemp("own")
    create_function(place / "home", "Halve", _code(place))
    create_machine(place / "home", "M", PASS)
    sfn_json(
        place / "home", "create-state-machine", "--name", "Fast", "--type", "EXPRESS", "--role-arn", ROLE,
        "--definition", json.dumps(PASS),
    )  # fmt: skip
    yield place / "home"
    stop_workers(place / "home")


def _code(place: Path) -> Path:
    (place / "code").mkdir()
    (place / "code" / "app.py").write_text(APP)
    return place / "code"


@pytest.fixture(scope="module")
def answers(shop: Path) -> list[Any]:
    """The results of tasks that make the requests in parallel in one execution."""
    machine = create_machine(shop, "All", _side_by_side(REQUESTS))
    described = ended(shop, start_execution(shop, machine))
    assert described["status"] == "SUCCEEDED", described
    found: list[Any] = json.loads(described["output"])
    return found


def _side_by_side(requests: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """A machine that makes all requests at the same time, each by a task that catches its error."""
    branches = []
    for number, (action, request) in enumerate(requests):
        task = {
            "Type": "Task",
            "Resource": f"arn:aws:states:::aws-sdk:sfn:{action}",
            "Parameters": _renamed(request, str.upper),
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": f"Failed{number}"}],
            "End": True,
        }
        states = {f"Call{number}": task, f"Failed{number}": {"Type": "Pass", "End": True}}
        branches.append({"StartAt": f"Call{number}", "States": states})
    return {"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": branches, "End": True}}}


def _renamed(value: Any, case: Any) -> Any:
    """The value, the first letter of each member in this case."""
    if isinstance(value, dict):
        return {case(name[0]) + name[1:]: _renamed(member, case) for name, member in value.items()}
    return [_renamed(item, case) for item in value] if isinstance(value, list) else value


def _lasting(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without what differs from call to call."""
    constant = {name: value for name, value in answer.items() if name not in PASSING}
    if "cause" in constant:
        constant["cause"] = re.sub(r'"requestId":"[^"]*"', "", constant["cause"])
    return constant


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(REQUESTS)), ids=lambda number: f"{number}-{REQUESTS[number][0]}")
def test_as_the_command(shop: Path, answers: list[Any], number: int) -> None:
    """The task's result is the command's response; its error has the command's code and message."""
    action, request = REQUESTS[number]
    command = re.sub("([A-Z])", r"-\1", action).lower()
    # MockConfigFile.json is read from the current folder, which is the home for a worker.
    done = sfn(shop, command, "--cli-input-json", json.dumps(request), cwd=shop)
    answer = _renamed(answers[number], str.lower)
    if done.returncode == 0:
        assert _lasting(answer) == _lasting(json.loads(done.stdout))
        return
    pattern = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)", re.DOTALL)
    found = pattern.search(done.stderr)
    assert found is not None, done.stderr
    code, message = found[1], found[2].partition("\n\n")[0].strip()
    assert answer["error"] == f"Sfn.{code.removesuffix('Exception')}Exception"
    assert answer["cause"].startswith(f"{message} (Service: Sfn, Status Code: 400, ")


@pytest.mark.slow
def test_state_tests_that_wait_block_nothing(home: Path, tmp_path: Path) -> None:
    """Tasks that test a Wait of minutes, a hundred at once, block no other functions or calls."""
    wait = ("testState", {"roleArn": ROLE, **definition({"Type": "Wait", "Seconds": 250, "End": True})})
    patient = create_machine(home, "Patient", _side_by_side([wait] * 100))
    waiting = start_execution(home, patient)
    until(lambda: _count(home, waiting, "TaskStarted") == 100, "the tasks that wait")
    first = {"Type": "Task", "Resource": LIST_ACTIVITIES, "Parameters": {}, "ResultPath": None, "Next": "F"}
    create_function(home, "Halve", _code(tmp_path))
    lively = create_machine(home, "Lively", {"StartAt": "L", "States": {"L": first, "F": INVOKE}})
    assert ended(home, start_execution(home, lively, "--input", '{"n": 8}'))["output"] == "4"
    assert describe(home, waiting)["status"] == "RUNNING"
    sfn_json(home, "stop-execution", "--execution-arn", waiting)


def _count(home: Path, execution: str, kind: str) -> int:
    query = f"length(events[?type=='{kind}'])"
    found: int = sfn_json(home, "get-execution-history", "--execution-arn", execution, "--query", query)
    return found


def test_executions_that_wait_for_executions(home: Path) -> None:
    """Any number of tasks that wait for an execution do not block that execution's calls."""
    test = {"RoleArn": ROLE, **_renamed(definition({"Type": "Succeed"}), str.upper)}
    call = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:testState", "End": True}
    inner = json.dumps({"StartAt": "T", "States": {"T": {**call, "Parameters": test}}})
    options = ("--type", "EXPRESS", "--role-arn", ROLE, "--definition", inner)
    express = sfn_json(home, "create-state-machine", "--name", "Inner", *options)["stateMachineArn"]
    outer = _side_by_side([("startSyncExecution", {"stateMachineArn": express})] * 100)
    described = ended(home, start_execution(home, create_machine(home, "Outer", outer)))
    assert [answer["Status"] for answer in json.loads(described["output"])] == ["SUCCEEDED"] * 100


@pytest.mark.slow
def test_a_task_that_polls_for_a_task(home: Path) -> None:
    """A task that calls GetActivityTask gets the input of the activity's task.

    Each task is assigned once.
    """
    activity = sfn_json(home, "create-activity", "--name", "Work")["activityArn"]
    poll = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:getActivityTask",
        "Parameters": {"ActivityArn": activity},
        "Next": "Answer",
    }
    answer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Parameters": {"TaskToken.$": "$.TaskToken", "Output.$": "$.Input"},
        "ResultPath": None,
        "End": True,
    }
    poller = create_machine(home, "Poller", {"StartAt": "Poll", "States": {"Poll": poll, "Answer": answer}})
    pollers = [start_execution(home, poller) for _ in range(2)]
    until(lambda: all(_count(home, one, "TaskStarted") == 1 for one in pollers), "the polls")
    work = {"Type": "Task", "Resource": activity, "End": True}
    worked = create_machine(home, "Worked", {"StartAt": "W", "States": {"W": work}})
    for number in range(2):
        done = ended(home, start_execution(home, worked, "--input", str(number)))
        assert (done["status"], done["output"]) == ("SUCCEEDED", str(number))
    assert {json.loads(ended(home, one)["output"])["Input"] for one in pollers} == {"0", "1"}

"""Limits: endless expressions, deep nesting and large data."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import (
    create_machine,
    describe,
    ended,
    sfn,
    sfn_json,
    start_execution,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # states that run away, or nest as deeply as they can

ROLE = "arn:aws:iam::123456789012:role/any"
ACCOUNT = "arn:aws:states:us-east-1:123456789012"
BACKTRACKS = '{% $contains($pad("a", 60, "a") & "!", /(a|aa)+$/) %}'
LOOPS = "{% ($f := function($x) { $f($x + 1) }; $f(1)) %}"


def asking(expression: str) -> Any:
    """Returns a machine that evaluates one expression."""
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": expression, "End": True}
    return {"StartAt": "A", "States": {"A": state}}


WAITING = {
    "StartAt": "W",
    "States": {
        "W": {"Type": "Wait", "Seconds": 1, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 0, "Next": "S"}]},
        "S": {"Type": "Succeed"},
    },
}


def test_endless_expressions(home: Path) -> None:
    """An endless expression blocks no other execution, fails in the end, and can be stopped.

    The worker continues.
    """
    runaways = [
        start_execution(home, create_machine(home, f"Runaway{n}", asking(text)))
        for n, text in enumerate((BACKTRACKS, LOOPS))
    ]
    stopped = start_execution(home, create_machine(home, "Stopped", asking(LOOPS)))
    quick = create_machine(home, "Quick", WAITING)
    beside = [start_execution(home, quick, "--input", json.dumps({"n": n + 1})) for n in range(3)]
    workers = worker_pids(home)

    quick_ends = [ended(home, execution) for execution in beside]
    assert {described["status"] for described in quick_ends} == {"SUCCEEDED"}

    sfn_json(home, "stop-execution", "--execution-arn", stopped, "--error", "Enough")
    assert (describe(home, stopped)["status"], describe(home, stopped)["error"]) == ("ABORTED", "Enough")

    slow_ends = [ended(home, execution) for execution in runaways]
    assert max(described["stopDate"] for described in quick_ends) < max(
        described["stopDate"] for described in slow_ends
    )
    for described in slow_ends:
        assert (described["status"], described["error"]) == ("FAILED", "States.QueryEvaluationError")
        assert described["cause"].endswith(
            "threw an error during evaluation: Expression evaluation timeout: Check for infinite loop"
        )
    assert describe(home, stopped)["status"] == "ABORTED"
    assert len(workers) == 1
    assert worker_pids(home) == workers
    assert sfn(home, "doctor").returncode == 0


def test_a_task_answers_while_another_branch_is_slow(home: Path) -> None:
    """A message to an execution in a slow step is not lost: here, the task result of another branch."""
    slow = asking(LOOPS)
    catch = {"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Caught"}
    trying = {"Type": "Parallel", "Branches": [slow], "Catch": [catch], "End": True}
    task = {"Type": "Task", "Resource": f"{ACCOUNT}:activity:Ask", "End": True}
    branches = [
        {"StartAt": "Task", "States": {"Task": task}},
        {
            "StartAt": "Try",
            "States": {"Try": trying, "Caught": {"Type": "Pass", "Result": "slow", "End": True}},
        },
    ]
    sfn_json(home, "create-activity", "--name", "Ask")
    machine = create_machine(
        home,
        "Both",
        {"StartAt": "P", "States": {"P": {"Type": "Parallel", "Branches": branches, "End": True}}},
    )
    execution = start_execution(home, machine)
    task_of_poll = sfn_json(home, "get-activity-task", "--activity-arn", task["Resource"])
    sfn_json(
        home, "send-task-success", "--task-token", task_of_poll["taskToken"], "--task-output", '"answered"'
    )
    described = ended(home, execution)
    assert (described["status"], json.loads(described["output"])) == ("SUCCEEDED", ["answered", "slow"])
    events = sfn_json(home, "get-execution-history", "--execution-arn", execution)["events"]
    order = [event["type"] for event in events if event["type"] in ("EvaluationFailed", "ActivitySucceeded")]
    assert order == ["EvaluationFailed", "ActivitySucceeded"]  # the answer waited for the slow step


def parallels(depth: int) -> str:
    openings = (
        f'{{"StartAt":"P{level}","States":{{"P{level}":{{"Type":"Parallel","End":true,"Branches":['
        for level in range(depth)
    )
    return "".join(openings) + '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}' + "]}}}" * depth


def test_fifty_nested_parallels(home: Path) -> None:
    """A depth that occurs in practice works."""
    execution = start_execution(home, create_machine(home, "Deep", json.loads(parallels(50))), "--input", "7")
    assert ended(home, execution)["output"] == "[" * 50 + "7" + "]" * 50


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param(parallels(10_000), id="machines"),
        pytest.param(json.dumps(asking("{% " + "(" * 10_000 + "1" + ")" * 10_000 + " %}")), id="expression"),
        pytest.param(
            json.dumps(asking("{% /" + "(" * 10_000 + "a" + ")" * 10_000 + "/ %}")), id="regular expression"
        ),
    ],
)
def test_ten_thousand_levels(home: Path, tmp_path: Path, definition: str) -> None:
    """Each operation refuses a definition that is nested too deeply, with AWS's error."""
    file = tmp_path / "definition.json"
    file.write_text(definition)
    given = ("--definition", f"file://{file}")
    machine = create_machine(home, "A", asking("{% 1 %}"))
    for command in (
        ("create-state-machine", "--name", "B", "--role-arn", ROLE),
        ("update-state-machine", "--state-machine-arn", machine),
    ):
        refused = sfn(home, *command, *given)
        assert refused.returncode == 254
        assert "(InvalidDefinition)" in refused.stderr
        assert "Traceback" not in refused.stderr
    validated = sfn_json(home, "validate-state-machine-definition", *given)
    assert (validated["result"], len(validated["diagnostics"])) == ("FAIL", 1)


def test_a_definition_of_a_mebibyte(home: Path, tmp_path: Path) -> None:
    """A definition may have 1,048,576 characters; one more is refused."""
    file = tmp_path / "definition.json"
    text = json.dumps({"Comment": "@", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    file.write_text(text.replace("@", "x" * (1_048_576 - len(text) + 1)))
    command = (
        "create-state-machine",
        "--name",
        "Large",
        "--role-arn",
        ROLE,
        "--definition",
        f"file://{file}",
    )
    execution = start_execution(home, sfn_json(home, *command)["stateMachineArn"])
    assert ended(home, execution)["status"] == "SUCCEEDED"
    file.write_text(file.read_text() + " ")
    refused = sfn(home, *command)
    assert refused.returncode == 254
    assert (
        "'definition' failed to satisfy constraint: Member must have length less than or equal to 1048576"
        in refused.stderr
    )


LARGE = 262_144 - 2


@pytest.mark.parametrize(
    "state, status",
    [
        ({"Type": "Pass", "Result": "x" * LARGE, "End": True}, "SUCCEEDED"),
        ({"Type": "Pass", "Result": "x" * (LARGE + 1), "End": True}, "FAILED"),
        ({"Type": "Pass", "Result": "é" * (LARGE // 2 + 1), "End": True}, "FAILED"),
        # 1 GB, written out.
        ({"Type": "Pass", "Parameters": {f"n{n}.$": "$" for n in range(4_000)}, "End": True}, "FAILED"),
        ({"Type": "Pass", "Assign": {f"n{n}.$": "$" for n in range(4_000)}, "End": True}, "FAILED"),
        (
            {
                "Type": "Pass",
                "QueryLanguage": "JSONata",
                "Output": "{% $pad('', 262143, 'x') %}",
                "End": True,
            },
            "FAILED",
        ),
    ],
)
def test_data_size_limits(home: Path, tmp_path: Path, state: Any, status: str) -> None:
    """An output, and all variables together, may have 262,144 bytes; more is not serialised."""
    file = tmp_path / "definition.json"
    file.write_text(json.dumps({"StartAt": "A", "States": {"A": state}}))
    (tmp_path / "input.json").write_text(json.dumps("x" * LARGE))
    command = (
        "create-state-machine",
        "--name",
        "Gives",
        "--role-arn",
        ROLE,
        "--definition",
        f"file://{file}",
    )
    machine = sfn_json(home, *command)["stateMachineArn"]
    described = ended(home, start_execution(home, machine, "--input", f"file://{tmp_path / 'input.json'}"))
    assert described["status"] == status
    if status == "FAILED":
        assert described["error"] == "States.DataLimitExceeded"
        assert described["cause"] == (
            "The state/task 'A' returned a result with a size exceeding the maximum number "
            "of bytes service limit."
        )


@pytest.mark.parametrize(
    "definition",
    [
        "not JSON",
        parallels(10_000),
        json.dumps(asking("{% ( %}")),
    ],
)
def test_a_stored_definition_that_cannot_be_loaded(home: Path, definition: str) -> None:
    """An execution of an unloadable definition, stored by an older version, is suspended.

    Its worker continues with all others.
    """
    broken = create_machine(home, "Broken", asking("{% 1 %}"))
    sfn_json(home, "worker", "stop") if worker_pids(home) else None
    with sqlite3.connect(home / "sfn.db") as connection:
        connection.execute("UPDATE revision SET definition = ?", (definition,))
    connection.close()
    set_aside = start_execution(home, broken)
    other = start_execution(home, create_machine(home, "Other", asking("{% 1 %}")))
    assert ended(home, other)["output"] == "1"
    assert describe(home, set_aside)["status"] == "RUNNING"
    assert len(worker_pids(home)) == 1
    (suspended,) = until(lambda: sfn_json(home, "worker", "status")["suspended"], "its suspension")
    assert suspended["executionArn"] == set_aside

"""Versions and aliases at the terminal: published, routed, run by a worker, and separate."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import ROLE, ended, kill_workers, sfn, sfn_json, start_execution, until

if TYPE_CHECKING:
    from pathlib import Path

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Order"
LIVE = MACHINE + ":live"


def answering(answer: object, **more: Any) -> str:
    """A definition whose executions have this output."""
    return json.dumps(
        {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": answer, "End": True, **more}}}
    )


def published(home: Path, *answers: int) -> None:
    """A machine with a version for each of these outputs."""
    first, *later = (answering(answer) for answer in answers)
    sfn_json(
        home,
        "create-state-machine",
        "--name",
        "Order",
        "--role-arn",
        ROLE,
        "--definition",
        first,
        "--publish",
    )
    for definition in later:
        sfn_json(
            home,
            "update-state-machine",
            "--state-machine-arn",
            MACHINE,
            "--definition",
            definition,
            "--publish",
        )


def routes(**weights: int) -> tuple[str, ...]:
    """`--routing-configuration v1=80 v2=20`, in the shorthand of the terminal."""
    return (
        "--routing-configuration",
        *(f"stateMachineVersionArn={MACHINE}:{version[1:]},weight={n}" for version, n in weights.items()),
    )


@pytest.mark.slow
def test_versions_and_aliases_run_their_definitions(home: Path) -> None:
    """A version, an alias and the machine itself start the definition that they refer to.

    Each description names what started it.
    """
    published(home, 1, 2)
    sfn_json(home, "update-state-machine", "--state-machine-arn", MACHINE, "--definition", answering(3))
    sfn_json(home, "create-state-machine-alias", "--name", "live", *routes(v2=100))
    outputs = {}
    for arn in (MACHINE, MACHINE + ":1", LIVE):
        described = ended(home, start_execution(home, arn))
        outputs[arn] = (
            described["output"],
            described.get("stateMachineVersionArn"),
            described.get("stateMachineAliasArn"),
        )
    assert outputs == {
        MACHINE: ("3", None, None),
        MACHINE + ":1": ("1", MACHINE + ":1", None),
        LIVE: ("2", MACHINE + ":2", LIVE),
    }
    assert sfn_json(
        home, "publish-state-machine-version", "--state-machine-arn", MACHINE, "--description", "third"
    )["stateMachineVersionArn"] == (MACHINE + ":3")
    assert (
        sfn_json(home, "describe-state-machine", "--state-machine-arn", MACHINE + ":3")["description"]
        == "third"
    )
    answer = sfn_json(home, "list-state-machine-versions", "--state-machine-arn", MACHINE)
    listed = answer["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in listed] == [
        f"{MACHINE}:{number}" for number in (3, 2, 1)
    ]
    assert "no problems found" in sfn(home, "doctor").stdout


def test_updating_an_alias(home: Path) -> None:
    """Running executions stay with their version when the alias is updated, and end by it.

    Then the version may be deleted.
    """
    published(home, 1)
    waiting = json.dumps(
        {
            "StartAt": "W",
            "States": {
                "W": {"Type": "Wait", "Seconds": 600, "Next": "P"},
                "P": {"Type": "Pass", "Result": 2, "End": True},
            },
        }
    )
    sfn_json(
        home, "update-state-machine", "--state-machine-arn", MACHINE, "--definition", waiting, "--publish"
    )
    sfn_json(home, "create-state-machine-alias", "--name", "live", *routes(v2=100))
    running = start_execution(home, LIVE)
    refused = sfn(home, "delete-state-machine-version", "--state-machine-version-arn", MACHINE + ":2")
    assert (
        refused.returncode,
        "Current list of aliases referencing this version: [live]" in refused.stderr,
    ) == (254, True)
    sfn_json(home, "update-state-machine-alias", "--state-machine-alias-arn", LIVE, *routes(v1=100))
    assert (
        sfn(home, "delete-state-machine-version", "--state-machine-version-arn", MACHINE + ":2").returncode
        == 0
    )
    assert ended(home, start_execution(home, LIVE))["output"] == "1"
    sfn_json(home, "delete-state-machine", "--state-machine-arn", MACHINE)
    assert (
        sfn_json(home, "describe-state-machine", "--state-machine-arn", MACHINE + ":1")["status"]
        == "DELETING"
    )
    sfn_json(home, "stop-execution", "--execution-arn", running)
    gone = sfn(home, "describe-state-machine-alias", "--state-machine-alias-arn", LIVE)
    assert (gone.returncode, "Request references a resource that does not exist." in gone.stderr) == (
        254,
        True,
    )


@pytest.mark.slow
def test_many_by_an_alias(home: Path, tmp_path: Path) -> None:
    """start-executions chooses a version for each line, by the alias's weights."""
    published(home, 1, 2)
    sfn_json(home, "create-state-machine-alias", "--name", "live", *routes(v1=50, v2=50))
    inputs = tmp_path / "inputs.jsonl"
    inputs.write_text("{}\n" * 200)
    done = sfn(home, "start-executions", "--state-machine-arn", LIVE, "--inputs", str(inputs), "--wait")
    assert (done.returncode, json.loads(done.stderr)) == (0, {"SUCCEEDED": 200})
    shares: Counter[int] = Counter()
    for number in (1, 2):
        rows = sfn_json(home, "list-executions", "--state-machine-arn", f"{MACHINE}:{number}")["executions"]
        assert {row["stateMachineAliasArn"] for row in rows} == {LIVE}
        shares[number] = len(rows)
    assert shares.total() == 200
    assert min(shares.values()) > 50  # 7 standard deviations from 100


def test_a_child_by_an_alias(home: Path) -> None:
    """A task starts an execution by an alias's ARN, and its result names the alias."""
    published(home, 1)
    sfn_json(home, "create-state-machine-alias", "--name", "live", *routes(v1=100))
    parent = answering(
        None,
        Type="Task",
        Resource="arn:aws:states:::states:startExecution.sync:2",
        Parameters={"StateMachineArn": LIVE},
    ).replace('"Result": null, ', "")
    created = sfn_json(
        home, "create-state-machine", "--name", "Parent", "--role-arn", ROLE, "--definition", parent
    )
    output = json.loads(ended(home, start_execution(home, created["stateMachineArn"]))["output"])
    assert (
        output.items()
        >= {
            "StateMachineArn": MACHINE,
            "StateMachineVersionArn": MACHINE + ":1",
            "StateMachineAliasArn": LIVE,
            "Output": 1,
        }.items()
    )


@pytest.mark.slow
def test_a_crash_keeps_the_version(home: Path) -> None:
    """After a crash, an execution continues with the version that started it."""
    published(home, 1)
    sfn_json(home, "create-state-machine-alias", "--name", "live", *routes(v1=100))
    waiting = answering(2, Type="Wait", Seconds=1).replace('"Result": 2, ', "")
    sfn_json(
        home, "update-state-machine", "--state-machine-arn", MACHINE, "--definition", waiting, "--publish"
    )
    sfn_json(home, "update-state-machine-alias", "--state-machine-alias-arn", LIVE, *routes(v2=100))
    arn = start_execution(home, LIVE)
    until(lambda: len(_events(home, arn)) > 1, "the wait's beginning")
    kill_workers(home)
    assert ended(home, arn)["stateMachineVersionArn"] == MACHINE + ":2"
    events = _events(home, arn)
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "WaitStateEntered",
        "WaitStateExited",
        "ExecutionSucceeded",
    ]
    details = events[0]["executionStartedEventDetails"]
    assert (details["stateMachineAliasArn"], details["stateMachineVersionArn"]) == (LIVE, MACHINE + ":2")


def _events(home: Path, arn: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = sfn_json(home, "get-execution-history", "--execution-arn", arn)["events"]
    return events

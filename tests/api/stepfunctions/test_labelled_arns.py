"""The ARN of a Distributed Map state in a machine: arn:…:stateMachine:NAME/LABEL."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import ApiError
from sfn_cli.interpreter.map_run import map_run_label
from tests.api.fakes import MACHINE, ROLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.api.fakes import Caller

M = MACHINE + "m"
ONE = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


def distributed(execution_type: str = "STANDARD", **fields: Any) -> dict[str, Any]:
    """A Map state in DISTRIBUTED mode."""
    config = {"Mode": "DISTRIBUTED", "ExecutionType": execution_type}
    return {"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **ONE}, "End": True, **fields}


def machine_of(state: Mapping[str, Any], **fields: Any) -> str:
    return json.dumps({"StartAt": "Each", "States": {"Each": state}, **fields})


def in_a_branch(machine: str) -> str:
    branches = {"Type": "Parallel", "Branches": [json.loads(machine)], "End": True}
    return json.dumps({"StartAt": "Both", "States": {"Both": branches}})


@pytest.mark.parametrize(
    "definition, label, type_, shown",
    [
        (machine_of(distributed(Label="in")), "in", "STANDARD", ONE),
        (machine_of(distributed("EXPRESS", Label="in")), "in", "EXPRESS", ONE),
        (
            machine_of(distributed(Label="in"), QueryLanguage="JSONata"),
            "in",
            "STANDARD",
            {"QueryLanguage": "JSONata", **ONE},
        ),
        (in_a_branch(machine_of(distributed(Label="in"))), "in", "STANDARD", ONE),
        # One without a Label has the label by which its Map Runs and their children are named.
        (machine_of(distributed()), map_run_label(M, "Each", None), "STANDARD", ONE),
    ],
)
def test_described(call: Caller, definition: str, label: str, type_: str, shown: Mapping[str, Any]) -> None:
    """A labelled ARN describes the machine of a Map Run's children."""
    call.create(definition=definition)
    described = call("DescribeStateMachine", stateMachineArn=f"{M}/{label}")
    assert (described["stateMachineArn"], described["label"], described["type"]) == (
        f"{M}/{label}",
        label,
        type_,
    )
    assert json.loads(described["definition"]) == shown


@pytest.mark.parametrize("arn", [M + "/other", MACHINE + "gone/in"])
def test_described_but_missing(call: Caller, arn: str) -> None:
    """The label, or the machine, does not exist."""
    call.create(definition=machine_of(distributed(Label="in")))
    with pytest.raises(ApiError, match=f"State Machine Does Not Exist: '{MACHINE}") as error:
        call("DescribeStateMachine", stateMachineArn=arn)
    assert error.value.code == "StateMachineDoesNotExist"


@pytest.mark.parametrize(
    "operation, member, more",
    [
        ("StartExecution", "stateMachineArn", {}),
        ("UpdateStateMachine", "stateMachineArn", {"roleArn": ROLE}),
        ("DeleteStateMachine", "stateMachineArn", {}),
        ("PublishStateMachineVersion", "stateMachineArn", {}),
        ("ListStateMachineVersions", "stateMachineArn", {}),
        ("DeleteStateMachineVersion", "stateMachineVersionArn", {}),
    ],
)
def test_refused(call: Caller, operation: str, member: str, more: Mapping[str, Any]) -> None:
    """AWS documents a ValidationException with this reason; the machine stays."""
    call.create(definition=machine_of(distributed(Label="in")))
    with pytest.raises(ApiError) as error:
        call(operation, **{member: M + "/in", **more})
    assert (error.value.code, error.value.members) == (
        "ValidationException",
        {"reason": "API_DOES_NOT_SUPPORT_LABELED_ARNS"},
    )
    assert call("DescribeStateMachine", stateMachineArn=M)["status"] == "ACTIVE"

"""ValidateStateMachineDefinition."""

from __future__ import annotations

import json

import pytest

from sfn_cli.errors import ApiError
from tests.api.fakes import PASS, ROLE, Caller


def test_a_valid_definition(call: Caller) -> None:
    """Recorded from AWS."""
    assert call("ValidateStateMachineDefinition", definition=PASS) == {
        "result": "OK",
        "diagnostics": [],
        "truncated": False,
    }


def test_errors_are_the_answer(call: Caller) -> None:
    """Recorded from AWS."""
    answer = call("ValidateStateMachineDefinition", definition="{}", type="EXPRESS")
    assert answer == {
        "result": "FAIL",
        "diagnostics": [
            {
                "severity": "ERROR",
                "code": "SCHEMA_VALIDATION_FAILED",
                "message": "These fields are required: [States, StartAt]",
                "location": "/",
            }
        ],
        "truncated": False,
    }


def test_max_results(call: Caller) -> None:
    """The list ends at maxResults, and `truncated` is true."""
    bad = '{"StartAt":"A","States":{"A":{"Type":"X"},"B":{"Type":"Y"}}}'
    answer = call("ValidateStateMachineDefinition", definition=bad, maxResults=1)
    assert (answer["result"], len(answer["diagnostics"]), answer["truncated"]) == ("FAIL", 1, True)


def test_severity(call: Caller) -> None:
    """Warnings are returned only on request, and do not make the result FAIL."""
    odd = json.dumps(
        {"StartAt": "P", "States": {"P": {"Type": "Pass", "Parameters": {"a": "$.a"}, "End": True}}}
    )
    assert call("ValidateStateMachineDefinition", definition=odd) == {
        "result": "OK",
        "diagnostics": [],
        "truncated": False,
    }
    answer = call("ValidateStateMachineDefinition", definition=odd, severity="WARNING")
    assert answer["result"] == "OK"
    assert [(each["severity"], each["code"]) for each in answer["diagnostics"]] == [("WARNING", "NO_DOLLAR")]


def test_the_message_of_creating(call: Caller) -> None:
    """All errors are in one line; an error without a place is at null, as in AWS."""
    bad = json.dumps(
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "C": {"Type": "Pass", "Next": "A"}}}
    )
    with pytest.raises(ApiError) as refused:
        call("CreateStateMachine", name="m", roleArn=ROLE, definition=bad)
    assert refused.value.message == (
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: "
        "B at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null'"
    )


def test_variable_references(call: Caller) -> None:
    """A description lists the variables that the states read, unless the definition is hidden."""
    machine = {"StartAt": "P", "States": {"P": {"Type": "Pass", "InputPath": "$x", "End": True}}}
    answer = call("CreateStateMachine", name="m", roleArn=ROLE, definition=json.dumps(machine))
    arn = answer["stateMachineArn"]
    described = call("DescribeStateMachine", stateMachineArn=arn)
    assert described["variableReferences"] == {"P": ["x"]}
    held_back = call("DescribeStateMachine", stateMachineArn=arn, includedData="METADATA_ONLY")
    assert held_back.get("variableReferences") is None

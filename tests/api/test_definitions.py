"""ValidateStateMachineDefinition."""

from __future__ import annotations

from tests.api.fakes import PASS, Caller


def test_a_valid_definition(call: Caller) -> None:
    """Recorded from AWS."""
    assert call("ValidateStateMachineDefinition", definition=PASS) == {"result": "OK", "diagnostics": [], "truncated": False}


def test_faults_are_the_answer(call: Caller) -> None:
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
    """More faults than asked for are cut off, and that is said."""
    bad = '{"StartAt":"A","States":{"A":{"Type":"X"},"B":{"Type":"Y"}}}'
    answer = call("ValidateStateMachineDefinition", definition=bad, maxResults=1)
    assert (answer["result"], len(answer["diagnostics"]), answer["truncated"]) == ("FAIL", 1, True)

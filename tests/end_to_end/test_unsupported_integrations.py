"""Integrations that AWS has and sfn does not support: refused by name when a machine is created."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.processes import ROLE, create_machine, ended, sfn, sfn_json, start_execution

if TYPE_CHECKING:
    from pathlib import Path

GLUE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Parameters": {"JobName": "j"},
    "End": True,
}
MACHINE = json.dumps({"StartAt": "Each", "States": {"Each": {
    "Type": "Map", "ItemProcessor": {"StartAt": "Job", "States": {"Job": GLUE}}, "End": True,
}}})  # fmt: skip
MESSAGE = "sfn does not support the integration glue:startJobRun.sync. Call the service with an aws-sdk task"
PLACE = "/States/Each/ItemProcessor/States/Job/Resource"


def test_refused_by_name(home: Path) -> None:
    """The integration is refused on creation and on update; the message names the alternatives."""
    arn = create_machine(home, "M", {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    for command in (
        ("create-state-machine", "--name", "N", "--role-arn", ROLE, "--definition", MACHINE),
        ("update-state-machine", "--state-machine-arn", arn, "--definition", MACHINE),
    ):
        refused = sfn(home, *command)
        assert refused.returncode == 254
        assert f"Invalid State Machine Definition: 'UNAVAILABLE_INTEGRATION: {MESSAGE}" in refused.stderr
        assert f"at {PLACE}'" in refused.stderr


def test_created_to_be_mocked(home: Path, tmp_path: Path) -> None:
    """With mocks, a machine can be created whose integrations run only as mocks."""
    cases = {
        "StateMachines": {"N": {"TestCases": {"Done": {"Job": "Done"}}}},
        "MockedResponses": {"Done": {"0": {"Return": {"n": 1}}}},
    }
    (tmp_path / "mocks.json").write_text(json.dumps(cases))
    mocking = {"SFN_MOCK_CONFIG": str(tmp_path / "mocks.json")}
    create = ("create-state-machine", "--name", "N", "--role-arn", ROLE, "--definition", MACHINE)
    machine = sfn_json(home, *create, environment=mocking)["stateMachineArn"]
    execution = start_execution(home, f"{machine}#Done", "--input", "[1]", environment=mocking)
    assert ended(home, execution)["output"] == '[{"n":1}]'


def test_validation_is_a_warning(home: Path) -> None:
    """Validation returns OK, as on AWS; the unsupported integration is a warning."""
    validate = ("validate-state-machine-definition", "--definition", MACHINE)
    assert sfn_json(home, *validate) == {"result": "OK", "diagnostics": [], "truncated": False}
    warned = sfn_json(home, *validate, "--severity", "WARNING")
    (warning,) = warned["diagnostics"]
    assert (warned["result"], warning["severity"], warning["code"], warning["location"]) == (
        "OK", "WARNING", "UNAVAILABLE_INTEGRATION", PLACE,
    )  # fmt: skip
    assert warning["message"].startswith(MESSAGE)


def test_state_test_with_a_mock(home: Path) -> None:
    """test-state with a mock calls nothing; without a mock, the state is refused."""
    state = (
        "test-state",
        "--definition",
        json.dumps({**GLUE, "Resource": "arn:aws:states:::glue:startJobRun"}),
        "--role-arn",
        ROLE,
    )
    assert (
        sfn_json(home, *state, "--mock", '{"result": "{\\"JobRunId\\": \\"r\\"}"}')["status"] == "SUCCEEDED"
    )
    refused = sfn(home, *state)
    assert refused.returncode == 254
    assert "sfn does not support the integration glue:startJobRun." in refused.stderr

"""StartExecution with a test case or faults, and the errors for invalid ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.api.stepfunctions.starts.bulk import Line, start_executions_in_bulk
from sfn_cli.errors import ApiError, UsageError
from tests.api.refusals import refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.fakes import Caller

TASK = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
INNER = {"StartAt": "Ship, now", "States": {"Ship, now": TASK}}
DEFINITION = json.dumps(
    {
        "StartAt": "Charge",
        "States": {
            "Charge": {**TASK, "End": False, "Next": "Fork"},
            "Fork": {"Type": "Parallel", "Branches": [INNER], "End": True},
        },
    }
)
ANSWERS = {"0": {"Return": 1}}


@pytest.fixture
def machine(call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)  # where the file is looked for
    return call.create(definition=DEFINITION)


def write(case: Any = None, responses: Any = None, cases: Any = None) -> None:
    """Writes a file with the test case Case of the machine and with these mocked responses."""
    with open("MockConfigFile.json", "w", encoding="utf-8") as file:
        json.dump(
            {
                "StateMachines": {"m": {"TestCases": cases or {"Case": case}}},
                "MockedResponses": responses or {"R": ANSWERS},
            },
            file,
        )


PLACE = "at /StateMachines/m/TestCases"
NO_SUCH_STATE = "the state machine has no Task state of this name; choose from 'Charge', 'Ship, now'."


@pytest.mark.parametrize(
    "case, responses, message_start",
    [
        ([], {}, f"{PLACE}/Case: it must be an object."),
        ({"Charg": "R"}, {}, f"{PLACE}/Case/Charg: {NO_SUCH_STATE}"),
        ({"Fork": "R"}, {}, f"{PLACE}/Case/Fork: {NO_SUCH_STATE}"),
        ({"Charge": 1}, {}, f"{PLACE}/Case/Charge: it must be the name of a mocked response, a string."),
        ({"Charge": "S"}, {}, "at /MockedResponses: there is no 'S'; choose from 'R'."),
        ({"Charge": "R"}, {"R": []}, "at /MockedResponses/R: it must be an object."),
        *(
            (
                {"Charge": "R"}, {"R": {key: ANSWERS["0"]}},
                f"at /MockedResponses/R/{key}: the key must be an invocation, such as",
            )
            for key in ("x", "-1", "2-1", "1-", "1.5", "")
        ),
        (
            {"Charge": "R"}, {"R": {"1": ANSWERS["0"]}},
            "at /MockedResponses/R/1: invocation 0 has no answer: invocations must be numbered from 0",
        ),
        (
            {"Charge": "R"}, {"R": {"3": ANSWERS["0"], "0-1": ANSWERS["0"]}},
            "at /MockedResponses/R/3: invocation 2 has no answer",
        ),
        (
            {"Charge": "R"}, {"R": {"0-2": ANSWERS["0"], "2": ANSWERS["0"]}},
            "at /MockedResponses/R/2: invocation 2 has two answers",
        ),
        (
            {"Charge": "R"}, {"R": {"0": {}}},
            "at /MockedResponses/R/0: it must be an object with exactly one field, Return or Throw.",
        ),
        (
            {"Charge": "R"}, {"R": {"0": {"Return": 1, "Throw": {}}}},
            "at /MockedResponses/R/0: it must be an object with exactly one field",
        ),
        (
            {"Charge": "R"}, {"R": {"0": {"Throw": {"Cause": "c"}}}},
            "at /MockedResponses/R/0/Throw: it must be an object with the strings Error",
        ),
    ],
)  # fmt: skip
def test_invalid_files(
    call: Caller, machine: str, tmp_path: Path, case: Any, responses: Any, message_start: str
) -> None:
    """One line names the file, the place in it, and what is expected; nothing is started."""
    write(case, responses)
    code, message = refused(call, "StartExecution", stateMachineArn=f"{machine}#Case")
    assert code == "ValidationException"
    assert message.startswith(f"The mock configuration file {tmp_path}/MockConfigFile.json, {message_start}")
    assert "\n" not in message
    assert call("ListExecutions", stateMachineArn=machine)["executions"] == []


@pytest.mark.parametrize(
    "text, message_start",
    [
        ('{"StateMachines": {},\n  oops}', " is not JSON, line 2, column 3: Unexpected character"),
        ("[]", ", at /: it must be an object with StateMachines and MockedResponses."),
        ('{"StateMachines": {"n": {}}}', ", at /StateMachines: there is no 'm'; choose from 'n'."),
        (
            None,
            (
                " cannot be read: No such file or directory. "
                "Set its path with SFN_MOCK_CONFIG; by default, it is MockConfigFile.json"
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_not_a_mock_file(
    call: Caller, machine: str, tmp_path: Path, text: str | None, message_start: str
) -> None:
    """The same, for the file as a whole."""
    if text is not None:
        (tmp_path / "MockConfigFile.json").write_text(text)
    _, message = refused(call, "StartExecution", stateMachineArn=f"{machine}#Case")
    assert message.startswith(f"The mock configuration file {tmp_path}/MockConfigFile.json{message_start}")


def test_what_a_case_does_not_use_is_ignored(call: Caller, machine: str) -> None:
    """An unused fault, or a response without answers, is ignored, as in Step Functions Local."""
    write(
        cases={"Case": {"Charge": "Empty"}, "Other": {"Gone": "Gone"}},
        responses={"Empty": {}, "Wrong": {"x": []}},
    )
    execution = call("StartExecution", stateMachineArn=f"{machine}#Case", name="e")["executionArn"]
    assert execution.endswith(":execution:m:e")
    assert call("DescribeExecution", executionArn=execution)["stateMachineArn"] == machine


def test_idempotency(call: Caller, machine: str) -> None:
    """The same name with the same mocks is the same execution.

    With other mocks the name is taken, as it is with another input.
    """
    write(cases={"Case": {"Charge": "R"}, "Other": {}})
    request = {"stateMachineArn": f"{machine}#Case", "name": "e"}
    assert call("StartExecution", **request) == call("StartExecution", **request)
    for other in (
        {"stateMachineArn": f"{machine}#Other"},
        {"stateMachineArn": machine},
        {"inject": ["Charge:E"]},
    ):
        code, _ = refused(call, "StartExecution", **{**request, **other})
        assert code == "ExecutionAlreadyExists"


@pytest.mark.parametrize(
    "inject, message_start",
    [
        ("Charge", "Invalid --inject 'Charge'. Use STATE:ERROR, STATE:ERROR@2 or STATE:ERROR@1-3."),
        ("Charge:E@0", "Invalid --inject 'Charge:E@0'. Use STATE:ERROR"),
        ("Charge:E@x", "Invalid --inject 'Charge:E@x'. Use STATE:ERROR"),
        ("Charge:E@2-1", "--inject 'Charge:E@2-1': the end of the range is before its start."),
        (
            "Charge:E,Pay:E",
            (
                "--inject 'Pay:E': the state machine has no Task state 'Pay'; its Task states are 'Charge', "
                "'Ship, now'."
            ),
        ),
        ("Fork:E", "--inject 'Fork:E': the state machine has no Task state 'Fork'; its Task states are"),
    ],
)
def test_invalid_faults(call: Caller, machine: str, inject: str, message_start: str) -> None:
    """An unknown state or test case is a usage error that lists the existing ones."""
    with pytest.raises(UsageError) as error:
        call("StartExecution", stateMachineArn=machine, inject=[inject])
    assert str(error.value).startswith(message_start)


@pytest.mark.parametrize(
    "inject",
    ["Charge:E", "Charge:E@1", "Charge:E@1-2, Charge:F@3", "Ship, now:States.Timeout@1", "Ship, now:E"],
)
def test_valid_faults(call: Caller, machine: str, inject: str) -> None:
    """There may be one fault or a list of them; a state's name may contain a comma."""
    assert call("StartExecution", stateMachineArn=machine, inject=[inject])["executionArn"]


def test_many_at_once(call: Caller, machine: str) -> None:
    """Invalid mocks are refused before any line is started."""
    write({"Charge": "R"})
    lines = [Line(1, "{}"), Line(2, "oops"), Line(3, "3")]
    started, refusals = start_executions_in_bulk(call.service, f"{machine}#Case", lines)
    assert ([line.line for line in started], [line.line for line in refusals]) == ([1, 3], [2])
    with pytest.raises(ApiError, match="there is no test case 'Cas'"):
        start_executions_in_bulk(call.service, f"{machine}#Cas", lines)

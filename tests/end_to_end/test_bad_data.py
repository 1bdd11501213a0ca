"""Data that is too large or too deep fails its state; the worker and other executions continue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import (
    create_function,
    create_machine,
    ended,
    sfn,
    sfn_json,
    start_execution,
    worker_pids,
)

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/any"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Odd"


def ended_as(home: Path, definition: Any, *arguments: str) -> dict[str, Any]:
    return ended(home, start_execution(home, create_machine(home, "Odd", definition), *arguments))


@pytest.mark.slow
@pytest.mark.parametrize(
    "source, status, excerpt",
    [
        ("'[' * 5000 + ']' * 5000", "FAILED", "Document nesting depth (1001) exceeds"),
        ("'{\"n\": NaN}'", "FAILED", "The function's response is not valid JSON"),
        ("'[1e999]'", "FAILED", "out of range of double"),
        ("'\"' + 'x' * 300_000 + '\"'", "FAILED", "size exceeding the maximum number of bytes"),
        ("'\"\\\\ud800\"'", "SUCCEEDED", '"\\ud800"'),
    ],
)
def test_function_results_out_of_range(
    home: Path, tmp_path: Path, source: str, status: str, excerpt: str
) -> None:
    """A result that is too deep, too large or not JSON fails the task.

    A lone surrogate is stored.
    """
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(f"def handler(event, context): return ({source}).encode()\n")
    create_function(home, "Odd", code)
    described = ended_as(
        home, {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": FUNCTION, "End": True}}}
    )
    assert described["status"] == status
    assert excerpt in described.get("cause", described.get("output", ""))
    assert len(worker_pids(home)) == 1


def test_data_that_grows_too_deep(home: Path) -> None:
    """A machine that wraps its data a thousand times fails with an error of its own."""
    definition = {
        "StartAt": "Wrap",
        "States": {
            "Wrap": {"Type": "Pass", "Parameters": {"in.$": "$"}, "Next": "Again"},
            "Again": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.never", "IsPresent": True, "Next": "End"}],
                "Default": "Wrap",
            },
            "End": {"Type": "Succeed"},
        },
    }
    described = ended_as(home, definition)
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")
    assert "nested too deeply" in described["cause"]


@pytest.mark.parametrize("text", ["[" * 10_000 + "]" * 10_000, '{"a":' * 5_000 + "1" + "}" * 5_000])
def test_deep_input_is_refused(home: Path, text: str) -> None:
    """An input ten thousand levels deep is an error."""
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    machine = sfn_json(
        home, "create-state-machine", "--name", "A", "--role-arn", ROLE, "--definition", definition
    )
    refused = sfn(home, "start-execution", "--state-machine-arn", machine["stateMachineArn"], "--input", text)
    assert refused.returncode == 254
    assert "InvalidExecutionInput" in refused.stderr


def test_arguments_that_are_not_utf_8(home: Path) -> None:
    """An argument that is not UTF-8 is an error in one line, and nothing is stored."""
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    machine = sfn_json(
        home, "create-state-machine", "--name", "A", "--role-arn", ROLE, "--definition", definition
    )["stateMachineArn"]
    refused = sfn(home, "start-execution", "--state-machine-arn", machine, "--input", '"\udcff"')
    assert refused.returncode in (252, 254, 255)
    assert "Traceback" not in refused.stderr
    assert sfn_json(home, "list-executions", "--state-machine-arn", machine) == {"executions": []}

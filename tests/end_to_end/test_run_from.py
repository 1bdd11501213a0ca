"""`sfn start-execution --from EXECUTION --at STATE`, with a worker, kill -9, and an endpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.interpreter.replay import breaches
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

pytestmark = pytest.mark.slow  # it starts workers, functions and a server

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Work"

# It notes each call, and fails for "gone", which only an edited definition does not send.
HANDLER = """
import pathlib, time

def handler(event, context):
    with (pathlib.Path(__file__).parent / "calls").open("a") as calls:
        print(event["do"], file=calls)
    print("doing", event["do"])
    time.sleep(event.get("seconds", 0))
    return {"did": event["do"]} if event["do"] != "gone" else 1 / 0
"""


def pay(charge: Any) -> dict[str, Any]:
    task = {"Type": "Task", "Resource": FUNCTION}
    return {
        "StartAt": "Reserve",
        "States": {
            "Reserve": {
                **task,
                "Parameters": {"do": "reserve", "for.$": "$$.Execution.Name"},
                "Next": "Charge",
            },
            "Charge": {**task, "Parameters": charge, "End": True},
        },
    }


def test_it_runs_from_the_failed_state(home: Path, tmp_path: Path) -> None:
    """The function of the state before is not called again, and kill -9 loses nothing."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(HANDLER)
    create_function(home, "Work", code)
    machine = create_machine(home, "Pay", pay({"do": "gone"}))
    assert ended(home, start_execution(home, machine, "--name", "old"))["status"] == "FAILED"

    (tmp_path / "pay.asl.json").write_text(json.dumps(pay({"do": "charge", "seconds": 1})))
    edited = ("--definition", "file://pay.asl.json")
    started = sfn_json(home, "start-execution", "--from", "Pay/old", *edited, "--name", "new", cwd=tmp_path)
    until(lambda: "charge" in (code / "calls").read_text(), "the call of Charge")
    kill_workers(home)
    done = ended(home, started["executionArn"])
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"did": "charge"})
    assert (code / "calls").read_text().split() == ["reserve", "gone", "charge", "charge"]

    shown = sfn(home, "show", "Pay/new")
    assert shown.stdout.splitlines()[0].endswith("(from Pay/old at Charge)")
    assert sfn_json(home, "show", "Pay/new", "--output", "json")["takenOver"] == {
        "executionArn": f"{machine.replace('stateMachine', 'execution')}:old",
        "state": "Charge",
        "enteredEventId": 7,
    }
    for state, line in {"Reserve": "doing reserve", "Charge": "doing charge"}.items():
        assert line in sfn(home, "show", "Pay/new", state).stdout
    history = sfn_json(home, "get-execution-history", "--execution-arn", "Pay/new")["events"]
    assert [event["type"] for event in history[5:9]] == [
        *("TaskStateExited", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted")
    ]
    assert "takenOver" not in json.dumps(history)

    refused = sfn(home, "start-execution", "--from", "Pay/new", "--at", "Charge")
    assert refused.returncode == 0, "the machine's definition differs only in Charge"
    changed = json.dumps(pay({"do": "charge"})).replace("reserve", "book")
    refused = sfn(home, "start-execution", "--from", "Pay/old", "--definition", changed)
    assert (refused.returncode, refused.stdout) == (254, "")
    assert refused.stderr.strip() == (
        "sfn: [ERROR]: An error occurred (HistoryDoesNotFit) when calling the StartExecution operation: "
        "Cannot run from 'Charge' of Pay/old with this definition: event 3 (LambdaFunctionScheduled of "
        '\'Reserve\'): its input would be "book" instead of "reserve" at $.do'
    )

    with serving(home) as url:
        there = ("--endpoint-url", url, "--no-sign-request")
        for name in ("Pay/last", "Pay"):  # both are the latest execution
            again = sfn_json(
                home, "start-execution", "--from", name, "--at", "Charge", *there,
                "--definition", json.dumps(pay({"do.$": "$.do"})), "--with-input", '{"do": "more"}',
            )  # fmt: skip
            assert json.loads(ended(home, again["executionArn"])["output"]) == {"did": "more"}

    assert sfn(home, "doctor").stdout.endswith(": no problems found\n")
    assert list(breaches(home)) == []

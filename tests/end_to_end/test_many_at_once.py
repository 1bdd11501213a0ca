"""Fifty shells run all commands at once: none fails because of a locked store."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.processes import SFN, create_function, environment_of, sfn, sfn_json, until

if TYPE_CHECKING:
    from pathlib import Path

SHELLS = 50
ROLE = "arn:aws:iam::123456789012:role/any"
MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine:"

HANDLER = """
import os

def handler(event, context):
    print("token of", event["n"])
    path = os.path.join({tokens!r}, event["n"])
    with open(path + ".new", "w") as file:
        file.write(event["token"])
    os.rename(path + ".new", path)
"""

APPROVE = {
    "StartAt": "T",
    "States": {
        "T": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {
                "FunctionName": "Ask",
                "Payload": {"n.$": "$$.Execution.Name", "token.$": "$$.Task.Token"},
            },
            "End": True,
        }
    },
}


@pytest.mark.slow
def test_fifty_shells(home: Path, tmp_path: Path) -> None:
    """create, start, describe, list, stop, send-task-success and tail, side by side.

    Every response is right.
    """
    tokens, code = tmp_path / "tokens", tmp_path / "code"
    tokens.mkdir()
    code.mkdir()
    (code / "app.py").write_text(HANDLER.format(tokens=str(tokens)))
    create_function(home, "Ask", code)
    sfn_json(home, "logs", "create-log-group", "--log-group-name", "/aws/lambda/Ask")
    follower = subprocess.Popen(
        [SFN, "logs", "tail", "/aws/lambda/Ask", "--follow", "--format", "short"],
        env=environment_of(home), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        with ThreadPoolExecutor(SHELLS) as shells:
            list(shells.map(lambda n: one_shell(home, tokens, n), range(SHELLS)))
        assert follower.stdout is not None
        reported: set[str] = set()
        while len(reported) < SHELLS:
            words = follower.stdout.readline().split()
            if words[1:3] == ["token", "of"]:
                reported.add(words[3])
    finally:
        follower.terminate()
        follower.communicate()
    assert len(sfn_json(home, "list-state-machines")["stateMachines"]) == SHELLS
    assert sfn(home, "doctor").stdout.startswith(f"{2 * SHELLS} executions")


def one_shell(home: Path, tokens: Path, n: int) -> None:
    machine = sfn_json(
        home,
        "create-state-machine",
        "--name",
        f"M{n}",
        "--role-arn",
        ROLE,
        "--definition",
        json.dumps(APPROVE),
    )
    arn = machine["stateMachineArn"]
    assert arn == f"{MACHINES}M{n}"
    approved, stopped = (
        sfn_json(home, "start-execution", "--state-machine-arn", arn, "--name", f"{kind}-{n}")["executionArn"]
        for kind in ("approved", "stopped")
    )
    sfn_json(home, "stop-execution", "--execution-arn", stopped, "--error", f"E{n}")
    until((tokens / f"approved-{n}").exists, f"the token of {n}")
    token = (tokens / f"approved-{n}").read_text()
    sfn_json(home, "send-task-success", "--task-token", token, "--task-output", str(n))

    def output() -> str | None:
        answer: str | None = sfn_json(home, "describe-execution", "--execution-arn", approved).get("output")
        return answer

    assert until(output, f"the end of {n}") == str(n)
    listed = sfn_json(home, "list-executions", "--state-machine-arn", arn)["executions"]
    assert {execution["name"]: execution["status"] for execution in listed} == {
        f"approved-{n}": "SUCCEEDED",
        f"stopped-{n}": "ABORTED",
    }
    assert sfn_json(home, "describe-execution", "--execution-arn", stopped)["error"] == f"E{n}"

"""`sfn test-state` with a function that runs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tests.processes import sfn_json

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/any"
STATE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "Halve", "Payload.$": "$"},
    "ResultSelector": {"half.$": "$.Payload"},
    "Retry": [{"ErrorEquals": ["TypeError"], "IntervalSeconds": 2}],
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Odd"}],
    "Next": "Even",
}
APP = """
def handler(event, context):
    if event["n"] % 2:
        raise ValueError("odd")
    return event["n"] // 2
"""


def test_a_task_that_runs(tmp_path: Path) -> None:
    """The function is invoked; its result and errors are processed as in an execution."""
    home, code = tmp_path / "home", tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(APP)
    sfn_json(
        home, "lambda", "create-function", "--function-name", "Halve", "--handler", "app.handler",
        "--runtime", f"python{sys.version_info.major}.{sys.version_info.minor}", "--role", ROLE,
        "--code-dir", str(code),
    )  # fmt: skip

    def tried(n: object) -> dict[str, str]:
        answer: dict[str, str] = sfn_json(
            home,
            "test-state",
            "--definition",
            json.dumps(STATE),
            "--role-arn",
            ROLE,
            "--input",
            json.dumps({"n": n}),
        )
        return answer

    assert tried(4) == {"status": "SUCCEEDED", "output": '{"half":2}', "nextState": "Even"}
    odd = tried(3)
    assert (odd["status"], odd["error"], odd["nextState"]) == ("CAUGHT_ERROR", "ValueError", "Odd")
    assert json.loads(odd["output"])["Error"] == "ValueError"
    broken = tried([])
    assert (broken["status"], broken["error"]) == ("RETRIABLE", "TypeError")

"""A project to step through: a Retry, a Map, a Parallel and a callback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function"

PAY = """\
class Declined(Exception):
    pass

def lambda_handler(event, context):
    if event["attempt"] == 0:
        raise Declined("no money")
    return {"paid": len(event["items"])}
"""

ASK = "def lambda_handler(event, context):\n    return None\n"

SHOP = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": f"{FUNCTION}:pay",
            "Parameters": {"items.$": "$.items", "attempt.$": "$$.State.RetryCount"},
            "ResultPath": "$.receipt",
            "Retry": [{"ErrorEquals": ["Declined"], "IntervalSeconds": 2, "MaxAttempts": 2}],
            "Next": "Rest",
        },
        "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Lines"},
        "Lines": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 1,
            "ItemProcessor": {"StartAt": "Pack", "States": {"Pack": {"Type": "Pass", "End": True}}},
            "ResultPath": "$.packed",
            "Next": "Send",
        },
        "Send": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": name, "States": {name: {"Type": "Pass", "Result": name, "End": True}}}
                for name in ("Label", "Invoice")
            ],
            "ResultPath": "$.sent",
            "Next": "Approve",
        },
        "Approve": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}},
            "TimeoutSeconds": 3600,
            "End": True,
        },
    },
}
"""Charge fails at its first attempt, two items are packed, two branches run, and Approve waits."""


def write_stepping_project(folder: Path) -> None:
    """Writes the definition and its functions."""
    for name, code in (("pay", PAY), ("ask", ASK)):
        (folder / "functions" / name).mkdir(parents=True)
        (folder / "functions" / name / "app.py").write_text(code)
    (folder / "shop.asl.json").write_text(json.dumps(SHOP))

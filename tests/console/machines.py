"""State machines for tests of the console."""

from __future__ import annotations

from typing import Any

PASS: Any = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
TWO_STATES: Any = {
    "StartAt": "Greet",
    "States": {"Greet": {"Type": "Pass", "Next": "Done"}, "Done": {"Type": "Succeed"}},
}
WAIT: Any = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86400, "End": True}}}
FAIL: Any = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Broken", "Cause": "on purpose"}}}

APPROVAL: Any = {
    "StartAt": "Approve",
    "States": {
        "Approve": {
            "Type": "Task",
            "Resource": "arn:aws:states:us-east-1:123456789012:activity:approvals",
            "End": True,
        }
    },
}
"""It waits for a worker of the activity `approvals`, which a person can be."""

MAP_OF_APPROVALS: Any = {
    "StartAt": "Each",
    "States": {
        "Each": {"Type": "Map", "ItemProcessor": APPROVAL, "Next": "Pause"},
        "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Check"},
        "Check": {"Type": "Fail", "Error": "Broken"},
    },
}
"""Approvals at the same time, a Wait, and a state that fails."""

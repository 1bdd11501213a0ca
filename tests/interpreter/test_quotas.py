"""AWS's quotas on the duration of an execution and the length of its history."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interpreter.manual_driver import EXECUTION_ARN, START, run

EXPRESS_ARN = EXECUTION_ARN.replace(":execution:", ":express:") + ":1f2e"
DAY = 24 * 60 * 60

WAIT = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 99_999_999, "End": True}}}
LOOP = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.never", "IsPresent": True, "Next": "End"}],
            "Default": "A",
        },
        "End": {"Type": "Succeed"},
    },
}


@pytest.mark.parametrize(
    "arn, own, seconds",
    [
        (EXECUTION_ARN, {}, 365 * DAY),
        (EXECUTION_ARN, {"TimeoutSeconds": 60}, 60),
        (EXECUTION_ARN, {"TimeoutSeconds": 99_999_999}, 365 * DAY),
        (EXPRESS_ARN, {}, 300),
        (EXPRESS_ARN, {"TimeoutSeconds": 60}, 60),
        (EXPRESS_ARN, {"TimeoutSeconds": 3600}, 300),
    ],
)
def test_how_long_an_execution_may_take(arn: str, own: dict[str, Any], seconds: int) -> None:
    """The limit is a year, five minutes for EXPRESS, or the machine's TimeoutSeconds if that is less."""
    last = run({**WAIT, **own}, {}, arn=arn)[-1]
    assert (last.type, last.details, last.at - START) == (
        "ExecutionTimedOut",
        {"error": "States.Timeout"},
        seconds * 1000,
    )


def test_how_long_a_history_may_grow() -> None:
    """The 25,000th event is the execution's failure."""
    last = run(LOOP, {})[-1]
    cause = "The execution reached the maximum number of history events (25000)."
    assert (last.id, last.type, last.details) == (
        25_000,
        "ExecutionFailed",
        {"error": "States.Runtime", "cause": cause},
    )

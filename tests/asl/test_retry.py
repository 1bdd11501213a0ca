"""Retry and Catch: matching errors, and the delays of retries."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.asl.retry import Retrier, error_output, matches_error_equals
from sfn_cli.errors import StatesError


@pytest.mark.parametrize(
    "error_equals, error, matched",
    [
        (["Boom"], "Boom", True),
        (["Boom"], "Other", False),
        (["States.ALL"], "Boom", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.DataLimitExceeded", True),  # recorded
        (["States.ALL"], "States.Runtime", False),
        (["States.Runtime"], "States.Runtime", False),  # the developer guide
        (["States.TaskFailed"], "Boom", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.HeartbeatTimeout"], "States.Timeout", False),
        (["States.ALL"], None, True),
    ],
)
def test_matches(error_equals: list[str], error: str | None, matched: bool) -> None:
    """ErrorEquals matches single errors or kinds of errors."""
    assert matches_error_equals(error_equals, error) is matched


def test_a_missed_heartbeat() -> None:
    """A missed heartbeat is a States.Timeout that States.HeartbeatTimeout also matches."""
    assert matches_error_equals(["States.HeartbeatTimeout"], "States.Timeout", heartbeat=True)
    assert matches_error_equals(["States.Timeout"], "States.Timeout", heartbeat=True)


@pytest.mark.parametrize(
    "fields, delays",
    [
        ({}, [1000, 2000, 4000]),
        ({"IntervalSeconds": 3, "BackoffRate": 1.5}, [3000, 4500, 6750]),
        ({"IntervalSeconds": 10, "BackoffRate": 10, "MaxDelaySeconds": 50}, [10_000, 50_000, 50_000]),
    ],
)
def test_delay(fields: dict[str, Any], delays: list[int]) -> None:
    """IntervalSeconds × BackoffRate^(attempt-1), at most MaxDelaySeconds."""
    retrier = Retrier.load({"ErrorEquals": ["States.ALL"], **fields})
    assert [retrier.delay_ms(attempt, "seed") for attempt in (1, 2, 3)] == delays


def test_full_jitter() -> None:
    """Jitter is a fraction of the delay that depends on the seed."""
    retrier = Retrier.load({"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "JitterStrategy": "FULL"})
    drawn = [retrier.delay_ms(1, f"seed {n}") for n in range(50)]
    assert all(0 <= delay < 100_000 for delay in drawn)
    assert len(set(drawn)) > 40
    assert drawn == [retrier.delay_ms(1, f"seed {n}") for n in range(50)]


def test_a_backoff_that_outgrows_all_numbers() -> None:
    """An enormous backoff gives a delay beyond any execution's duration, without an error."""
    retrier = Retrier.load({"ErrorEquals": ["States.ALL"], "BackoffRate": 1e300, "MaxAttempts": 99})
    assert retrier.delay_ms(9, "seed") > 365 * 24 * 3600 * 1000


@pytest.mark.parametrize(
    "error, output",
    [
        (StatesError("Boom", "why"), {"Error": "Boom", "Cause": "why"}),
        # LocalStack's recording of a lambda:invoke that is caught, November 2024
        (StatesError("States.Timeout"), {"Error": "States.Timeout", "Cause": ""}),
        (StatesError("States.HeartbeatTimeout"), {"Error": "States.HeartbeatTimeout", "Cause": ""}),
        (StatesError(None), {"Error": None, "Cause": None}),  # SendTaskFailure with only a token
        (StatesError("Boom"), {"Error": "Boom", "Cause": None}),
    ],
)
def test_error_output(error: StatesError, output: dict[str, str | None]) -> None:
    """An Error Output has both members."""
    assert error_output(error) == output

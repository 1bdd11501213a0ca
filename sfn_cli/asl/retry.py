"""Retry and Catch: the Retrier or Catcher that matches an error, and the delay of a retry.

ASL: https://states-language.net/#errors. Rules, in the order of the lists:

1. A name in ErrorEquals matches the error with that name.
2. Nothing matches States.Runtime, not even its name.
3. States.ALL matches every other error. (AWS's guide excepts States.DataLimitExceeded; recordings of
   AWS show that States.ALL catches it.) States.TaskFailed matches them except States.Timeout.
4. A missed heartbeat is recorded as States.Timeout and also matches States.HeartbeatTimeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.asl.dataflow import CatchFlow, catch_flow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.errors import StatesError
    from sfn_cli.jsonvalue import Json

RUNTIME = "States.Runtime"
TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"


class Retrier(NamedTuple):
    """One entry of Retry. Delays are in seconds."""

    error_equals: tuple[str, ...]
    interval_seconds: float
    max_attempts: int
    backoff_rate: float
    max_delay_seconds: float | None
    full_jitter: bool

    @classmethod
    def load(cls, fields: Mapping[str, Any]) -> Retrier:
        return cls(
            error_equals=tuple(fields["ErrorEquals"]),
            interval_seconds=fields.get("IntervalSeconds", 1),
            max_attempts=fields.get("MaxAttempts", 3),
            backoff_rate=fields.get("BackoffRate", 2.0),
            max_delay_seconds=fields.get("MaxDelaySeconds"),
            full_jitter=fields.get("JitterStrategy") == "FULL",
        )

    def delay_ms(self, attempt: int, seed: str) -> int:
        """Returns the milliseconds to wait before retry number `attempt` (1 for the first).

        IntervalSeconds × BackoffRate^(attempt-1), at most MaxDelaySeconds; with JitterStrategy FULL, a
        fraction of that, derived from `seed` so that a replay waits equally long.
        """
        try:
            seconds = self.interval_seconds * self.backoff_rate ** (attempt - 1)
        except OverflowError:
            seconds = float("inf")
        seconds = min(seconds, self.max_delay_seconds or _LONGEST_DELAY_SECONDS)
        if self.full_jitter:
            from random import Random

            seconds *= Random(seed).random()
        return round(seconds * 1000)


_LONGEST_DELAY_SECONDS = 366 * 24 * 3600
"""A limit beyond any execution's duration, for a backoff too large for a number."""


class Catcher(NamedTuple):
    """One entry of Catch: the next state, and its input."""

    error_equals: tuple[str, ...]
    next: str
    flow: CatchFlow

    @classmethod
    def load(cls, fields: Mapping[str, Any], language: str, position: int) -> Catcher:
        return cls(
            tuple(fields["ErrorEquals"]), fields["Next"], catch_flow(fields, language, f"Catch[{position}]/")
        )


def error_output(error: StatesError) -> dict[str, Json]:
    """Returns the Error Output of an error: what a Catcher's fields read.

    Observed: it always has both members. Cause is "" after a timeout; otherwise, a missing text is null.
    """
    cause = "" if error.cause is None and error.error in (TIMEOUT, HEARTBEAT_TIMEOUT) else error.cause
    return {"Error": error.error, "Cause": cause}


def matches_error_equals(error_equals: Sequence[str], error: str | None, *, heartbeat: bool = False) -> bool:
    """Whether ErrorEquals lists an error of this name (rules 1 to 4)."""
    if error == RUNTIME:
        return False
    if error in error_equals or (heartbeat and HEARTBEAT_TIMEOUT in error_equals):
        return True
    return "States.ALL" in error_equals or (error != TIMEOUT and "States.TaskFailed" in error_equals)

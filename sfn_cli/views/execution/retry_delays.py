"""The delay of a state's retry, from only its definition, for histories that cannot be replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.asl.retry import Retrier, matches_error_equals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class RetryDelay(NamedTuple):
    """The time before a state's next attempt; None milliseconds stands for a random time (jitter)."""

    milliseconds: int | None


def delay_of_next_attempt(fields: Mapping[str, Any], errors: Sequence[str | None]) -> RetryDelay | None:
    """Returns the delay after the last of a state's errors; None if no attempt is left or known."""
    try:
        retriers = [Retrier.load(entry) for entry in fields.get("Retry", ())]
    except (KeyError, TypeError):
        return None
    counts = dict.fromkeys(range(len(retriers)), 0)
    delay = None
    for error in errors:
        position = next(
            (n for n, retrier in enumerate(retriers) if matches_error_equals(retrier.error_equals, error)),
            None,
        )
        if position is None or counts[position] >= retriers[position].max_attempts:
            delay = None
            continue
        counts[position] += 1
        retrier = retriers[position]
        delay = RetryDelay(None if retrier.full_jitter else retrier.delay_ms(counts[position], ""))
    return delay

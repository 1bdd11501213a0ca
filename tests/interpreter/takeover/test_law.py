"""The law of a taken-over history, on generated machines.

With the same definition, every entry of a state can be taken over, and the new execution continues as
the old one did.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hypothesis import given

from sfn_cli.interpreter.takeover.prefix import PrefixError
from sfn_cli.jsonvalue import raise_recursion_limit
from tests.interpreter.generated_machines import answered_by_name, machines, values
from tests.interpreter.hypotheses import tries
from tests.interpreter.manual_driver import START, redriven, run
from tests.interpreter.takeover.taken_over import entries, taken_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.interpreter.events import HistoryEvent

raise_recursion_limit()  # at import: Hypothesis warns if the recursion limit changes during a test

MOST_EVENTS = 300
LATER = 86_400_000
OTHER_ARN = "arn:aws:states:us-east-1:123456789012:execution:Case:other"
OTHER_SEED = "another secret"
UNSUCCESSFUL = ("ExecutionFailed", "ExecutionTimedOut")


def shifted(history: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """The events after the first one, as they would be a day later."""
    return [event._replace(at=event.at + LATER) for event in history[1:]]


def without_days(history: Sequence[HistoryEvent]) -> str:
    """The history without the days in its data: errors quote the Context Object, which has times."""
    return re.sub(r"\b2023-11-1\dT", "DAY", repr(history))


def taken_over_unless_tasks_run(*args: Any, **more: Any) -> list[HistoryEvent] | None:
    """Returns `taken_over`; None if tasks of other branches were running, the only refusal that fits."""
    try:
        return taken_over(*args, **more)
    except PrefixError as refused:
        if "tasks of other branches were running" in str(refused):
            return None
        raise


def run_other(definition: Any, input: Any, answered: Any, first: list[HistoryEvent]) -> list[HistoryEvent]:
    return run(definition, input, answered, first, OTHER_ARN, max_events=2 * MOST_EVENTS, seed=OTHER_SEED)


def continues_everywhere(definition: Any, input: Any, answered: Any, whole: list[HistoryEvent]) -> None:
    """Checks every entry of a state in a history.

    The new execution has the name and the seed of the old one, so that even random data is equal.
    """
    for entry in entries(whole):
        first = taken_over_unless_tasks_run(definition, whole, entry, started_at=START + LATER)
        if first is None:
            assert entry.frame != 0, "a state of the execution itself"
            continue
        assert [event._replace(details=None) for event in first[1:]] == [
            event._replace(details=None) for event in shifted(whole)[: entry.id - 1]
        ]
        on = run(definition, input, answered, history=first, max_events=2 * MOST_EVENTS)
        assert on[: len(first)] == first
        if entry.frame == 0 and not any(event.type == "ExecutionRedriven" for event in whole[entry.id :]):
            assert without_days(on[1:]) == without_days(shifted(whole)), f"from event {entry.id}"
        # An execution with another name and seed resumes from its own history.
        other = run_other(definition, input, answered, first)
        for length in range(len(first), len(other), max(1, len(other) // 4)):
            assert run_other(definition, input, answered, other[:length]) == other
        # What was taken over can be taken over again, at any entry.
        for later in entries(other)[-2:]:
            taken_over_unless_tasks_run(
                definition, other, later, arn=OTHER_ARN, seed=OTHER_SEED, started_at=START
            )


@tries(60)
@given(machines(), values, answered_by_name)
def test_every_entry_can_be_taken_over(definition: Any, input: Any, answered: Any) -> None:
    """A new execution from any state of an execution continues to the same end."""
    whole = run(definition, input, answered, max_events=MOST_EVENTS)
    continues_everywhere(definition, input, answered, whole)


@tries(40)
@given(machines(), values, answered_by_name)
def test_every_entry_after_a_redrive_can_be_taken_over(definition: Any, input: Any, answered: Any) -> None:
    """A redrive before the state is part of the history that is taken over."""
    whole = run(definition, input, answered, max_events=MOST_EVENTS)
    if whole[-1].type in UNSUCCESSFUL:
        twice = run(definition, input, answered, history=redriven(whole), max_events=2 * MOST_EVENTS)
        continues_everywhere(definition, input, answered, twice)

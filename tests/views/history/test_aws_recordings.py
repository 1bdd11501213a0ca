"""Every history that AWS returned can be read and folded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.state_fields import fields_of_visited_state
from sfn_cli.views.history.api_history import read_api_history
from sfn_cli.views.source import ExecutionSource
from tests.conformance.recordings import RECORDINGS, needs_recordings, scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.views.execution.execution_view import ExecutionView

pytestmark = [pytest.mark.slow, needs_recordings]


def histories(value: Any) -> Iterator[list[Any]]:
    """Yields the lists of events in a recording."""
    if isinstance(value, dict):
        events = value.get("events")
        if isinstance(events, list) and events:
            yield events
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from histories(inner)


def view_of(events: list[Any], definition: Any) -> ExecutionView:
    known = definition if isinstance(definition, dict) else None
    history = read_api_history(events, known)
    assert len(history) == len(events)
    return fold_execution(ExecutionSource("aws", history, None if known is None else json.dumps(known)))


def definition_of(scenario: dict[str, Any]) -> Any:
    """Returns the last definition in a recording, as JSON text or as a value."""
    created = [step["params"] for step in scenario["steps"] if step["op"] == "CreateStateMachine"]
    found = created[-1].get("definition") if created else scenario.get("definition")
    try:
        return json.loads(found) if isinstance(found, str) else found
    except ValueError:
        return None


def test_recordings() -> None:
    """Each history is folded to its end without open states; each visited state is in its definition."""
    folded = 0
    for scenario in scenarios():
        definition = definition_of(scenario)
        for events in histories(scenario["matches"]):
            if not all(isinstance(event.get("id"), int) for event in events):
                continue  # some recordings do not have the ids of a Parallel's events
            view = view_of(events, definition)
            folded += 1
            visits = list(view.visits())
            assert visits and view.is_over, scenario["id"]
            assert all(visit.ended_at is not None for visit in visits), scenario["id"]
            assert view.status != "SUCCEEDED" or {visit.status for visit in view.root.visits} <= {
                "SUCCEEDED",
                "CAUGHT",
            }
            assert view.status != "FAILED" or view.root.visits[-1].error == view.error, scenario["id"]
            if isinstance(definition, dict) and "States" in definition:
                assert all(fields_of_visited_state(definition, visit) for visit in visits), scenario["id"]
    assert folded > 300


def test_rules() -> None:
    """Excerpts, which have a few events or only their types, are folded as far as possible."""
    for line in (RECORDINGS / "rules" / "dev.jsonl").read_text().splitlines():
        rule = json.loads(line)
        for events in histories(rule):
            shown = [{"type": event} if isinstance(event, str) else event for event in events]
            if all(isinstance(event.get("type"), str) for event in shown):
                view_of(shown, rule.get("definition"))

"""The states that have a command to run them again, and those that have none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.interpreter.events import HistoryEvent
from sfn_cli.jsonvalue import Payload
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.source import ExecutionSource
from sfn_cli.views.test_state_command import test_state_command

BRANCH = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
JSONATA = {"QueryLanguage": "JSONata"}


@pytest.mark.parametrize(
    "machine, state, has_command",
    [
        ({}, {"Branches": []}, True),
        # The state has branches, but the history does not: their results are unknown
        ({}, {"Branches": [BRANCH]}, False),
        (JSONATA, {"Branches": []}, True),
        ({}, {"Branches": [], **JSONATA}, False),  # the branches are in another language
    ],
)
def test_a_parallel(machine: dict[str, Any], state: dict[str, Any], has_command: bool) -> None:
    states = {"Both": {"Type": "Parallel", **state, "End": True}}
    name = {"name": "Both"}
    view = fold_execution(
        ExecutionSource(
            "Pay/one",
            [
                HistoryEvent(1, 0, 0, "ExecutionStarted", payload=Payload(text="{}")),
                HistoryEvent(2, 0, 0, "ParallelStateEntered", 0, None, Payload(text="{}"), name),
                HistoryEvent(3, 2, 0, "ParallelStateStarted"),
                HistoryEvent(4, 3, 0, "ParallelStateSucceeded"),
                HistoryEvent(5, 3, 0, "ParallelStateExited", 0, None, Payload(text="[]"), name),
                HistoryEvent(6, 5, 0, "ExecutionSucceeded", 0, None, Payload(text="[]")),
            ],
            json.dumps({"StartAt": "Both", **machine, "States": states}),
        )
    )
    assert (test_state_command(view, view.root.visits[0]) is not None) is has_command

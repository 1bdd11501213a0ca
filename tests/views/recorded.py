"""Recorded executions for tests of views: `executions/NAME.json`, written by `tests.views.record`.

    {"name": "order/last", "arn", "stateMachineArn", "isVirtual", "mapRuns": {ARN: counts},
     "jumps": [[start, end]], in milliseconds since the first event,
     "definition": {...}, "events": [as GetExecutionHistory prints them]}

The first event of each is at 2026-12-01T09:00:00Z.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sfn_cli.views.history.api_history import read_api_history
from sfn_cli.views.source import ClockJump, ExecutionSource, MapRunCounts

FOLDER = Path(__file__).parent / "executions"

NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
"""The names of all recorded executions."""


def recorded(name: str) -> dict[str, Any]:
    """Returns the recorded execution of this name."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def source_of(name: str) -> ExecutionSource:
    """Returns the source of a recorded execution's view."""
    execution = recorded(name)
    history = read_api_history(execution["events"], execution["definition"])
    return ExecutionSource(
        name=execution["name"],
        history=history,
        definition=json.dumps(execution["definition"]),
        arn=execution["arn"],
        state_machine_arn=execution["stateMachineArn"],
        is_virtual=execution["isVirtual"],
        jumps=[
            ClockJump(history[0].at + start, history[0].at + end) for start, end in execution.get("jumps", ())
        ],
        map_runs={arn: MapRunCounts(**counts) for arn, counts in execution["mapRuns"].items()},
    )

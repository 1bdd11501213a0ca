"""The line of an event."""

from __future__ import annotations

import io
import re

from sfn_cli.cli.show.event_lines import event_line_writer
from sfn_cli.cli.terminal import Terminal
from sfn_cli.interpreter.events import HistoryEvent

EVENTS = [
    HistoryEvent(1, 0, 1000, "ExecutionStarted"),
    HistoryEvent(2, 0, 1001, "TaskStateEntered", frame=0, details={"name": "Pay"}),
    HistoryEvent(3, 2, 1002, "LambdaFunctionScheduled", frame=0, details={"resource": "arn"}),
    HistoryEvent(4, 3, 1003, "LambdaFunctionFailed", frame=0, details={"error": "Boom", "cause": "because"}),
    HistoryEvent(5, 4, 1004, "TaskStateExited", frame=0, details={"name": "Pay"}),
    HistoryEvent(6, 5, 1005, "MapIterationStarted", frame=1, details={"name": "Each", "index": 3}),
    HistoryEvent(7, 6, 1006, "ExecutionSucceeded", frame=0),
]


def test_plain_lines() -> None:
    """In a pipe, each event is a line: time, type, state."""
    stream = io.StringIO()
    with event_line_writer(stream, Terminal({})) as show:
        for event in EVENTS:
            show(event)
    lines = [re.sub(" +", " ", line.partition(" ")[2]) for line in stream.getvalue().splitlines()]
    assert lines == [
        "ExecutionStarted",
        "TaskStateEntered Pay",
        "LambdaFunctionScheduled Pay",
        "LambdaFunctionFailed Pay Boom",
        "TaskStateExited Pay",
        "MapIterationStarted Each[3]",
        "ExecutionSucceeded",
    ]

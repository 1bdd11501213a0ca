"""The lines about one visit of a state."""

from __future__ import annotations

import pytest

from sfn_cli.views.execution.pending import Pending
from sfn_cli.views.execution.state_visit import StateVisit, Thread, WaitsFor
from sfn_cli.views.outline.visit_lines import visit_work_lines
from sfn_cli.views.text.styled_line import plain_line


@pytest.mark.parametrize(
    "kind, words, until, shown",
    [
        ("retry", "attempt 2", 90_000, "waits for attempt 2 for 1 min 30 s"),
        ("time", "until 09:00", 90_000, "waits until 09:00 for 1 min 30 s"),
        ("answer", "an answer", 90_000, "waits for an answer, at most 1 min 30 s"),
        ("answer", "an answer", None, "waits for an answer"),
    ],
)
def test_how_long_a_state_waits(kind: WaitsFor, words: str, until: int | None, shown: str) -> None:
    visit = StateVisit("Pay", "Task", Thread("root", 0, None, 0), 2, 0, "{}")
    (line,) = visit_work_lines(visit, Pending(kind, 0, until, words, None), 80)
    assert plain_line(line).split("now")[1].strip() == shown

"""The differences between two executions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sfn_cli.views.diff.diff_json import execution_diff_json
from sfn_cli.views.diff.execution_diff import diff_executions
from sfn_cli.views.diff.execution_lines import execution_diff_lines
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.text.styled_line import line_width, plain_line
from tests.golden import assert_golden
from tests.views.recorded import NAMES, source_of

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView

NOW = 1_796_119_200_000  # an hour after the first events
PAIRS = [
    ("order", "order-declined"),
    ("payment", "payment-undone"),
    ("payment-waiting", "payment"),
    ("migration", "migration-failed"),
    ("parallel", "parallel-retried"),
]


def _view_with(name: str, replaced: str, by: str) -> ExecutionView:
    """Returns the view of a recorded execution with replacements in its texts."""
    source = source_of(name)
    history = [
        event._replace(payload=type(event.payload)(text=event.payload.text.replace(replaced, by)))
        if event.payload is not None
        else event
        for event in source.history
    ]
    return fold_execution(source._replace(history=history, name=f"{source.name}-2"))


@pytest.mark.parametrize("before, after", PAIRS)
def test_goldens(before: str, after: str) -> None:
    """Each state has a mark, and a different value is shown where it first differs."""
    difference = diff_executions(fold_execution(source_of(before)), fold_execution(source_of(after)))
    for width_name, width in {"wide": 120, "narrow": 60}.items():
        lines = execution_diff_lines(difference, now=NOW, width=width)
        assert max(map(line_width, lines)) <= width
        assert_golden(__file__, f"{before}.{after}.{width_name}", "\n".join(map(plain_line, lines)))


def test_iterations() -> None:
    """Iterations are compared by index, and equal ones are only counted."""
    before = fold_execution(source_of("nested-map"))
    after = _view_with("nested-map", '"count":1', '"count":9')
    difference = diff_executions(before, after)
    lines = execution_diff_lines(difference, now=NOW, width=100)
    assert_golden(__file__, "nested-map.changed", "\n".join(map(plain_line, lines)))


@pytest.mark.parametrize("name", NAMES)
def test_same(name: str) -> None:
    """An execution has no differences from itself, whatever its times."""
    source = source_of(name)
    later = [event._replace(at=event.at + 60_000 * event.id) for event in source.history]
    difference = diff_executions(fold_execution(source), fold_execution(source._replace(history=later)))
    assert difference.is_equal
    lines = [plain_line(line) for line in execution_diff_lines(difference, now=NOW, width=80)]
    assert lines[-1] == "No differences."
    assert execution_diff_json(difference, now=NOW)["equal"] is True


@pytest.mark.parametrize("name", NAMES)
def test_partial(name: str) -> None:
    """An execution can be compared with its earlier state after any event."""
    source = source_of(name)
    whole = fold_execution(source)
    for event in source.history[:: max(1, len(source.history) // 40)]:
        difference = diff_executions(fold_execution(source, at=event.id), whole)
        execution_diff_lines(difference, now=NOW, width=60)
        json.dumps(execution_diff_json(difference, now=NOW))

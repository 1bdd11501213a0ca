"""The text of `sfn show EXECUTION STATE`: one visit of a state in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.cli.show.forms.chosen_visit import chosen_visit
from sfn_cli.cli.show.forms.visit_logs import visit_log_lines
from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.outline.visit_lines import visit_data_lines, visit_header, visit_work_lines
from sfn_cli.views.text.styled_line import Span, shorten_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.dataflow import Step
    from sfn_cli.views.execution.find_visits import FoundVisits
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.text.styled_line import StyledLine


def state_text(backend: Backend, shown: ShownExecution, word: str, width: int) -> list[StyledLine]:
    """Returns the lines about the visit that `word` means. Raises UsageError when there is none."""
    found, visit = chosen_visit(shown, word)
    pending = shown.pending.get(visit.entered_id)
    lines = visit_header(
        visit, shown.view, status=display_status(visit, shown.pending), now=shown.now, width=width
    )
    lines += _other_visits_lines(found, visit)
    lines.append([])
    lines += visit_data_lines(visit, steps_of_visit(shown, visit), width)
    lines += visit_work_lines(visit, pending, width)
    lines += _failure_of_visit(backend, shown, visit, width) or _log_of_visit(backend, shown, visit, width)
    lines += _test_state_lines(shown, visit)
    return lines


def steps_of_visit(shown: ShownExecution, visit: StateVisit) -> Sequence[Step]:
    """Returns the steps of the visit's data."""
    from sfn_cli.views.execution.dataflow import dataflow

    return dataflow(shown.source, [visit.entered_id]).get(visit.entered_id, ())


def _other_visits_lines(found: FoundVisits, visit: StateVisit) -> Iterator[StyledLine]:
    if len(found.visits) > 1:
        number = found.visits.index(visit) + 1
        other = 1 if number > 1 else 2
        yield [Span(f"  visit {number} of {len(found.visits)}; another one: {visit.state}@{other}", "dim")]


def _failure_of_visit(
    backend: Backend, shown: ShownExecution, visit: StateVisit, width: int
) -> list[StyledLine]:
    if visit.error is None or visit.ended_at is None:
        return []
    from sfn_cli.cli.show.forms.failure_text import complete_failure_here, failure_text
    from sfn_cli.views.failure.explain import explain_visit

    failure = explain_visit(shown.view, visit)
    if failure is None:
        return []
    return failure_text(complete_failure_here(backend, shown.view, failure), width)


def _log_of_visit(backend: Backend, shown: ShownExecution, visit: StateVisit, width: int) -> list[StyledLine]:
    messages = visit_log_lines(backend, shown, visit)
    lines = [line.expandtabs(2) for message in messages for line in message.rstrip().split("\n")]
    if not lines:
        return []
    more = len(lines) - _MOST_LOG_LINES
    shown_lines = [shorten_line([Span(f"  {line}")], width) for line in lines[-_MOST_LOG_LINES:]]
    earlier = [[Span(f"  … {more} earlier lines", "dim")]] if more > 0 else []
    return [[Span("log", "dim")], *earlier, *shown_lines]


_MOST_LOG_LINES = 40
"""How many lines of a function's log are shown."""


def _test_state_lines(shown: ShownExecution, visit: StateVisit) -> Iterator[StyledLine]:
    from sfn_cli.views.test_state_command import test_state_command

    command = test_state_command(shown.view, visit)
    if command is not None:
        # Never shortened: the command is to be copied.
        yield []
        yield [Span("run this state again, on its own:", "dim")]
        yield [Span(command, "code")]

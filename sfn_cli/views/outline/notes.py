"""The notes at the end of an outline's rows: failures, reasons for waiting, counts, child executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.arn import name_of_execution
from sfn_cli.views.execution.map_counts import format_map_counts, map_counts
from sfn_cli.views.statuses import FAILURES
from sfn_cli.views.text.styled_line import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit, WaitsFor
    from sfn_cli.views.source import ExecutionSource
    from sfn_cli.views.statuses import Status
    from sfn_cli.views.text.styled_line import Style, StyledLine


def visit_notes(
    visits: Sequence[StateVisit], status: Status, pending: Pending | None, source: ExecutionSource
) -> StyledLine:
    """Returns the notes of a state's row, about all its visits in one thread and about the last one."""
    last = visits[-1]
    return _join_notes(
        [
            *([Span(f"× {len(visits)}", "dim")] if len(visits) > 1 else []),
            *_counts_note(last, source),
            *_failures_note(visits, status),
            *([] if last.map_run_arn is not None else _pending_note(pending)),  # its counts show that
            *([] if pending is not None and pending.kind == "child" else _children_note(last)),
        ]
    )


def pending_words(kind: WaitsFor, words: str) -> str:
    """Returns what a state waits for, as the end of a sentence: "waits for an answer"."""
    return f"waits {words}" if kind == "time" else f"waits for {words}"


def _counts_note(visit: StateVisit, source: ExecutionSource) -> list[Span]:
    counts = map_counts(visit, source)
    return [] if counts is None else [Span(format_map_counts(counts, is_open=visit.ended_at is None))]


def _failures_note(visits: Sequence[StateVisit], status: Status) -> list[Span]:
    failures = [attempt for visit in visits for attempt in visit.failures]
    last = visits[-1]
    is_retried = any(len(visit.attempts) > 1 for visit in visits)
    waits_to_retry = bool(last.failures) and last.ended_at is None
    error = last.error or (failures[-1].error if failures else None)
    words = [f"↻ {len(failures)}"] if failures and (is_retried or waits_to_retry) else []
    if error is not None:
        words.append(error)
    style: Style = "failed" if status in FAILURES else "caught"
    return [Span(" ".join(words), style)] if words else []


def _pending_note(pending: Pending | None) -> list[Span]:
    if pending is None or pending.kind == "function":
        return []
    command = [] if pending.answer is None else [Span(": "), Span(pending.answer, "code")]
    return [Span(pending_words(pending.kind, pending.words), "waiting"), *command]


def _children_note(visit: StateVisit) -> list[Span]:
    started = [attempt.child_arn for attempt in visit.attempts if attempt.child_arn is not None]
    return [Span(f"→ {name_of_execution(started[-1])}")] if started else []


def _join_notes(notes: Iterable[Span]) -> StyledLine:
    """Separates notes by two spaces, except after a colon."""
    line: StyledLine = []
    for note in notes:
        if line and note.text != ": " and line[-1].text != ": ":
            line.append(Span("  "))
        line.append(note)
    return line

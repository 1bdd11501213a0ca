"""One visit of a state in full: its input, each step of its data, its attempts, its variables."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

from sfn_cli.arn import name_of_execution
from sfn_cli.jsonvalue import loads
from sfn_cli.views.diff.change_lines import change_lines
from sfn_cli.views.diff.value_changes import value_changes
from sfn_cli.views.failure.cause import decode_cause
from sfn_cli.views.outline.notes import pending_words
from sfn_cli.views.outline.value_lines import LABEL_WIDTH, value_lines
from sfn_cli.views.statuses import FAILURES, LOOKS
from sfn_cli.views.text.styled_line import Span, shorten_line
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.views.execution.dataflow import Step
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import Attempt, StateVisit
    from sfn_cli.views.statuses import Status
    from sfn_cli.views.text.styled_line import Style, StyledLine

_BESIDE = ("errorDetails", "assignedVariables", "variables")
"""Steps that are not part of the path from the input to the output."""


def visit_header(
    visit: "StateVisit", view: "ExecutionView", *, status: "Status", now: int, width: int
) -> "list[StyledLine]":
    """Returns a line about the state, and a line about its place in the execution."""
    look = LOOKS[status]
    title = [
        Span(f"{look.mark} ", look.colour),
        Span(visit.state, "bold"),
        Span(f"  {visit.type}", "dim"),
        Span(f"  {look.word}", look.colour),
        Span(f"  {format_span(visit.duration_ms(now))}"),
    ]
    after = format_span(visit.entered_at - view.started_at)
    place = f"  in {view.source.name}{place_around_visit(visit)}, {after} after its start{_way_in(visit)}"
    return [shorten_line(title, width), shorten_line([Span(place, "dim")], width)]


def visit_data_lines(visit: "StateVisit", steps: "Sequence[Step]", width: int) -> "Iterator[StyledLine]":
    """Yields the steps of the visit's data, and the differences between its input and output.

    Steps without a change are left out; of several attempts, the last one is shown.
    """
    before: str | None = None
    last_attempt = max((step.attempt for step in steps), default=0)
    for step in steps:
        if 0 < step.attempt < last_attempt:
            continue
        if step.text != before:
            yield from value_lines(step.name, step.text, width)
        elif step.name == "output":
            yield [Span(step.name.ljust(LABEL_WIDTH), "dim"), Span("unchanged", "dim")]
        if step.name not in _BESIDE:
            before = step.text
    if visit.input is not None and visit.output is not None:
        yield from _input_output_changes(visit.input, visit.output, width)


def visit_work_lines(visit: "StateVisit", pending: "Pending | None", width: int) -> "Iterator[StyledLine]":
    """Yields the attempts at the state's work, and what the state waits for."""
    resource = visit.attempts[-1].resource if visit.attempts else None
    if resource is not None:
        yield [*_label("resource"), Span(resource)]
    for attempt in visit.attempts if len(visit.attempts) > 1 or visit.failures else ():
        yield shorten_line(_attempt_line(attempt, visit), width)
    children = [attempt.child_arn for attempt in visit.attempts if attempt.child_arn is not None]
    if children:
        yield shorten_line([*_label("child execution"), Span(name_of_execution(children[-1]))], width)
    if pending is not None:
        # A Wait and a retry last exactly this long; everything else may end earlier.
        most = " for" if pending.kind in ("time", "retry") else ", at most"
        span = "" if pending.until is None else format_span(pending.until - pending.since)
        until = f"{most} {span}" if span else ""
        words = (
            pending_words(pending.kind, pending.words)
            if pending.kind != "function"
            else f"running {pending.words}"
        )
        yield shorten_line([*_label("now"), Span(f"{words}{until}", "waiting")], width)
        if pending.answer is not None:
            yield [*_label("answer with"), Span(pending.answer, "code")]


def _label(text: str) -> "StyledLine":
    return [Span(text.ljust(LABEL_WIDTH), "dim")]


def place_around_visit(visit: "StateVisit") -> str:
    """Returns the Maps and Parallels around a visit, each with its index: " › Each[3]"."""
    around = []
    thread = visit.thread
    while thread.parent is not None:
        around.append(f"{thread.parent.state}[{thread.index}]")
        thread = thread.parent.thread
    return "".join(f" › {part}" for part in reversed(around))


def _way_in(visit: "StateVisit") -> str:
    if visit.previous is None:
        return ""
    name = visit.previous.state
    return {"choice": f", chosen by {name}", "catch": f", caught from {name}"}.get(
        visit.came_by, f", after {name}"
    )


def _input_output_changes(before: str, after: str, width: int) -> "Iterator[StyledLine]":
    """Yields the differences between input and output, if they are similar but not equal."""
    try:
        old, new = loads(before), loads(after)
    except (ValueError, RecursionError):
        return
    if isinstance(old, dict) and isinstance(new, dict) and not old.keys() & new.keys():
        return
    changes = value_changes(old, new)
    if not changes or not changes[0].path:
        return
    yield [Span("input → output", "dim")]
    yield from change_lines(changes, indent=2, width=width)


def _attempt_line(attempt: "Attempt", visit: "StateVisit") -> "StyledLine":
    took = "" if attempt.ended_at is None else format_span(attempt.ended_at - attempt.scheduled_at)
    look = LOOKS[attempt.status]
    line = [*_label(f"attempt {attempt.number}"), Span(f"{look.mark} {look.word}", look.colour)]
    line.append(Span(f"  {took}"))
    if attempt.number > 1:
        before = visit.attempts[attempt.number - 2]
        delay = attempt.scheduled_at - (before.ended_at or attempt.scheduled_at)
        line.append(Span(f"  after {format_span(delay)}", "dim"))
    style: Style = "failed" if visit.status in FAILURES else "caught"
    message = "" if attempt.cause is None else decode_cause(attempt.cause).message
    why = ": ".join(text for text in (attempt.error, message) if text)
    return [*line, Span(f"  {why}", style)] if why else line

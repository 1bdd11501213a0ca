"""A panel for each visit of a state: its place, its data step by step, its attempts, its log lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.arn import name_of_execution
from sfn_cli.views.diff.value_changes import hashable_json
from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.failure.cause import decode_cause
from sfn_cli.views.failure.explain import place_of_visit
from sfn_cli.views.outline.notes import pending_words
from sfn_cli.views.report.map_items import draw_map_items
from sfn_cli.views.report.report_input import visit_id
from sfn_cli.views.report.secrets import mask_text
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element, escape_markup, join_markup
from sfn_cli.views.text.moments import utc_text
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from sfn_cli.views.execution.dataflow import Step
    from sfn_cli.views.execution.state_visit import Attempt, StateVisit
    from sfn_cli.views.failure.stack_frames import StackFrame
    from sfn_cli.views.report.payloads import ShownPayloads
    from sfn_cli.views.report.report_input import ReportInput

_MOST_FRAMES = 30


def draw_panels(given: ReportInput, visits: Sequence[StateVisit], payloads: ShownPayloads) -> Markup:
    """Returns a closed panel for each visit."""
    return join_markup(_draw_panel(visit, given, payloads) for visit in visits)


def texts_of_visit(visit: StateVisit, given: ReportInput) -> Iterator[str]:
    """Yields the data texts in a visit's panel."""
    yield from (text for _, text in _steps(visit, given))
    for attempt in visit.attempts:
        yield attempt.cause or ""
        yield from given.log_lines.get(attempt.event, ())


def _draw_panel(visit: StateVisit, given: ReportInput, payloads: ShownPayloads) -> Markup:
    status = display_status(visit, given.pending)
    look = LOOKS[status]
    summary = element(
        "summary",
        {},
        draw_status_mark(status),
        " ",
        element("b", {}, place_of_visit(visit)),
        element(
            "span", {"class": "note"}, f" {visit.type}, {look.word}, {visit_duration_words(visit, given)}"
        ),
    )
    body = element(
        "div",
        # The link's target is inside the panel: browsers then open the panel without a script.
        {"class": "panel", "id": visit_id(visit)},
        *draw_visit(visit, given, payloads),
    )
    return element("details", {"class": "visit"}, summary, body)


def draw_visit(visit: StateVisit, given: ReportInput, payloads: ShownPayloads) -> Iterator[Markup]:
    """Yields the content of a visit's panel."""
    yield element("p", {"class": "note"}, _way_in(visit, given))
    if visit.entered_id in given.pending:
        yield element("p", {}, draw_pending(visit, given))
    yield from draw_map_items(visit, given)
    yield from _draw_attempts(visit, given, payloads)
    yield from _draw_steps(visit, given, payloads)


def visit_duration_words(visit: StateVisit, given: ReportInput) -> str:
    """Returns how long a visit has lasted, in wall time, too, where that differs."""
    end = given.now if visit.ended_at is None else visit.ended_at
    own = format_span(visit.duration_ms(given.now))
    wall = format_span(given.view.wall_ms(visit.entered_at, end))
    return own if own == wall else f"{own} ({wall} of wall time)"


def _way_in(visit: StateVisit, given: ReportInput) -> str:
    after = format_span(visit.entered_at - given.view.started_at)
    parts = [f"Entered {utc_text(visit.entered_at)}, after {after}, by event {visit.entered_id}"]
    if visit.previous is not None:
        words = {"catch": "caught from", "choice": "chosen by"}.get(visit.came_by, "following")
        parts.append(f"{words} {visit.previous.state}")
    return "; ".join(parts)


def draw_pending(visit: StateVisit, given: ReportInput) -> Markup:
    """Returns what a visit waits for, and the command that completes it; empty if it does not wait."""
    pending = given.pending.get(visit.entered_id)
    if pending is None:
        return Markup("")
    words = (
        pending_words(pending.kind, pending.words)
        if pending.kind != "function"
        else f"running {pending.words}"
    )
    command = (": ", element("code", {}, pending.answer)) if pending.answer is not None else ()
    look = LOOKS[display_status(visit, given.pending)]
    return element("span", {"class": f"mark-{look.colour}"}, words, *command)


def _draw_attempts(visit: StateVisit, given: ReportInput, payloads: ShownPayloads) -> Iterator[Markup]:
    """Yields the attempts, if there were several, or one failed or started an execution.

    Each has its log lines; those of a single plain attempt follow a heading of their own.
    """
    attempts = visit.attempts
    if not (len(attempts) > 1 or visit.failures or any(attempt.child_arn for attempt in attempts)):
        for attempt in attempts:
            yield from _draw_log_lines(attempt, given, payloads)
        return
    yield element("h3", {}, "Attempts")
    items = []
    ended_at: int | None = None
    for attempt in attempts:
        log = _draw_log_lines(attempt, given, payloads, "h4")
        items.append(element("li", {}, *_draw_attempt(attempt, ended_at, given, payloads), *log))
        ended_at = attempt.ended_at
    yield element("ol", {"class": "attempts"}, *items)


def _draw_attempt(
    attempt: Attempt, ended_before: int | None, given: ReportInput, payloads: ShownPayloads
) -> Iterator[Markup]:
    look = LOOKS[attempt.status]
    yield draw_status_mark(attempt.status)
    yield element("span", {"class": f"mark-{look.colour}"}, f" {look.word}")
    words = []
    if attempt.ended_at is not None:
        words.append(format_span(attempt.ended_at - attempt.scheduled_at))
    if ended_before is not None:
        words.append(f"after a delay of {format_span(attempt.scheduled_at - ended_before)}")
    child = Markup("")
    if attempt.child_arn is not None:
        words.append("execution ")
        child = _draw_child(attempt.child_arn, given)
    yield element("span", {"class": "note"}, f" {', '.join(words)}", child)
    if attempt.error is None and attempt.cause is None:
        return
    decoded = decode_cause(attempt.cause)
    error = attempt.error or ""
    if decoded.error and decoded.error != error:
        error = f"{error} ({decoded.error})" if error else decoded.error
    yield element("div", {"class": "error"}, mask_text(error))
    if decoded.message and decoded.message != error:
        yield payloads.message(decoded.message)
    if decoded.frames:
        yield draw_frames(decoded.frames)


def _draw_child(arn: str, given: ReportInput) -> Markup:
    """Returns the name of an execution that an attempt started, as a link if the page has one."""
    name = name_of_execution(arn)
    if given.address_of_execution is None:
        return escape_markup(name)
    return element("a", {"href": given.address_of_execution(arn)}, name)


def draw_frames(frames: Sequence[StackFrame]) -> Markup:
    """Returns a stack trace, innermost call first; calls in the function's own code are highlighted."""
    lines = []
    for frame in frames[:_MOST_FRAMES]:
        where = f"{frame.file}:{frame.line}" if frame.file else frame.text
        called = f" in {frame.function}" if frame.function else ""
        source = f"\n    {frame.source}" if frame.source else ""
        lines.append(element("b" if frame.is_own else "span", {}, mask_text(f"{where}{called}{source}\n")))
    if len(frames) > _MOST_FRAMES:
        lines.append(Markup(f"… {len(frames) - _MOST_FRAMES} more calls"))
    return element("pre", {"class": "trace", "tabindex": 0}, *lines)


def _draw_steps(visit: StateVisit, given: ReportInput, payloads: ShownPayloads) -> Iterator[Markup]:
    shown: dict[Hashable, str] = {}
    for name, text in _steps(visit, given):
        value = _hashable_step(text)
        if value in shown:
            yield element("h3", {}, name, element("span", {"class": "note"}, f" the same as {shown[value]}"))
        else:
            shown[value] = name
            yield element("h3", {}, name)
            yield payloads.json_block(text)


def _hashable_step(text: str) -> Hashable:
    """Returns what is equal for texts of the same JSON, whatever their spaces and the order of members."""
    try:
        return hashable_json(jsonvalue.loads(text))
    except (ValueError, RecursionError):
        return text


def _steps(visit: StateVisit, given: ReportInput) -> list[tuple[str, str]]:
    """Returns the known steps of a visit's data, with the variables that it assigned."""
    known = given.dataflow.get(visit.entered_id)
    if known:
        # The attempts' errors are shown in the list of attempts.
        shown = [step for step in known if not (step.attempt and step.name == "errorOutput")]
        return [(_name_of_step(step), step.text) for step in shown]
    last = visit.attempts[-1] if visit.attempts else None
    recorded = [
        ("input", visit.input),
        ("parameters", None if last is None else last.parameters),
        ("result", None if last is None else last.result),
        ("output", visit.output),
        *((f"${name}", text) for name, text in visit.assigned.items()),
    ]
    return [(name, text) for name, text in recorded if text is not None]


def _name_of_step(step: Step) -> str:
    return f"{step.name}, attempt {step.attempt}" if step.attempt else step.name


def _draw_log_lines(
    attempt: Attempt, given: ReportInput, payloads: ShownPayloads, heading: str = "h3"
) -> Iterator[Markup]:
    lines = given.log_lines.get(attempt.event)
    if lines:
        yield element(heading, {}, "Log lines")
        yield payloads.text_block("\n".join(line.rstrip("\n") for line in lines))

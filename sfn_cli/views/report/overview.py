"""The top of a report: the execution, its result, the reason for its failure, and next steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.arn import name_of_execution
from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.failure.explain import place_of_visit
from sfn_cli.views.failure.next_steps import next_steps
from sfn_cli.views.report.durations import draw_elapsed
from sfn_cli.views.report.secrets import mask_text
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.report.tables import draw_fact_list
from sfn_cli.views.report.visit_panels import draw_frames, draw_pending
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element
from sfn_cli.views.text.moments import utc_text
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.failure.explain import Failure
    from sfn_cli.views.report.payloads import ShownPayloads
    from sfn_cli.views.report.report_input import ReportInput
    from sfn_cli.views.statuses import Status


_MOST_PENDING = 10
"""The maximum number of waiting and running states that are listed."""


def draw_header(given: ReportInput) -> Markup:
    """Returns the name, status and durations of the execution."""
    title = element("h1", {}, given.view.source.name, " ", draw_status(given))
    return element("header", {}, title, draw_fact_list(facts_of_execution_page(given)))


def draw_status(given: ReportInput) -> Markup:
    """Returns the mark and the word for the execution's status."""
    status = _status_of_execution(given)
    word = LOOKS[status].word if given.view.source.suspension is None else "suspended"
    return element("span", {"class": f"mark-{LOOKS[status].colour}"}, draw_status_mark(status), f" {word}")


def _status_of_execution(given: ReportInput) -> Status:
    view = given.view
    if view.source.suspension is not None:
        return "FAILED"
    if view.is_over or not view.root.visits:
        return view.status
    return display_status(view.root.visits[-1], given.pending)


def facts_of_execution_page(given: ReportInput) -> Iterator[tuple[str, str]]:
    """Yields the names and values at the top of a page about an execution."""
    view = given.view
    if given.is_live and not view.is_over:
        yield "Running for", draw_elapsed(view, view.started_at)
    else:
        yield from _durations(view, given.now)
    yield "Started", utc_text(view.started_at)
    if view.ended_at is not None:
        yield "Ended", utc_text(view.ended_at)
    if view.redrives:
        yield "Redriven", "once" if view.redrives == 1 else f"{view.redrives} times"
    if view.origin is not None:
        name, state = name_of_execution(view.origin.arn), view.origin.state
        yield "Taken over", f"{name} up to {state} (event {view.origin.until})"
    yield "Events", f"{view.last_id:,}"
    if view.source.arn is not None:
        yield "ARN", view.source.arn


def _durations(view: ExecutionView, now: int) -> Iterator[tuple[str, str]]:
    end = now if view.ended_at is None else view.ended_at
    own, wall = format_span(view.duration_ms(now)), format_span(view.wall_ms(view.started_at, end))
    if wall == own:
        yield "Duration" if view.is_over else "Running for", own
    else:
        yield "Virtual time", own
        yield "Wall-clock time", wall


def draw_failure(given: ReportInput, payloads: ShownPayloads) -> Markup:
    """Returns why the execution did not succeed, and next steps; empty if there is nothing to show."""
    failure = given.failure
    parts = [] if failure is None else list(_draw_failure(failure, given, payloads))
    suspension = given.view.source.suspension
    if suspension is not None:
        words = f"sfn suspended this execution after an internal error: {suspension}"
        parts.insert(0, element("p", {"class": "error"}, mask_text(words)))
    steps = next_steps(given.view, given.pending, options=given.command_options)
    if not given.view.is_over:
        parts += _draw_all_pending(given)
        shown = {pending.answer for pending in given.pending.values()}
        steps = [step for step in steps if step.command not in shown]
    if steps:
        items = (
            element("li", {}, f"{step.words}: ", element("code", {}, mask_text(step.command)))
            for step in steps
        )
        parts += [element("h3", {}, "Next steps"), element("ul", {}, *items)]
    if not parts:
        return Markup("")
    title = "Why it failed" if failure is not None else "Now"
    heading = element("h2", {}, title)
    look = "failure" if failure is not None or suspension is not None else "now"
    return element("section", {"class": look, "aria-label": title}, heading, *parts)


def _draw_all_pending(given: ReportInput) -> Iterator[Markup]:
    """Yields a line for each waiting or running state."""
    waiting = [visit for visit in given.view.visits() if visit.entered_id in given.pending]
    for visit in waiting[:_MOST_PENDING]:
        link = element("a", {"href": given.address_of(visit)}, place_of_visit(visit))
        yield element("p", {}, element("b", {}, link), " ", draw_pending(visit, given))
    if len(waiting) > _MOST_PENDING:
        yield element(
            "p", {"class": "note"}, f"… {len(waiting) - _MOST_PENDING} more waiting or running states"
        )


def _draw_failure(failure: Failure, given: ReportInput, payloads: ShownPayloads) -> Iterator[Markup]:
    if failure.visit is not None:
        link = element("a", {"href": given.address_of(failure.visit)}, failure.place)
        attempts = len(failure.visit.attempts)
        number = f", attempt {attempts}" if attempts > 1 else ""
        yield element("p", {}, "In ", element("b", {}, link), number)
    elif failure.status in ("ABORTED", "TIMED_OUT"):
        yield element(
            "p",
            {},
            "The execution was stopped." if failure.status == "ABORTED" else "The execution timed out.",
        )
    error = failure.error or ""
    if failure.error_type:
        error = f"{error} ({failure.error_type})" if error else failure.error_type
    if error:
        yield element("p", {"class": "error"}, mask_text(error))
    if failure.message and failure.message != failure.error:
        yield payloads.message(failure.message)
    if failure.origin:
        yield element("p", {"class": "note"}, f"Source: {failure.origin}")
    if failure.frames:
        yield draw_frames(failure.frames)
    if failure.hint:
        yield element("p", {}, failure.hint)
    if failure.reported_by is not None:
        reported = failure.reported_by
        said = ": ".join(text for text in (reported.error, reported.cause) if text)
        yield element(
            "p", {"class": "note"}, mask_text(f"A Catcher caught it. Then {reported.state} failed: {said}")
        )
    if failure.input is not None:
        yield element("details", {}, element("summary", {}, "Input"), payloads.json_block(failure.input))
    if failure.log_lines:
        lines = "\n".join(line.rstrip("\n") for line in failure.log_lines)
        yield element(
            "details", {"open": True}, element("summary", {}, "Log lines"), payloads.text_block(lines)
        )

"""One event of a history as lines: its own data, then its state's input, variables and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.interpreter.events import EVENT_TYPES, VARIABLES, VARIABLES_DETAILS
from sfn_cli.jsonvalue import dumps
from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.execution.variables import variables_as_object, variables_at_entry
from sfn_cli.views.outline.notes import pending_words
from sfn_cli.views.outline.visit_lines import place_around_visit
from sfn_cli.views.statuses import FAILURES, LOOKS
from sfn_cli.views.stepping.data_lines import data_lines, spans_beside, text_lines
from sfn_cli.views.text.styled_line import Span, shorten_line
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.text.styled_line import StyledLine

_NOT_LISTED = frozenset({"name", "error", "cause", VARIABLES, VARIABLES_DETAILS})
"""The details that have lines of their own, or are the state's."""


def event_title(event: HistoryEvent, last: int, started_at: int) -> str:
    """Returns the event's number, type and time: "event 19 of 38  TaskFailed  after 0.02 s"."""
    return f"event {event.id} of {last}  {event.type}  after {format_span(event.at - started_at)}"


def event_lines(
    event: HistoryEvent, visit: StateVisit | None, pending: Mapping[int, Pending], width: int
) -> Iterator[StyledLine]:
    """Yields the event's lines. `visit` is the visit of the state that the event is about."""
    if visit is not None:
        yield shorten_line(_state_line(visit, pending), width)
    details = event.details or {}
    for name in ("error", "cause"):
        text = details.get(name)
        if isinstance(text, str):
            # The cause of a function is an object with its traceback.
            yield from (
                data_lines(name, text, width)
                if text.startswith("{")
                else text_lines(name, text, width, "failed")
            )
    for name, value in details.items():
        if name not in _NOT_LISTED and value is not None:
            yield from text_lines(_words_of_detail(name), _detail_text(value), width)
    label = _label_of_payload(event.type)
    if label is not None and event.payload is not None:
        yield from data_lines(label, event.payload.text, width)
    if visit is not None:
        yield from _visit_lines(visit, width)


def _state_line(visit: StateVisit, pending: Mapping[int, Pending]) -> StyledLine:
    status = display_status(visit, pending)
    look = LOOKS[status]
    line = [Span(f"{look.mark} ", look.colour), Span(visit.state, "bold")]
    around = place_around_visit(visit)
    line.append(Span(f"  {visit.type}  ", "dim"))
    line.append(Span(look.word, look.colour))
    if len(visit.attempts) > 1:
        line.append(Span(f"  attempt {len(visit.attempts)}"))
    if around:
        line.append(Span(f"  in{around.removeprefix(' ›')}", "dim"))
    known = pending.get(visit.entered_id)
    if known is not None and known.kind != "function":
        line.append(Span(f"  {pending_words(known.kind, known.words)}", "waiting"))
    return spans_beside("state", line)


def _label_of_payload(type: str) -> str | None:
    """Returns the label of an event's payload; None for a state's input and output, which follow."""
    if type.startswith("Execution"):
        return EVENT_TYPES[type].payload
    return next((label for ending, label in _LABELS.items() if type.endswith(ending)), None)


_LABELS = {"Scheduled": "arguments", "Submitted": "response", "StateSucceeded": None, "Succeeded": "result"}


def _visit_lines(visit: StateVisit, width: int) -> Iterator[StyledLine]:
    """Yields the data of a state, as far as the history had it after the event."""
    if visit.input is not None:
        yield from data_lines("input", visit.input, width)
    variables = variables_at_entry(visit)
    if variables:
        yield from data_lines("variables", variables_as_object(variables), width)
    if visit.assigned:
        yield from data_lines("assigned", variables_as_object(visit.assigned), width)
    if visit.output is not None:
        yield from data_lines("output", visit.output, width)
    if visit.error is not None and visit.status not in FAILURES:
        yield from text_lines("caught", visit.error, width, "caught")


def _words_of_detail(name: str) -> str:
    """Returns a detail's name in words: "timeoutInSeconds" is "timeout in seconds"."""
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in name)
    return _SHORTER.get(name, words)


_SHORTER = {
    "timeoutInSeconds": "timeout",
    "heartbeatInSeconds": "heartbeat",
    "resourceType": "service",
    "mapRunArn": "map run",
    "redriveCount": "redrive",
    "taskCredentials": "credentials",
    "workerName": "worker",
    "stateMachineAliasArn": "alias",
    "stateMachineVersionArn": "version",
}


def _detail_text(value: object) -> str:
    return value if isinstance(value, str) else dumps(value)

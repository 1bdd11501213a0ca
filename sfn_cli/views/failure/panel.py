"""The box that describes a failure, as lines of styled text.

╭─ Rows[5] › Convert, attempt 3 ─────────────╮
│ error   ValueError                         │
│ cause   invalid literal for int(): 'x'     │
│ at      src/app.py:12 in handler           │
│           return int(event["n"])           │
│ input   {"n":"x"}                          │
╰────────────────────────────────────────────╯
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import re
from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.views.text.styled_line import (
    Span,
    cell_width,
    cut_to_width,
    line_width,
    shorten_line,
)
from sfn_cli.views.text.visible_text import visible_line, visible_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.views.failure.explain import Failure
    from sfn_cli.views.failure.stack_frames import StackFrame
    from sfn_cli.views.text.styled_line import Style, StyledLine

_REQUEST_OF_REPORT = re.compile(r"REPORT RequestId: \S+")

_LABEL = 8
"""The columns of a label, including the space after it."""

_NARROWEST = 24
_MOST_FRAMES = 6
_MOST_LOG_LINES = 12
_MOST_CAUSE_LINES = 8
_MOST_INPUT_LINES = 3


def failure_lines(failure: "Failure", *, width: int) -> "list[StyledLine]":
    """Returns the box in at most `width` columns: longer text wraps or ends with "…"."""
    inner = max(width, _NARROWEST) - 4
    body = list(_failure_body(failure, inner))
    title = visible_line(_failure_title(failure))
    return [_box_top(title, inner), *(_box_line(line, inner) for line in body), _box_bottom(inner)]


def _failure_title(failure: "Failure") -> str:
    if failure.visit is None:
        return "The execution"
    place = failure.place
    attempts = len(failure.visit.attempts)
    if attempts > 1:
        return f"{place}, attempt {attempts}"
    return place


def _failure_body(failure: "Failure", inner: int) -> "Iterator[StyledLine]":
    room = inner - _LABEL
    style: Style = "aborted" if failure.status == "ABORTED" else "failed"
    if failure.status in ("TIMED_OUT", "ABORTED"):
        what = "the execution timed out" if failure.status == "TIMED_OUT" else "the execution was stopped"
        yield from _labelled("status", [what if failure.visit is None else f"{what} here"], room, style)
    error = failure.error or ""
    if failure.error_type:
        error = f"{error} ({failure.error_type})" if error else failure.error_type
    if error:
        yield from _labelled("error", wrap_text(error, room, 2), room, style)
    if failure.message and failure.message != failure.error:
        yield from _labelled("cause", wrap_text(failure.message, room, _MOST_CAUSE_LINES), room)
    if failure.origin:
        yield from _labelled("from", [failure.origin], room, "dim")
    yield from _frame_lines(failure.frames, room)
    if failure.hint:
        yield from _labelled("catch", wrap_text(failure.hint, room, 2), room)
    if failure.input is not None:
        yield from _labelled(
            "input", wrap_text(_compact_input(failure.input), room, _MOST_INPUT_LINES), room, "code"
        )
    if failure.arguments is not None:
        text = f"{failure.called} {_compact_input(failure.arguments)}"
        label = "request" if failure.is_mocked else "called"
        yield from _labelled(label, wrap_text(text, room, _MOST_INPUT_LINES), room, "code")
    yield from _log_lines(failure, room)
    if (reported := failure.reported_by) is not None:
        said = ": ".join(
            [f"caught; {reported.state} failed", *filter(None, (reported.error, reported.cause))]
        )
        yield from _labelled("then", wrap_text(said, room, 2), room)


def _compact_input(text: str) -> str:
    try:
        return jsonvalue.dumps(jsonvalue.loads(text))
    except (ValueError, RecursionError):
        return " ".join(text.split())


def _frame_lines(frames: "Sequence[StackFrame]", room: int) -> "Iterator[StyledLine]":
    shown = _chosen_frames(frames)
    label = "at"
    for frame in shown:
        if frame.file:
            where = visible_line(f"{frame.file}:{frame.line}")
            called = visible_line(f" in {frame.function}") if frame.function else ""
            line = [
                Span(where, "bold" if frame.is_own else "dim"),
                Span(called, "" if frame.is_own else "dim"),
            ]
        else:
            line = [Span(visible_line(frame.text), "dim")]
        yield [Span(label.ljust(_LABEL), "dim"), *shorten_line(_shorten_file(line, room), room)]
        label = ""
        if frame.source and frame.is_own:
            yield [
                Span(" " * (_LABEL + 2)),
                *shorten_line([Span(visible_line(frame.source), "code")], room - 2),
            ]
    if len(shown) < len(frames):
        yield [Span(" " * _LABEL), Span(f"… {len(frames) - len(shown)} more calls", "dim")]


def _chosen_frames(frames: "Sequence[StackFrame]") -> "list[StackFrame]":
    """Returns the innermost frame and those in the function's own code, at most _MOST_FRAMES, in order."""
    if len(frames) <= _MOST_FRAMES:
        return list(frames)
    by_interest = sorted(range(len(frames)), key=lambda at: (at != 0, not frames[at].is_own, at))
    return [frames[at] for at in sorted(by_interest[:_MOST_FRAMES])]


def _shorten_file(line: "StyledLine", room: int) -> "StyledLine":
    """Returns the line with the start of the path cut off, because its end is more useful."""
    excess = line_width(line) - room
    if excess <= 0 or len(line) < 2 or excess >= len(line[0].text) - 8:
        return line
    return [line[0]._replace(text=f"…{line[0].text[excess + 1 :]}"), *line[1:]]


def _log_lines(failure: "Failure", room: int) -> "Iterator[StyledLine]":
    messages = [
        message.rstrip("\n")
        for message in failure.log_lines
        if not message.startswith(("START RequestId: ", "END RequestId: "))
        and not (_is_runtime_error_report(message) and failure.message in message)
    ]
    lines = [part for message in messages for part in _REQUEST_OF_REPORT.sub("REPORT", message).split("\n")]
    label = "log"
    if len(lines) > _MOST_LOG_LINES:
        yield [
            Span(label.ljust(_LABEL), "dim"),
            Span(f"… {len(lines) - _MOST_LOG_LINES} earlier lines", "dim"),
        ]
        lines, label = lines[-_MOST_LOG_LINES:], ""
    for text in lines:
        style: Style = "dim" if text.startswith("REPORT") else ""
        shown = Span(visible_line(text.replace("\t", "  ")), style)
        yield [Span(label.ljust(_LABEL), "dim"), *shorten_line([shown], room)]
        label = ""


def _is_runtime_error_report(message: str) -> bool:
    """Whether a line is the runtime's report of an error that the box already shows."""
    return (
        message.startswith("[ERROR] ") and "\nTraceback " in message
    ) or "\tERROR\tInvoke Error \t" in message


def _labelled(label: str, lines: "Sequence[str]", room: int, style: "Style" = "") -> "Iterator[StyledLine]":
    for text in lines:
        yield [Span(label.ljust(_LABEL), "dim"), *shorten_line([Span(visible_line(text), style)], room)]
        label = ""


def wrap_text(text: str, width: int, most: int) -> list[str]:
    """Returns the text in at most `most` lines of at most `width` columns.

    Lines break at spaces where possible; the last line ends with "…" if text is left out.
    """
    lines: list[str] = []
    for paragraph in visible_text(text).split("\n"):
        rest = paragraph.expandtabs(2).rstrip()
        while True:
            if len(lines) == most:
                lines[-1] = f"{cut_to_width(lines[-1], width - 1).rstrip()}…"
                return lines
            piece = cut_to_width(rest, width)
            if piece == rest:
                lines.append(piece)
                break
            at = piece.rfind(" ") if rest[len(piece) :][:1] != " " else len(piece)
            piece = piece[:at] if at > width // 2 else piece
            lines.append(piece)
            rest = rest[len(piece) :].lstrip(" ")
    while lines and not lines[-1]:
        lines.pop()
    return lines


# The box


def _box_top(title: str, inner: int) -> "StyledLine":
    """Returns the top edge; a title that is too long is cut at its start, because its end is more useful."""
    room = inner - 2
    while cell_width(title) > room:
        title = f"…{title[max(2, cell_width(title) - room) :]}"
    return [Span("╭─ ", "dim"), Span(title, "bold"), Span(f" {'─' * (room + 1 - cell_width(title))}╮", "dim")]


def _box_line(line: "StyledLine", inner: int) -> "StyledLine":
    return [Span("│ ", "dim"), *line, Span(" " * (inner - line_width(line))), Span(" │", "dim")]


def _box_bottom(inner: int) -> "StyledLine":
    return [Span(f"╰{'─' * (inner + 2)}╯", "dim")]

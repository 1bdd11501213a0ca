"""The tree of an execution on a terminal, redrawn while it runs; the whole tree stays at the end.

Rule 1: a change is drawn within DRAW_SECONDS, and the durations of what runs every TICK_SECONDS.
Rule 2: drawing takes a bounded share of a core, however large the tree is: after a slow drawing the
next one comes later.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from sfn_cli.cli.show.live_lines import LiveLines
from sfn_cli.cli.show.shown_execution import local_zone
from sfn_cli.views.execution.execution_time import execution_time
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.outline.styled_line import Span, plain_line
from sfn_cli.views.outline.tree import outline_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.cli.show.followed_execution import FollowedExecution
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.outline.styled_line import StyledLine

DRAW_SECONDS = 0.1
TICK_SECONDS = 1.0

_LOOK_SECONDS = 0.25
"""How soon a resized terminal is drawn again."""

_DRAWN_SHARE = 4
_TICK_SHARE = 100
"""The pause after a drawing is at least this many times as long as the drawing: while something
changes, and while only time passes."""


def show_live(followed: FollowedExecution, stream: TextIO, terminal: Terminal) -> ExecutionView:
    """Shows the execution until it is over, and returns its view.

    A KeyboardInterrupt leaves what was drawn last.
    """
    with LiveLines(stream, color=terminal.colors(stream)) as lines:
        drawn_at, drawing_seconds = -TICK_SECONDS, 0.0
        zone = local_zone()
        pending: Mapping[int, Pending] = {}
        may_have_changed = has_news = True
        while True:
            due_at = drawn_at + (
                max(DRAW_SECONDS, drawing_seconds * _DRAWN_SHARE)
                if has_news
                else max(TICK_SECONDS, drawing_seconds * _TICK_SHARE)
            )
            if followed.wait(min(_LOOK_SECONDS, max(0.0, due_at - time.monotonic()))):
                may_have_changed = True
                has_news = bool(followed.read()) or has_news
                if followed.is_over:
                    break
            began_at = time.monotonic()
            if began_at >= due_at or lines.is_stale:
                if (may_have_changed and followed.refresh()) or has_news:
                    pending = pending_of(followed.view, zone=zone)
                lines.draw(_outline(followed.view, pending, lines.columns, lines.room))
                may_have_changed = has_news = False
                drawn_at = time.monotonic()
                drawing_seconds = drawn_at - began_at
        followed.refresh()
        lines.finish(_outline(followed.view, pending_of(followed.view, zone=zone), lines.columns, None))
    return followed.view


def _outline(
    view: ExecutionView, pending: Mapping[int, Pending], columns: int, max_lines: int | None
) -> list[StyledLine]:
    """Returns the tree, and below it how to answer a task, unless a line of the tree says that."""
    now = execution_time(view, round(time.time() * 1000))
    lines = outline_lines(view, now=now, width=columns, pending=pending, max_lines=max_lines)
    answers = [each.answer for each in pending.values() if each.answer is not None]
    if max_lines is None or not answers or _has_any(answers, lines):
        return lines
    below = _answer_lines(answers, columns)
    if len(lines) + len(below) > max_lines:
        most = max(1, max_lines - len(below))
        lines = outline_lines(view, now=now, width=columns, pending=pending, max_lines=most)
    return [*lines, *below]


def _has_any(answers: Sequence[str], lines: Sequence[StyledLine]) -> bool:
    texts = [plain_line(line) for line in lines]
    return any(text.endswith(answer) for answer in answers for text in texts)


def _answer_lines(answers: Sequence[str], columns: int) -> list[StyledLine]:
    """Returns the first command, in as many lines as it needs."""
    command = answers[0]
    pieces = [command[at : at + columns] for at in range(0, len(command), columns)]
    lines: list[StyledLine] = [[Span(piece, "code")] for piece in pieces]
    if len(answers) > 1:
        lines.append([Span(f"… and {len(answers) - 1} more: sfn tasks list", "dim")])
    return lines

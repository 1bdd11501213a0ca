"""The tree of an execution on a terminal, redrawn while it runs; the whole tree stays at the end.

Rule 1: a change is drawn within DRAW_SECONDS, and the durations of what runs every TICK_SECONDS.
Rule 2: drawing takes a bounded share of a core, however large the tree is: after a slow drawing the
next one comes later.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from sfn_cli.arn import name_of_execution
from sfn_cli.cli.output import local_zone
from sfn_cli.cli.watch.live_lines import LiveLines
from sfn_cli.views.execution.execution_time import execution_time
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.outline.notes import pending_words
from sfn_cli.views.outline.tree import outline_lines
from sfn_cli.views.text.styled_line import Span, plain_line, shorten_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.api.views.running_executions import RunningExecution
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.cli.watch.followed_execution import FollowedExecution
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.text.styled_line import StyledLine

DRAW_SECONDS = 0.1
TICK_SECONDS = 1.0

_MOST_CHILDREN = 3

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
    outline = _LiveOutline(followed)
    with LiveLines(stream, color=terminal.colors(stream)) as lines:
        drawn_at, drawing_seconds = -TICK_SECONDS, 0.0
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
                if may_have_changed:
                    outline.refresh(has_news=has_news)
                lines.draw(outline.lines(lines.columns, lines.room))
                may_have_changed = has_news = False
                drawn_at = time.monotonic()
                drawing_seconds = drawn_at - began_at
        outline.refresh(has_news=True)
        lines.finish(outline.tree(lines.columns, None))
    return followed.view


class _LiveOutline:
    """The lines of a followed execution. What its states wait for is only read when it may differ."""

    def __init__(self, followed: FollowedExecution) -> None:
        self._followed = followed
        self._zone = local_zone()
        self._pending: Mapping[int, Pending] = {}
        self._children: Sequence[RunningExecution] = ()

    def refresh(self, *, has_news: bool) -> None:
        """Reads what may have changed; `has_news`: whether the view has changed."""
        if self._followed.refresh() or has_news:
            self._pending = pending_of(self._followed.view, zone=self._zone)
        awaited = [entered_id for entered_id, each in self._pending.items() if each.kind == "child"]
        self._children = self._followed.children(awaited[:_MOST_CHILDREN]) if awaited else ()

    def tree(self, columns: int, max_lines: int | None) -> list[StyledLine]:
        view = self._followed.view
        now = execution_time(view, round(time.time() * 1000))
        return outline_lines(view, now=now, width=columns, pending=self._pending, max_lines=max_lines)

    def lines(self, columns: int, max_lines: int) -> list[StyledLine]:
        """Returns the tree, the awaited executions, and a command that answers a task.

        The command has its own lines only if no other line shows one in full.
        """
        children = [shorten_line(line, columns) for line in _lines_of_children(self._children)]
        below = children[: max_lines // 3]
        shown = [*self.tree(columns, max_lines - len(below)), *below]
        answers = self._answers()
        if answers and not _has_any(answers, shown):
            below = [*below, *_answer_lines(answers, columns)]
            shown = [*self.tree(columns, max(1, max_lines - len(below))), *below]
        return shown

    def _answers(self) -> list[str]:
        own = [each.answer for each in self._pending.values()]
        of_children = [state.answer for child in self._children for state in child.states]
        return [answer for answer in (*own, *of_children) if answer is not None]


def _lines_of_children(children: Sequence[RunningExecution]) -> Iterator[StyledLine]:
    """Yields a line for each state that an awaited execution is in."""
    for child in children:
        name = name_of_execution(child.arn)
        for state in child.states:
            line = [Span("→ ", "dim"), Span(name), Span("  "), Span(state.name)]
            if state.waits_for is not None and state.waits_for != "function":
                line += [Span("  "), Span(pending_words(state.waits_for, state.words), "waiting")]
            if state.answer is not None:
                line += [Span(": "), Span(state.answer, "code")]
            yield line


def _has_any(answers: Sequence[str], lines: Sequence[StyledLine]) -> bool:
    texts = [plain_line(line) for line in lines]
    return any(text.endswith(answer) for answer in answers for text in texts)


def _answer_lines(answers: Sequence[str], columns: int) -> list[StyledLine]:
    """Returns the first command, unshortened, in as many lines as it needs."""
    command = answers[0]
    pieces = [command[at : at + columns] for at in range(0, len(command), columns)]
    lines: list[StyledLine] = [[Span(piece, "code")] for piece in pieces]
    if len(answers) > 1:
        lines.append([Span(f"… and {len(answers) - 1} more. To list them: sfn tasks list", "dim")])
    return lines

"""The text of `sfn show EXECUTION`: the tree, the failure or the pending tasks, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.outline.tree import outline_lines
from sfn_cli.views.text.styled_line import Span, cell_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.text.styled_line import StyledLine


def execution_text(backend: Backend, shown: ShownExecution, width: int) -> list[StyledLine]:
    """Returns the lines. Those that can be shortened have at most `width` columns."""
    view = shown.view
    lines = outline_lines(view, now=shown.now, width=width, pending=shown.pending)
    if shown.is_earlier:
        lines[0].append(Span(f"  after event {view.last_id} of {shown.events}", "dim"))
    return [*lines, *text_below_tree(backend, shown, width)]


def text_below_tree(backend: Backend, shown: ShownExecution, width: int) -> list[StyledLine]:
    """Returns why the execution did not succeed, or does not continue, and what to do next."""
    lines: list[StyledLine] = []
    view = shown.view
    if shown.source.suspension is not None:
        lines += _suspension_lines(shown.source.suspension)
    if view.is_over and view.status != "SUCCEEDED":
        from sfn_cli.cli.show.forms.failure_text import explained_failure, failure_text

        lines += failure_text(explained_failure(backend, view), width)
    if not view.is_over or view.status != "SUCCEEDED":
        lines += _next_step_lines(shown, width, backend.endpoint_option)
    return lines


def _suspension_lines(error: str) -> list[StyledLine]:
    return [
        [],
        [Span("sfn failed on this execution and suspended it: "), Span(error, "failed")],
    ]


def _next_step_lines(shown: ShownExecution, width: int, endpoint_option: str) -> Iterator[StyledLine]:
    """Yields what to do next. Commands are never shortened: they are to be copied."""
    from sfn_cli.views.failure.next_steps import next_steps

    steps = next_steps(shown.view, shown.pending, options=endpoint_option)
    if not steps:
        return
    yield []
    longest = max(len(step.words) for step in steps) + 2
    is_wide = all(_LABEL_WIDTH + longest + cell_width(step.command) <= width for step in steps)
    for place, step in enumerate(steps):
        label = Span(("next" if place == 0 else "").ljust(_LABEL_WIDTH), "dim")
        command = Span(step.command, "code")
        if is_wide:
            yield [label, Span(step.words.ljust(longest)), command]
        else:
            yield [label, Span(step.words)]
            yield [Span(" " * (_LABEL_WIDTH + 2)), command]


_LABEL_WIDTH = 6

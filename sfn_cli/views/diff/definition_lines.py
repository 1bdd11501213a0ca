"""The differences of two definitions, as lines of styled text.

~ TimeoutSeconds  60 → 90
+ /Pack           Task
~ /Pay            Task    was Charge
  ~ Retry[0].MaxAttempts  3 → 5
− /Old            Pass
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections import Counter
from typing import TYPE_CHECKING

from sfn_cli.views.diff.change_lines import change_lines, marked_span
from sfn_cli.views.text.styled_line import Span, cell_width, shorten_line

if TYPE_CHECKING:
    from sfn_cli.views.diff.definition_diff import DefinitionDiff
    from sfn_cli.views.text.styled_line import StyledLine

_WIDEST_PATH = 40


def definition_diff_lines(
    diff: "DefinitionDiff", *, before: str, after: str, width: int
) -> "list[StyledLine]":
    """Returns the differences in lines of at most `width` columns.

    `before` and `after` are the names of the compared definitions, as the user gave them.
    """
    lines: list[StyledLine] = [
        shorten_line([marked_span("−"), Span(before, "bold")], width),
        shorten_line([marked_span("+"), Span(after, "bold")], width),
        [],
    ]
    lines += change_lines(diff.changes, indent=0, width=width)
    differing = [state for state in diff.states if state.mark]
    shown = [state.path.removeprefix("/") for state in differing]
    column = min(max(map(cell_width, shown), default=0), _WIDEST_PATH)
    for state, path in zip(differing, shown, strict=True):
        line = [marked_span(state.mark), Span(path + " " * max(0, column - cell_width(path)), "bold")]
        line.append(Span(f"  {state.type}", "dim"))
        if state.former_name is not None:
            line.append(Span(f"  renamed, was {state.former_name}"))
        lines.append(shorten_line(line, width))
        lines += change_lines(state.changes, indent=2, width=width)
    if differing or diff.changes:
        lines.append([])
    lines.append(shorten_line([Span(_summary_of_definitions(diff), "bold")], width))
    return lines


def _summary_of_definitions(diff: "DefinitionDiff") -> str:
    if diff.is_equal:
        return "No differences."
    counts = Counter(
        "renamed" if state.former_name is not None and not state.changes else state.mark
        for state in diff.states
    )
    words = {"~": "changed", "renamed": "renamed", "+": "added", "−": "removed", "": "equal"}
    return f"States: {', '.join(f'{counts[mark]} {word}' for mark, word in words.items() if counts[mark])}."

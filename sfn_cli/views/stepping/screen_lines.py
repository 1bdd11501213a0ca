"""The screen of stepping: the tree at the top, then a rule, the data, and a line with the keys.

The tree has at most half of the lines if the data needs the others. Data that does not fit is scrolled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.views.text.styled_line import Span, cell_width, cut_to_width, line_width, shorten_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.views.text.styled_line import StyledLine


class ScreenParts(NamedTuple):
    """The parts of a screen.

    `tree` returns the outline in a number of lines; None for data on the whole screen. `scroll` is how
    many lines of `data` are above those that are shown.
    """

    tree: Callable[[int], Sequence[StyledLine]] | None
    title: str
    data: Sequence[StyledLine]
    footer: StyledLine
    scroll: int = 0


class ScreenLines(NamedTuple):
    """The lines of a screen, and the greatest useful `scroll`."""

    lines: list[StyledLine]
    most_scroll: int


def screen_lines(parts: ScreenParts, width: int, height: int) -> ScreenLines:
    """Returns at most `height` lines of at most `width` columns; the footer is the last one."""
    room = max(0, height - 2)
    for_tree = max(min(room, 3), room // 2, room - len(parts.data))
    tree = list(parts.tree(for_tree))[:for_tree] if parts.tree is not None and for_tree else []
    for_data = room - len(tree)
    most_scroll = max(0, len(parts.data) - for_data)
    scroll = min(parts.scroll, most_scroll)
    data = list(parts.data[scroll : scroll + for_data])
    more = f" lines {scroll + 1}–{scroll + len(data)} of {len(parts.data)}" if most_scroll else ""
    lines = [*tree, rule_line(parts.title, more, width), *data]
    lines += [[] for _ in range(height - 1 - len(lines))]
    lines = [shorten_line(line, width) for line in lines[: max(0, height - 1)]]
    return ScreenLines([*lines, shorten_line(parts.footer, width)], most_scroll)


def rule_line(title: str, right: str, width: int) -> StyledLine:
    """Returns a horizontal line with a title in it, and words at its right end."""
    title = cut_to_width(title, max(0, width - 6))
    room = width - cell_width(title) - 5
    right = right if cell_width(right) + 2 <= room else ""
    return [
        Span("── ", "dim"),
        Span(title, "bold"),
        Span(" " + "─" * max(0, room + 1 - cell_width(right)), "dim"),
        Span(right, "dim"),
    ]


def key_line(keys: Sequence[tuple[str, str]], width: int) -> StyledLine:
    """Returns the keys and what they do; those that do not fit are left out from the end."""
    line: StyledLine = []
    for key, action in keys:
        added = [*([Span("   ")] if line else []), Span(key, "bold"), Span(f" {action}", "dim")]
        if line_width([*line, *added]) > width:
            break
        line += added
    return line


def help_lines(keys: Sequence[tuple[str, str]]) -> list[StyledLine]:
    """Returns a line for each key."""
    widest = max(cell_width(key) for key, _ in keys)
    return [
        [Span(f"  {key}{' ' * (widest - cell_width(key))}  ", "bold"), Span(action)] for key, action in keys
    ]

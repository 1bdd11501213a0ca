"""The texts of a drawing, for which the layout leaves room and which the picture shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.views.graph.node_words import repeat_words
from sfn_cli.views.layout.text_size import shorten_text, text_width

if TYPE_CHECKING:
    from sfn_cli.views.graph.graph import GraphEdge, GraphNode

NAME_SIZE = 13.5
"""The size of a state's name, which is bold. All sizes and widths are in pixels."""

SMALL_SIZE = 11.5
"""The size of all other text."""

LABEL_LINE_HEIGHT = 15.0
_LABEL_WIDTH = 190.0
_MOST_LABEL_LINES = 3
_MARK_WIDTH = 110.0
_LONG_PATH = re.compile(r"\$[\w-]*\.(?:[\w-]+(?:\[[^\]]*\])?\.)+(?=[\w-])")
"""The start of a path with several names, up to the last one: "$.result.job." in `$.result.job.State`."""


def edge_label_lines(edge: GraphEdge) -> list[str]:
    """Returns the lines of an edge's label, shortened for drawing; the edge has the full text."""
    lines = [_label_line(label) for label in edge.labels]
    if len(lines) > _MOST_LABEL_LINES:
        shown = lines[: _MOST_LABEL_LINES - 1]
        return [*shown, f"… {len(lines) - len(shown)} more"]
    return lines


def _label_line(label: str) -> str:
    """Returns a label that fits. Long paths are cut to their last part: `$…State = "FAILED"`."""
    if text_width(label, SMALL_SIZE) > _LABEL_WIDTH:
        label = _LONG_PATH.sub("$…", label)
    return shorten_text(label, SMALL_SIZE, _LABEL_WIDTH)


def edge_label_size(edge: GraphEdge) -> tuple[float, float]:
    """Returns the width and height of an edge's label; (0, 0) if it has none."""
    lines = edge_label_lines(edge)
    width = max((text_width(line, SMALL_SIZE) + 8 for line in lines), default=0.0)
    return width, LABEL_LINE_HEIGHT * len(lines)


def second_line(node: GraphNode, *, is_folded: bool = False) -> str:
    """Returns the text below a state's name: "λ Bank", "Map · inline", "Choice"."""
    if not node.levels and node.type not in ("Map", "Parallel"):
        return node.detail or node.type
    parts = [node.type, node.detail]
    if is_folded:
        count = sum(level.state_count() for level in node.levels)
        parts.append(f"{count} {'state' if count == 1 else 'states'} folded")
    return " · ".join(filter(None, parts))


def state_marks(node: GraphNode) -> list[str]:
    """Returns the texts at the right of the second line: retries, and handlers without an edge."""
    handlers = dict.fromkeys(name for _, name in node.catches_to)
    return [*repeat_words(node), *(shorten_text(f"↳ {name}", SMALL_SIZE, _MARK_WIDTH) for name in handlers)]

"""Draws states: boxes with an icon, a name, a second line, and the execution's status."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sfn_cli.views.graph.graph import MISSING
from sfn_cli.views.graph.retry_text import describe_retries
from sfn_cli.views.layout.labels import NAME_SIZE, SMALL_SIZE, second_line, state_marks
from sfn_cli.views.layout.text_size import shorten_text, text_width
from sfn_cli.views.picture.change_looks import CHANGE_LOOKS
from sfn_cli.views.picture.element_ids import state_id
from sfn_cli.views.picture.icons import START_MARK, STATUS_MARKS, TYPE_ICONS, UNKNOWN_TYPE_ICON
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element, join_markup, number_text
from sfn_cli.views.text.visible_text import visible_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.views.graph.graph import ChangeMark, GraphNode, NodeRun
    from sfn_cli.views.layout.placed import Box
    from sfn_cli.views.text.markup import Attributes

_TEXT_LEFT = 38.0
"""The distance from the left border of a box to its text. All sizes are in pixels."""
_TEXT_RIGHT = 10.0
_NAME_LINE = 20.0
"""The distance from the top border to the baseline of the name."""
_SECOND_LINE = 37.0
_MARK_ROOM = 26.0
_GAP = 10.0
_NEARLY_FULL = 0.85
"""Texts that fill more of their room than this get a fixed width, so that wide fonts stay inside."""
_WITHOUT_ROOM_FOR_OTHER_FONTS = 0.93


def draw_dot(node: GraphNode, box: Box, *, is_reached: bool) -> Markup:
    """Returns the dot for the start or the end of a machine."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if node.type == "Start":
        inside = element("path", {"class": "dot-mark", "transform": _translate(x, y), "d": START_MARK})
    else:
        inside = element("circle", {"class": "dot-mark", "cx": x, "cy": y, "r": 6})
    return element(
        "g",
        {"id": state_id(node.path), "class": "reached" if is_reached else None},
        element("title", {}, node.type),
        element("circle", {"class": "dot", "cx": x, "cy": y, "r": box.width / 2}),
        inside,
    )


def draw_state(
    node: GraphNode,
    box: Box,
    run: NodeRun | None,
    inner: Sequence[Box],
    change: ChangeMark | None = None,
    *,
    address: str | None = None,
    is_selected: bool = False,
) -> Markup:
    """Returns the box of a state; `inner` are the boxes of the levels inside it.

    `run` is None in a picture of only a definition. `change` is its difference from another graph. With an
    `address`, the box is a link.
    """
    words = describe_state(node, run, change)
    is_folded = bool(node.levels) and not inner
    has_mark = run is not None and run.status in STATUS_MARKS
    classes = _state_classes(node, run, change, is_group=bool(inner))
    attributes: Attributes = {
        "id": state_id(node.path),
        "class": " ".join([*classes, "selected"] if is_selected else classes),
        "href": address,
        "tabindex": 0 if address is None else None,
        "role": "img" if address is None else None,
        # The name of a link is its title: a label would have to repeat all visible text.
        "aria-label": words if address is None else None,
        "aria-current": "true" if is_selected else None,
    }
    icon_top = box.y + (13 if inner else box.height / 2 - 8)
    return element(
        "g" if address is None else "a",
        attributes,
        element("title", {}, words),
        _draw_second_edge(box) if node.type == "Map" else "",
        element(
            "rect",
            {"class": "box", "x": box.x, "y": box.y, "width": box.width, "height": box.height, "rx": 8},
        ),
        element(
            "path",
            {
                "class": "icon",
                "transform": _translate(box.x + 12, icon_top),
                "d": TYPE_ICONS.get(node.type, UNKNOWN_TYPE_ICON),
            },
        ),
        _draw_status_mark(box, run) if has_mark else "",
        _draw_name(node, box, has_mark=has_mark),
        _draw_second_line(node, box, run, is_folded=is_folded),
        *(_draw_divider(box, left, right) for left, right in pairwise(inner)),
        _draw_retry_loop(node, box, run) if node.retries else "",
        "" if change is None else _draw_change(box, change),
    )


def describe_state(node: GraphNode, run: NodeRun | None, change: ChangeMark | None = None) -> str:
    """Returns the full description of a state's box: "Charge, Task, http:invoke, caught"."""
    parts = [node.name, node.type, node.detail]
    if run is not None:
        parts += [LOOKS[run.status].word, run.counts]
        if run.is_retried:
            parts.append(f"{run.failures} failed {'attempt' if run.failures == 1 else 'attempts'}")
        if run.visits > 1:
            parts.append(f"visited {_times(run.visits)}")
    else:
        parts.append(f"retries at most {_times(node.retries)}" if node.retries else "")
        parts += [f"catches {label} → {handler}" for label, handler in node.catches_to]
    parts.append("" if change is None else CHANGE_LOOKS[change].word)
    return ", ".join(filter(None, parts))


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"


def _state_classes(
    node: GraphNode, run: NodeRun | None, change: ChangeMark | None, *, is_group: bool
) -> list[str]:
    classes = ["state"]
    if is_group:
        classes.append("group")
    if node.type == MISSING:
        classes.append("missing")
    elif run is not None:
        classes.append(LOOKS[run.status].colour)
    if change is not None:
        classes.append(CHANGE_LOOKS[change].look)
    return classes


def _draw_change(box: Box, change: ChangeMark) -> Markup:
    """Returns the mark of a change, in a circle on the upper right corner."""
    x, y = box.x + box.width - 3, box.y + 3
    mark = element(
        "path",
        {
            "class": "change-mark",
            "transform": _translate(x - 6.4, y - 6.4) + " scale(0.8)",
            "d": CHANGE_LOOKS[change].mark,
        },
    )
    return element("g", {"class": "change"}, element("circle", {"cx": x, "cy": y, "r": 9}), mark)


def _draw_status_mark(box: Box, run: NodeRun | None) -> Markup:
    assert run is not None
    transform = f"{_translate(box.x + box.width - 24, box.y + 7)} scale(0.9)"
    return element("path", {"class": "mark", "transform": transform, "d": STATUS_MARKS[run.status]})


def _draw_second_edge(box: Box) -> Markup:
    """Returns the second edge beside a Map's box, which suggests several items."""
    right, bottom = box.x + box.width + 4, box.y + box.height + 4
    start = f"M{number_text(right)} {number_text(box.y + 9)}V{number_text(bottom - 8)}"
    return element("path", {"class": "behind", "d": f"{start}q0 8 -8 8H{number_text(box.x + 9)}"})


def _draw_retry_loop(node: GraphNode, box: Box, run: NodeRun | None) -> Markup:
    """Returns the retry loop of a state: a small loop at its left border, with its Retriers."""
    look = "loop retried" if run is not None and run.is_retried else "loop"
    title = f"{node.name} → {node.name}, retries\n" + "\n".join(describe_retries(node))
    return element(
        "g",
        {"class": look, "transform": _translate(box.x, box.y + LOOP_CENTRE)},
        element("title", {}, title),
        element("path", {"class": "loop-line", "d": _LOOP_LINE}),
        element("path", {"class": "loop-arrow", "d": _LOOP_ARROW}),
    )


LOOP_CENTRE = 24.0
"""The distance from the top border of a box, which is the middle of a box without nested states."""
LOOP_SIZE = (12.0, 24.0)
"""The size of a loop beside the left border."""
_LOOP_LINE = "M0 7.5C-12.5 12-12.5-9-5-7.5"
_LOOP_ARROW = "M-6-11L0-6L-7.5-3.6z"
"""The coordinates are relative to the border of the box, at x = 0."""


def _draw_divider(box: Box, left: Box, right: Box) -> Markup:
    """Returns the line between two branches of a Parallel."""
    x = (left.x + left.width + right.x) / 2
    line = f"M{number_text(x)} {number_text(right.y)}V{number_text(box.y + box.height - 10)}"
    return element("path", {"class": "divider", "d": line})


def _draw_name(node: GraphNode, box: Box, *, has_mark: bool) -> Markup:
    room = box.width - _TEXT_LEFT - (_MARK_ROOM if has_mark else _TEXT_RIGHT)
    text = shorten_text(visible_text(node.name), NAME_SIZE, room, bold=True)
    attributes: Attributes = {"class": "name", "x": box.x + _TEXT_LEFT, "y": box.y + _NAME_LINE}
    width = text_width(text, NAME_SIZE, bold=True)
    return element("text", {**attributes, **_fitted(width, room)}, text)


def _draw_second_line(node: GraphNode, box: Box, run: NodeRun | None, *, is_folded: bool) -> Markup:
    """Returns the state's description and, at the right, its retries, visits and far handlers."""
    parts: list[Markup] = []
    baseline, right = box.y + _SECOND_LINE, box.x + box.width - _TEXT_RIGHT
    for mark, is_failure in reversed(_marks(node, run)):
        look = "small failures" if is_failure else "small"
        attributes: Attributes = {"class": look, "x": right, "y": baseline, "text-anchor": "end"}
        parts.append(element("text", attributes, mark))
        right -= text_width(mark, SMALL_SIZE, bold=is_failure) + _GAP
    line = second_line(node, is_folded=is_folded)
    if run is not None and run.counts:
        line = run.counts
    room = right - box.x - _TEXT_LEFT
    text = shorten_text(visible_text(line), SMALL_SIZE, room)
    place: Attributes = {"class": "small", "x": box.x + _TEXT_LEFT, "y": baseline}
    parts.insert(0, element("text", {**place, **_fitted(text_width(text, SMALL_SIZE), room)}, text))
    return join_markup(parts)


def _marks(node: GraphNode, run: NodeRun | None) -> list[tuple[str, bool]]:
    """Returns the texts at the right of the second line, each with whether it is about failures."""
    if run is None or run.status == "NOT_VISITED":
        return [(mark, False) for mark in state_marks(node)]
    marks = [(f"↻ {run.failures}", True)] if run.is_retried else []
    if run.visits > 1:
        marks.append((f"× {run.visits}", False))
    return marks + [(mark, False) for mark in state_marks(node._replace(retries=None))]


def _fitted(width: float, room: float) -> Attributes:
    if width <= room * _NEARLY_FULL:
        return {}
    return {
        "textLength": min(width * _WITHOUT_ROOM_FOR_OTHER_FONTS, room),
        "lengthAdjust": "spacingAndGlyphs",
    }


def _translate(x: float, y: float) -> str:
    return f"translate({number_text(x)} {number_text(y)})"

"""Drawn marks of statuses, because a page cannot rely on a font that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.picture.icons import STATUS_MARKS
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from sfn_cli.views.statuses import Status
    from sfn_cli.views.text.markup import Attributes


def draw_definitions() -> Markup:
    """Returns the marks, and the pattern for bars of waiting states; a page needs them once."""
    marks = (
        element("symbol", {"id": _mark_id(status), "viewBox": "0 0 16 16"}, element("path", {"d": path}))
        for status, path in STATUS_MARKS.items()
    )
    stripe = element("rect", {"class": "fill-waiting", "width": 3, "height": 6})
    hatch: Attributes = {
        "id": "sfn-hatch",
        "width": 6,
        "height": 6,
        "patternUnits": "userSpaceOnUse",
        "patternTransform": "rotate(45)",
    }
    defs = element("defs", {}, *marks, element("pattern", hatch, stripe))
    return element("svg", {"class": "defs", "width": 0, "height": 0, "aria-hidden": "true"}, defs)


def draw_status_mark(status: Status) -> Markup:
    """Returns the mark of a status, as large as the surrounding text."""
    if status not in STATUS_MARKS:
        return Markup("")
    use = element("use", {"href": f"#{_mark_id(status)}"})
    return element("svg", {"class": f"status-mark mark-{LOOKS[status].colour}", "aria-hidden": "true"}, use)


def _mark_id(status: Status) -> str:
    return f"sfn-mark-{status.lower()}"

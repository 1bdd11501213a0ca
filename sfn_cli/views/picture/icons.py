"""Icons of state types and marks of statuses, as line paths of 16 by 16 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.statuses import Status

TYPE_ICONS: Mapping[str, str] = {
    "Task": "M9 1.8L3.8 9h3.7L6.6 14.2 12.2 7H8.4z",
    "Choice": "M8 1.8L14.2 8 8 14.2 1.8 8z",
    "Pass": "M2 8h11.4M9 3.6L13.4 8 9 12.4",
    "Wait": "M8 1.9a6.1 6.1 0 1 0 .1 0zM8 4.6V8l2.5 1.7",
    "Succeed": "M8 1.9a6.1 6.1 0 1 0 .1 0zM5.2 8.3l2 2.1 3.7-4.6",
    "Fail": "M8 1.9a6.1 6.1 0 1 0 .1 0zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
    "Map": "M2 5.4h8.6V14H2zM5.4 5.4V2H14v8.6h-3.4",
    "Parallel": "M8 2v12M8 5C4.6 5 3 6.4 3 9v5M8 5c3.4 0 5 1.4 5 4v5",
}
UNKNOWN_TYPE_ICON = "M5.4 6a2.6 2.6 0 1 1 3.9 2.2Q8 9 8 10.2M8 13v.4"
"""A question mark, for a Type that does not exist."""

STATUS_MARKS: Mapping[Status, str] = {
    "SUCCEEDED": "M3 8.5l3.3 3.4L13 4.6",
    "RUNNING": "M5 3.4v9.2L12.8 8z",
    "WAITING": "M4 2.6h8M4 13.4h8M5 2.6c0 4.2 6 6.6 6 10.8M11 2.6c0 4.2-6 6.6-6 10.8",
    "CAUGHT": "M8 2.8v6.4M8 12.6v.4",
    "FAILED": "M4 4l8 8M12 4l-8 8",
    "TIMED_OUT": "M8 1.9a6.1 6.1 0 1 0 .1 0zM8 4.4V8l2.6 1.7",
    "ABORTED": "M4 4h8v8H4z",
}
"""The marks of statuses. NOT_VISITED has none."""

START_MARK = "M-3 -5v10l8 -5z"
"""The mark's coordinates are relative to the centre of its dot."""

"""The statuses of executions, threads and states, as in every form of a view.

Each has its own mark and label: a status is never shown only by colour.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections.abc import Mapping
from typing import Literal, NamedTuple

Status = Literal[
    "RUNNING",
    "WAITING",
    "SUCCEEDED",
    "CAUGHT",
    "FAILED",
    "TIMED_OUT",
    "ABORTED",
    "NOT_VISITED",
]
"""AWS's statuses of executions, and three of states.

WAITING: a state that waits for a time, an answer, a job or a child, while nothing is running. CAUGHT: a
state that failed and was exited by a Catcher. NOT_VISITED: a state of the definition without a visit.
"""


StatusColour = Literal["running", "waiting", "succeeded", "caught", "failed", "aborted", "not_visited"]


class StatusLook(NamedTuple):
    """The look of a status: a mark of one column, a label, and the name of its colour.

    Each form defines the colours: `picture/palette.py`, and the terminal.
    """

    mark: str
    word: str
    colour: StatusColour


LOOKS: Mapping[Status, StatusLook] = {
    "RUNNING": StatusLook("●", "running", "running"),
    "WAITING": StatusLook("◔", "waiting", "waiting"),
    "SUCCEEDED": StatusLook("✓", "succeeded", "succeeded"),
    "CAUGHT": StatusLook("!", "caught", "caught"),
    "FAILED": StatusLook("✗", "failed", "failed"),
    "TIMED_OUT": StatusLook("✗", "timed out", "failed"),
    "ABORTED": StatusLook("■", "aborted", "aborted"),
    "NOT_VISITED": StatusLook("○", "not visited", "not_visited"),
}

WORST_FIRST: tuple[Status, ...] = (
    "FAILED",
    "TIMED_OUT",
    "WAITING",
    "RUNNING",
    "CAUGHT",
    "ABORTED",
    "SUCCEEDED",
    "NOT_VISITED",
)
"""The priority of statuses when one represents several."""

FAILURES: tuple[Status, ...] = ("FAILED", "TIMED_OUT")

OF_INTEREST: tuple[Status, ...] = (*FAILURES, "RUNNING", "WAITING")
"""The statuses of interest: failed and open ones."""

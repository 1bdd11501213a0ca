"""The statuses of executions, threads and states, as every form of a view shows them.

Each has a mark and a word of its own: a status is never shown by colour alone.
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

WAITING: a state in which nothing runs until a time, an answer, a job or a child comes. CAUGHT: a
state that failed and was left by a Catcher. NOT_VISITED: a state of the definition.
"""


StatusColour = Literal["running", "waiting", "succeeded", "caught", "failed", "aborted", "not_visited"]


class StatusLook(NamedTuple):
    """How a status looks: a mark of one column, a word, and the name of its colour.

    The colours themselves are those of each form: `picture/palette.py`, and the terminal's.
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
"""The order in which one status speaks for several."""

FAILURES: tuple[Status, ...] = ("FAILED", "TIMED_OUT")

OF_INTEREST: tuple[Status, ...] = (*FAILURES, "RUNNING", "WAITING")
"""What a reader looks for first: what went wrong, and what has not ended."""

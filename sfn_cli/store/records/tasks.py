"""Tasks that the outside world may answer by their token."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


class AnswerOutcome(Enum):
    """What became of an answer to a task."""

    ACCEPTED = auto()
    UNKNOWN = auto()  # no task ever had this token
    TOO_LATE = auto()  # the task was answered already, timed out, or its execution has ended


class Opened(NamedTuple):
    """A task that was scheduled: its event, its token, and the ARN of the activity that it is for,
    if it is for one.
    """

    task: int
    token: str
    activity: str | None = None


class TakenTask(NamedTuple):
    """A task that an activity's worker has taken; `input` is a JSON text."""

    token: str
    input: str

"""Tasks that can be answered from outside by their token."""

from enum import Enum, auto
from typing import NamedTuple


class AnswerOutcome(Enum):
    """The outcome of an answer to a task."""

    ACCEPTED = auto()
    UNKNOWN = auto()  # no task ever had this token
    TOO_LATE = auto()  # the task was answered already, timed out, or its execution has ended


class Opened(NamedTuple):
    """A task that was scheduled: its event, its token, and the ARN of its activity, if any."""

    task: int
    token: str
    activity: str | None = None


class TakenTask(NamedTuple):
    """A task that an activity's worker has taken; `input` is a JSON text."""

    token: str
    input: str

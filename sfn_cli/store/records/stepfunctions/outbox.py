"""Status changes of executions, and the ones that are to be delivered to EventBridge.

An execution's changes are numbered: 0 is its start, 1 its end, 2 its first redrive, 3 the end after
that, and so on. EXPRESS executions have no changes.
"""

from typing import NamedTuple


class StatusChange(NamedTuple):
    """One change of the execution in this row; `at` is by the execution's own clock."""

    at: int
    execution: int
    number: int
    status: str


class Note(NamedTuple):
    """A change that is to be delivered to the event bus."""

    id: int
    execution: int
    number: int

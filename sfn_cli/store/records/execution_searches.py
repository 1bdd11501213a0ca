"""Searches of executions: the criteria, and what one search finds."""

from collections.abc import Sequence
from typing import NamedTuple

Position = tuple[int, int]
"""A place in a list of executions: the start time and the row id of one of them."""


class ExecutionSearch(NamedTuple):
    """The criteria of a search; an execution matches if it meets all that are given.

    `machine_arns` are those of the state machines. `version` (a number) and `alias` (a name) are those by
    which it was started. `name` is the beginning of its name, or a pattern in which * stands for any text.
    `text` is a part of its input or output, in which ASCII letters match both cases. It started at or
    after `started_from`, and before `started_before`.

    `position` is where the search continues: after this execution in the list, which is newest first;
    with `is_newer`, before it.
    """

    machine_arns: Sequence[str]
    statuses: Sequence[str] = ()
    version: int | None = None
    alias: str | None = None
    name: str = ""
    text: str = ""
    started_from: int | None = None
    started_before: int | None = None
    position: Position | None = None
    is_newer: bool = False


class FoundExecution(NamedTuple):
    """An execution in a list, with the error and cause of its end."""

    id: int
    arn: str
    state_machine_arn: str
    name: str
    status: str
    started_at: int
    stopped_at: int | None
    error: str | None = None
    cause: str | None = None


class FoundExecutions(NamedTuple):
    """What a search has found, newest first.

    `examined` is the number of executions that were compared with the criteria. `last` is where the
    search stopped; None if there is nothing beyond.
    """

    executions: Sequence[FoundExecution]
    examined: int
    last: Position | None


class FormerInput(NamedTuple):
    """An input with which a state machine was started, and the latest execution that has it."""

    execution_arn: str
    name: str
    started_at: int
    input: str

"""Signals: messages to an execution from outside, about a task or its end.

A task is named by the id of the event that scheduled it. A signal for a task that is no longer open
is late and changes nothing. `at` is when it happened, by the sender's clock (milliseconds since
1970): the execution's own clock cannot show less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Payload


class TaskStarted(NamedTuple):
    """The start of a task by a worker. `worker_name` is an activity worker's, if it sent one."""

    task: int
    worker_name: str | None = None


class TaskSubmitted(NamedTuple):
    """The acceptance of a request by a service; its answer is `output`, the result comes later."""

    task: int
    output: Payload


class TaskSucceeded(NamedTuple):
    task: int
    output: Payload
    at: int = 0


class TaskFailed(NamedTuple):
    task: int
    error: str | None
    cause: str | None
    at: int = 0


class TaskRefused(NamedTuple):
    """A task that cannot be scheduled: its activity does not exist, for instance."""

    task: int
    error: str
    cause: str


class TaskTimedOut(NamedTuple):
    """A forced timeout of a task, as if its TimeoutSeconds or HeartbeatSeconds had elapsed.

    `error` says which.
    """

    task: int
    error: str
    cause: str | None = None


class TaskHeartbeat(NamedTuple):
    """A heartbeat: the task's HeartbeatSeconds restart at `at` (milliseconds since 1970)."""

    task: int
    at: int


Signal = TaskStarted | TaskSubmitted | TaskSucceeded | TaskFailed | TaskRefused | TaskTimedOut | TaskHeartbeat


def time_of_signal(signal: Signal) -> int:
    """Returns when it happened by the sender's clock (milliseconds since 1970); 0 if not stated."""
    return signal.at if isinstance(signal, TaskSucceeded | TaskFailed | TaskHeartbeat) else 0

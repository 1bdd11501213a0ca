"""Signals: messages from outside to an execution, about the progress or end of a task.

A task is identified by the id of the event that scheduled it. A signal for a task that is no longer
open is late and changes nothing. `at` is the time by the sender's clock (milliseconds since 1970),
which the execution's time never precedes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Payload


class TaskStarted(NamedTuple):
    """A worker started a task. `worker_name` is the name of an activity's worker, if it sent one."""

    task: int
    worker_name: str | None = None


class TaskSubmitted(NamedTuple):
    """A service accepted a request. `output` is its response; the result follows later."""

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
    """A task that cannot be scheduled, for example because its activity does not exist."""

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
    """Returns the signal's time by the sender's clock (milliseconds since 1970); 0 if it has none."""
    return signal.at if isinstance(signal, TaskSucceeded | TaskFailed | TaskHeartbeat) else 0

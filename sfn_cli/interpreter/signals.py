"""What the world says to an execution. A task is named by the id of the event that scheduled it.

A signal for a task that is no longer open is late and changes nothing. `at`: when, by the clock of
who says so (milliseconds since 1970): the execution's own cannot show less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Payload


class TaskStarted(NamedTuple):
    """A worker began the task. `worker_name` is an activity worker's, if it gave one."""

    task: int
    worker_name: str | None = None


class TaskSubmitted(NamedTuple):
    """The service took the request; its answer is `output`, and the result comes later."""

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
    """The task cannot be scheduled: its activity does not exist, for instance."""

    task: int
    error: str
    cause: str


class TaskTimedOut(NamedTuple):
    """The task is made to time out, as if its TimeoutSeconds or HeartbeatSeconds were over: `error`
    says which.
    """

    task: int
    error: str
    cause: str | None = None


class TaskHeartbeat(NamedTuple):
    """The task's worker lives: HeartbeatSeconds start again at `at` (milliseconds since 1970)."""

    task: int
    at: int


Signal = TaskStarted | TaskSubmitted | TaskSucceeded | TaskFailed | TaskRefused | TaskTimedOut | TaskHeartbeat


def time_of(signal: Signal) -> int:
    """When the sender says that it happened (milliseconds since 1970); 0 when it does not say."""
    return signal.at if isinstance(signal, TaskSucceeded | TaskFailed | TaskHeartbeat) else 0
